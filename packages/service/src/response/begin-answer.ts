import type { Operation } from '@bindery/protocol'
import { type Awaitable, andThen, type LentBytes, type PassableBytes } from '@bindery/storage'
import type { Call, Reply } from '../call.js'
import { requireLease } from '../domain/cluster/cluster.js'
import type { Domain } from '../domain/domain.js'
import type { ServiceResponse } from '../service.js'
import { type Answer, encodeReply } from './answer.js'
import { LentPassable } from './lent-passable.js'
import { LentStream } from './lent-stream.js'
import { LentWhole } from './lent-whole.js'

/** The answer to a call. Content that is lent has been read as far as its first piece; its end closes the scope of the request. */
export function beginAnswer(call: Call<Operation>, reply: Reply<Operation>): Awaitable<Answer> {
  const answer = encodeReply(call, reply)
  const { content, contentSize } = reply
  if (content === undefined) return answer
  const { status, headers } = answer
  if (isAtHand(content)) return { status, headers, body: bodyAtHand(call.domain, content) }
  const body = LentStream.begin(content, contentSize, {
    beforePiece: () => requireLease(call.domain.cluster),
    onEnd: () => call.scope.close(),
  })
  return andThen(body, (begun) => ({ status, headers, body: begun }))
}

type AtHand = Uint8Array | LentBytes | PassableBytes

const isAtHand = (content: AtHand | AsyncIterable<LentBytes>): content is AtHand =>
  content instanceof Uint8Array || 'bytes' in content || 'pass' in content

/** The body of content that needs no stream. */
export function bodyAtHand({ cluster }: Pick<Domain, 'cluster'>, content: AtHand): ServiceResponse['body'] {
  if (content instanceof Uint8Array) return content
  return 'pass' in content ? new LentPassable(content, () => requireLease(cluster)) : new LentWhole(content)
}
