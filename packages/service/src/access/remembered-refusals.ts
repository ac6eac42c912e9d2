/** Recent refusals of this process, by the id of the request, so that they can be explained later. */
import { CATALOGUE, type ErrorRow, type RamCause } from '@bindery/protocol'
import type { ResponseLog, ServiceRequest } from '../service.js'
import type { Reason, Unmet } from './refusal.js'
import { Remembered } from './remembered.js'
import { actorOf } from './trailed.js'

/** A refused request. It survives structured clone, so that any process answers about it. */
export interface RememberedRefusal {
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly operation?: string | undefined
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly remoteAddress: string
  /** The code of the answer, and the row of the catalogue that it comes from. */
  readonly code?: string | undefined
  readonly cause?: string | undefined
  /** Present where permissions were decided. */
  readonly denial?: RememberedDenial
}

interface RememberedDenial {
  readonly action: string
  /** The account that signed; absent for anonymous requests. */
  readonly account?: string | undefined
  /** The name of a user, or `role:session`; absent: the account itself. */
  readonly identity?: string | undefined
  /** The account that owns the bucket. */
  readonly owner?: string | undefined
  readonly reason: Reason
  /** The statement that denied, as it was written. */
  readonly statement?: unknown
  readonly unmet?: readonly Unmet[] | undefined
}

/** Bytes of a name that are remembered. */
const NAME_LENGTH_MAX = 1_023

/**
 * The last refusals, a thousand of signed requests and a thousand of others: strangers cannot make the server forget those
 * of its users.
 */
export class RememberedRefusals {
  readonly #signed = new Remembered<RememberedRefusal>()
  readonly #others = new Remembered<RememberedRefusal>()

  /** Notes an answer, if it refuses its requester. */
  note(log: ResponseLog, status: number, at: number, { remoteAddress }: Pick<ServiceRequest, 'remoteAddress'>): void {
    if (status !== 403 && log.refusal === undefined && !isAboutSignature(log)) return
    const { requestId, operation, bucket, key, accessKeyId, code, cause, refusal } = log
    const isSigned = accessKeyId !== undefined
    const names = { bucket: bucket?.slice(0, NAME_LENGTH_MAX), key: key?.slice(0, NAME_LENGTH_MAX) }
    ;(isSigned ? this.#signed : this.#others).set(requestId, {
      requestId,
      at,
      operation,
      ...names,
      accessKeyId,
      remoteAddress,
      code,
      cause,
      ...(refusal && { denial: denialOf(refusal) }),
    })
  }

  find(requestId: string): RememberedRefusal | undefined {
    return this.#signed.get(requestId) ?? this.#others.get(requestId)
  }
}

/** The family of ECs about authentication: malformed signatures are refused with 400. */
const AUTHENTICATION = '0002-'

/** The causes of STS about keys and signatures, which have no EC. */
const OF_RPC: ReadonlySet<string> = new Set<RamCause>([
  'accessKeyUnknown',
  'accessKeyInactive',
  'signatureMethodInvalid',
  'signatureMismatch',
  'timeStampInvalid',
  'timeStampExpired',
  'tokenMissing',
  'tokenMalformed',
  'tokenOfOtherKey',
  'tokenExpired',
])

function isAboutSignature({ cause }: ResponseLog): boolean {
  if (cause === undefined) return false
  return ecOf(cause)?.startsWith(AUTHENTICATION) === true || OF_RPC.has(cause) || cause.startsWith('sigV4')
}

/** The EC of a row of the catalogue of OSS. */
export function ecOf(cause: string): string | undefined {
  const rows: Readonly<Record<string, ErrorRow>> = CATALOGUE
  return Object.hasOwn(rows, cause) ? rows[cause]?.ec : undefined
}

function denialOf(refusal: NonNullable<ResponseLog['refusal']>): RememberedDenial {
  const { action, by, at, policy, statement, requester, owner, written, unmet } = refusal
  const actor = actorOf(requester)
  return {
    action,
    account: actor?.account,
    identity: actor?.identity,
    owner,
    reason: { source: by, at, policy, statement },
    statement: written,
    unmet,
  }
}
