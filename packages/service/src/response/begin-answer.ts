import type { Operation } from '@bindery/protocol'
import { type Awaitable, andThen, type LentBytes, type PassableBytes } from '@bindery/storage'
import type { Call, Reply } from '../call.js'
import { requireLease } from '../domain/cluster/cluster.js'
import type { Domain } from '../domain/domain.js'
import type { Scope } from '../domain/scope.js'
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
  if (isAtHand(content)) return { status, headers, body: bodyAtHand(call.domain, call.scope, content) }
  const body = LentStream.begin(content, contentSize, {
    beforePiece: () => requireLease(call.domain.cluster),
    onEnd: () => call.scope.close(),
  })
  return andThen(body, (begun) => ({ status, headers, body: begun }))
}

type AtHand = Uint8Array | LentBytes | PassableBytes

const isAtHand = (content: AtHand | AsyncIterable<LentBytes>): content is AtHand =>
  content instanceof Uint8Array || 'bytes' in content || 'pass' in content

/** The body of content that needs no stream. If that is read later, its end closes the scope of the request. */
export function bodyAtHand(
  { cluster }: Pick<Domain, 'cluster'>,
  scope: Scope,
  content: AtHand,
): ServiceResponse['body'] {
  if (content instanceof Uint8Array) return content
  if (!('pass' in content)) return new LentWhole(content)
  const mayAnswer = () => requireLease(cluster)
  return new LentPassable(content, mayAnswer, () => scope.close())
}

/** Whether a body is read after the response has begun, and closes the scope of the request itself. */
export function isReadLater(body: ServiceResponse['body']): boolean {
  return body instanceof LentStream || body instanceof LentPassable
}
