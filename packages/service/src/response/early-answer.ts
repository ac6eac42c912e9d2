/** Answers that begin before their outcome is known, so that neither clients nor proxies take the connection for dead. */
import { utf8Bytes } from '@bindery/bytes'
import { type Operation, XML_DECLARATION } from '@bindery/protocol'
import type { Awaitable, LentBytes } from '@bindery/storage'
import type { Call } from '../call.js'
import { requireLease } from '../domain/cluster/cluster.js'
import type { Exchange } from '../exchange.js'
import type { ServiceOptions } from '../options.js'
import type { LentBody } from '../service.js'
import { type Answer, encodeFailure } from './answer.js'
import { toOssError } from './failure.js'
import { LentStream, ownedBytes } from './lent-stream.js'

/** Within this time an answer has its own status. Clients and proxies wait for at least 30 seconds. */
const BEGINS_AFTER_MS = 15_000
/** The time between two blanks. */
const CONTINUES_AFTER_MS = 10_000

type Alarm = NonNullable<ServiceOptions['alarm']>

/**
 * The answer. Where the operation declares it, one that is long in coming begins with status 200 and blanks, which XML
 * allows before its root; then a failure is the document.
 */
export function notTooLate({ operation, exchange }: Call<Operation>, answer: Awaitable<Answer>): Awaitable<Answer> {
  const { alarm } = exchange.surroundings.options
  if (operation.beginsEarly !== true || alarm === undefined || !(answer instanceof Promise)) return answer
  return new Promise((resolve, reject) => {
    const cancel = alarm(BEGINS_AFTER_MS, () => resolve(begun(exchange, answer, alarm)))
    answer.finally(cancel).then(resolve, reject)
  })
}

async function begun(exchange: Exchange, answer: Promise<Answer>, alarm: Alarm): Promise<Answer> {
  const document = answer
    .catch((thrown) => encodeFailure(exchange, toOssError(thrown)))
    .then(({ body }) => documentIn(body))
  const body = await LentStream.begin(pieces(document, alarm), undefined, {
    beforePiece: () => requireLease(exchange.surroundings.domain.cluster),
    onEnd: () => exchange.scope.close(),
  })
  return { status: 200, headers: [['Content-Type', 'application/xml']], body }
}

/** The rest behind the declaration, which has been sent. */
function documentIn(body: Uint8Array | LentBody | undefined): Uint8Array {
  if (!(body instanceof Uint8Array)) throw new TypeError('an answer that begins early is a document')
  return body.subarray(XML_DECLARATION.length)
}

async function* pieces(document: Promise<Uint8Array>, alarm: Alarm): AsyncGenerator<LentBytes> {
  try {
    yield ownedBytes(utf8Bytes(XML_DECLARATION))
    for (;;) {
      const bytes = await withinTime(document, alarm)
      yield ownedBytes(bytes ?? utf8Bytes(' '))
      if (bytes !== undefined) return
    }
  } finally {
    // the work continues where its client has left, and what it reads stays open
    await document
  }
}

/** Undefined where it takes longer. */
function withinTime(document: Promise<Uint8Array>, alarm: Alarm): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = alarm(CONTINUES_AFTER_MS, () => resolve(undefined))
    document.finally(cancel).then(resolve, reject)
  })
}
