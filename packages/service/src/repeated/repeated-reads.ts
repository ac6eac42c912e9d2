import { upperHex } from '@bindery/bytes'
import { ossDialect } from '@bindery/protocol'
import { openAgain } from '../domain/objects/open-object.js'
import { Scope } from '../domain/scope.js'
import type { ObjectRecord } from '../domain/stored/model.js'
import type { Exchange, Surroundings } from '../exchange.js'
import { bodyAtHand } from '../response/begin-answer.js'
import { newRequestLog, type ServiceRequest, type ServiceResponse } from '../service.js'
import { type KnownRead, keyOf, knownRead, nameOf, PASSED_OVER } from './known-read.js'
import { Recording } from './recording.js'

const KNOWN_MAX = 1_024
const SEEN_MAX = 4_096
/** A known read that was repeated as often is worth what its recording costs. */
const USES_MIN = 8

/**
 * Answers reads that were answered before, without deriving everything again: where head, key and rows are the same. The
 * signature is verified and the rows are compared with the store each time. Whatever is not known, or not successful, takes all steps.
 */
export class RepeatedReads {
  readonly #surroundings: Surroundings
  readonly #known = new Map<string, KnownRead>()
  /** How often reads came that are not known. */
  readonly #seen = new Map<string, number>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** Undefined where the request has to take all steps. */
  answer(request: ServiceRequest): ServiceResponse | undefined {
    const name = nameOf(request)
    const known = name === undefined ? undefined : this.#known.get(name)
    if (known === undefined || !isSame(known, request)) return undefined
    const { domain, options } = this.#surroundings
    const now = options.clock()
    if (domain.cluster.mayAnswer() !== true || !this.#isSigned(known, request, now)) return undefined
    try {
      const { object } = known
      if (object !== undefined) return this.#readAgain(known, object, request, now)
      return known.isUnchanged() ? this.#repeat(known, known.response.body, request, now) : undefined
    } catch {
      // the steps find the failure of the store again, and answer it
      return undefined
    }
  }

  /**
   * A recording for a request of a kind that has come before. The 2nd, 4th, 8th … is recorded, so that those that cannot be known, or never
   * come again as they were, cost little; what was known and often repeated begins again when it has changed.
   */
  begin(request: ServiceRequest): Recording | undefined {
    const name = nameOf(request)
    if (name === undefined || this.#surroundings.domain.metadata.comparing === undefined) return undefined
    const known = this.#known.get(name)
    const isWorthIt = known !== undefined && known.uses >= USES_MIN
    if (known !== undefined) known.uses = 0
    const times = isWorthIt ? 1 : (this.#seen.get(name) ?? 0) + 1
    if (this.#seen.size >= SEEN_MAX) this.#seen.clear()
    this.#seen.set(name, times)
    const isPowerOfTwo = (times & (times - 1)) === 0
    return times > 1 && isPowerOfTwo ? new Recording(this.#surroundings.domain) : undefined
  }

  /** Keeps the answer to a request that was recorded, where it may be given again. */
  keep(exchange: Exchange, recording: Recording, response: ServiceResponse): void {
    const known = knownRead(this.#surroundings, exchange, recording, response)
    const name = nameOf(exchange.request)
    if (known === undefined || name === undefined) return
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    this.#known.set(name, known)
  }

  #isSigned(known: KnownRead, { headers, remoteAddress }: ServiceRequest, now: number): boolean {
    const { key, signature } = known
    const { failedSignatures } = this.#surroundings.access
    const { accessKeyId, session } = key
    if (!failedSignatures.admits(remoteAddress, accessKeyId)) return false
    if (session !== undefined && now > session.expiresAt) return false
    if (keyOf(this.#surroundings, accessKeyId, headers) !== key || !signature.verifies(headers, now)) return false
    failedSignatures.noteGood(remoteAddress, accessKeyId)
    return true
  }

  /** Undefined where the bytes are not at hand. */
  #readAgain(
    known: KnownRead,
    object: ObjectRecord,
    request: ServiceRequest,
    now: number,
  ): ServiceResponse | undefined {
    const scope = new Scope()
    try {
      const { domain } = this.#surroundings
      const opened = openAgain(domain, scope, object, known.isUnchanged)
      const content = opened && ((request.passes ? opened.passNow() : undefined) ?? opened.readNow())
      return content && this.#repeat(known, bodyAtHand(domain, content), request, now)
    } finally {
      scope.close()
    }
  }

  #repeat(
    known: KnownRead,
    body: ServiceResponse['body'],
    request: ServiceRequest,
    startedAt: number,
  ): ServiceResponse {
    const { access, options } = this.#surroundings
    const { requester, response, kept } = known
    known.uses += 1
    access.keys.used(requester, startedAt)
    const requestId = upperHex(options.random(12))
    const log = request.log ?? newRequestLog()
    const { operation, dialect, bucket, key, accessKeyId } = response.log
    log.requestId = requestId
    log.uploadId = undefined
    log.operation = operation
    log.dialect = dialect
    log.bucket = bucket
    log.key = key
    log.accessKeyId = accessKeyId
    const at = options.clock()
    const first = ossDialect.commonHeaders({ requestId, at, took: at - startedAt })
    const { status } = response
    return { status, headers: first.concat(kept), parts: { first, kept }, body, log, onSent: undefined }
  }
}

/** Whether a request of the same name has the other parts of a known one too. */
function isSame({ scheme, host, headers: known, count }: KnownRead, request: ServiceRequest): boolean {
  if (request.host !== host || request.scheme !== scheme) return false
  const { headers } = request
  let left = count
  for (const name in headers) {
    if (PASSED_OVER.has(name)) continue
    if (known[name] !== headers[name]) return false
    left -= 1
  }
  return left === 0
}
