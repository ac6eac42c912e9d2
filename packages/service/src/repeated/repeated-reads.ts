import { upperHex } from '@bindery/bytes'
import { ossDialect } from '@bindery/protocol'
import type { ByteRange } from '@bindery/storage'
import { openAgain } from '../domain/objects/open-object.js'
import { Scope } from '../domain/scope.js'
import type { ObjectRecord } from '../domain/stored/model.js'
import type { Exchange, Surroundings } from '../exchange.js'
import { bodyAtHand, isReadLater } from '../response/begin-answer.js'
import { contentRange, selectRange } from '../response/range.js'
import { type HeaderPairs, newRequestLog, type ServiceRequest, type ServiceResponse } from '../service.js'
import { CONTENT_RANGE, counts, type KnownRead, keyOf, knownRead, LENGTH, nameOf } from './known-read.js'
import { Recording } from './recording.js'

const KINDS_MAX = 4_096
const KNOWN_MAX = 1_024
/** A known read that was repeated as often is worth what its recording costs. */
const USES_MIN = 8

/** Requests of one method, address and access key. */
interface Kind {
  known: KnownRead | undefined
  /** How often the known read was repeated since a request came that is not the same. */
  uses: number
  /** How many of them took all steps. */
  derived: number
}

/**
 * Answers reads that were answered before, without deriving everything again: where head, key and rows are the same. The
 * signature is verified and the rows are compared with the store each time. Whatever is not known, or not successful, takes all steps.
 */
export class RepeatedReads {
  readonly #surroundings: Surroundings
  readonly #kinds = new Map<string, Kind>()
  #knownCount = 0

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** Undefined for a request that is never known. */
  kindOf(request: ServiceRequest): Kind | undefined {
    const name = nameOf(request)
    if (name === undefined || this.#surroundings.domain.metadata.comparing === undefined) return undefined
    const found = this.#kinds.get(name)
    if (found !== undefined) return found
    if (this.#kinds.size >= KINDS_MAX) this.#makeRoom()
    const kind: Kind = { known: undefined, uses: 0, derived: 0 }
    this.#kinds.set(name, kind)
    return kind
  }

  /** Undefined where the request has to take all steps. */
  answer(kind: Kind, request: ServiceRequest): ServiceResponse | undefined {
    const { known } = kind
    if (known === undefined || !isSame(known, request)) return undefined
    const { domain, options } = this.#surroundings
    const now = options.clock()
    if (domain.cluster.mayAnswer() !== true || !this.#isSigned(known, request, now)) return undefined
    try {
      const { object } = known
      const answer =
        object !== undefined
          ? this.#readAgain(known, object, request, now)
          : known.isUnchanged()
            ? this.#repeat(known, known.response.body, request, { startedAt: now, ofRange: undefined })
            : undefined
      if (answer !== undefined) kind.uses += 1
      return answer
    } catch {
      // the steps find the failure of the store again, and answer it
      return undefined
    }
  }

  /**
   * A recording for a request that takes all steps, if others of its kind came before. The 2nd, 4th, 8th … is recorded, so that those that cannot
   * be known, or never come again as they were, cost little; what was known and often repeated begins again when it has changed.
   */
  begin(kind: Kind): Recording | undefined {
    kind.derived = kind.uses >= USES_MIN ? 1 : kind.derived + 1
    kind.uses = 0
    const isPowerOfTwo = (kind.derived & (kind.derived - 1)) === 0
    return kind.derived > 1 && isPowerOfTwo ? new Recording(this.#surroundings.domain) : undefined
  }

  /** Keeps the answer to a request that was recorded, where it may be given again. */
  keep(kind: Kind, exchange: Exchange, recording: Recording, response: ServiceResponse): void {
    const known = knownRead(this.#surroundings, exchange, recording, response)
    if (known === undefined) return
    if (kind.known === undefined) this.#knownCount += 1
    kind.known = known
    if (this.#knownCount > KNOWN_MAX) this.#forget()
  }

  /** Drops what is not known. */
  #makeRoom(): void {
    for (const [name, { known }] of this.#kinds) if (known === undefined) this.#kinds.delete(name)
  }

  #forget(): void {
    this.#kinds.clear()
    this.#knownCount = 0
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
    const { ranges } = known
    const range = ranges && selectRange(request.headers.range, object.size, ranges.areStandard)
    if (ranges !== undefined && range === undefined) return undefined
    const ofRange = range && rangeHeaders(range, object.size)
    const scope = new Scope()
    try {
      const { domain } = this.#surroundings
      const opened = openAgain(domain, scope, object, known.isUnchanged)
      const content = opened && ((request.passes ? opened.passNow(range) : undefined) ?? opened.readNow(range))
      const body = content && bodyAtHand(domain, scope, content)
      if (!isReadLater(body)) scope.close()
      return body && this.#repeat(known, body, request, { startedAt: now, ofRange })
    } catch (error) {
      scope.close()
      throw error
    }
  }

  #repeat(
    known: KnownRead,
    body: ServiceResponse['body'],
    request: ServiceRequest,
    { startedAt, ofRange }: { readonly startedAt: number; readonly ofRange: HeaderPairs | undefined },
  ): ServiceResponse {
    const { access, options } = this.#surroundings
    const { requester, response, kept } = known
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
    const common = ossDialect.commonHeaders({ requestId, at, took: at - startedAt })
    const first = ofRange === undefined ? common : common.concat(ofRange)
    const { status } = response
    return { status, headers: first.concat(kept), parts: { first, kept }, body, log, onSent: undefined }
  }
}

/** The headers of an answer that state its range. */
const rangeHeaders = (range: ByteRange, size: number): HeaderPairs => [
  [LENGTH, String(range.end - range.start)],
  [CONTENT_RANGE, contentRange(range, size)],
]

/** Whether a request of the same name has the other parts of a known one too. */
function isSame({ scheme, host, headers: known, count, ranges }: KnownRead, request: ServiceRequest): boolean {
  if (request.host !== host || request.scheme !== scheme) return false
  const { headers } = request
  let left = count
  for (const name in headers) {
    if (!counts(name, ranges !== undefined)) continue
    if (known[name] !== headers[name]) return false
    left -= 1
  }
  return left === 0
}
