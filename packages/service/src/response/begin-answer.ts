import type { Operation } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Call, Reply } from '../call.js'
import { requireLease } from '../domain/cluster/cluster.js'
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
  if (content instanceof Uint8Array) return { status, headers, body: content }
  if ('bytes' in content) return { status, headers, body: new LentWhole(content) }
  const mayAnswer = () => requireLease(call.domain.cluster)
  if ('pass' in content) return { status, headers, body: new LentPassable(content, mayAnswer) }
  const body = LentStream.begin(content, contentSize, {
    beforePiece: mayAnswer,
    onEnd: () => call.scope.close(),
  })
  return andThen(body, (begun) => ({ status, headers, body: begun }))
}
