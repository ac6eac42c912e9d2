/**
 * The forms of a signature are rows: where the texts of a claim are, what is checked about them in which order, and the
 * causes of what is wrong. This file has the type of a row and the checks that rows share.
 */
import type { Cause } from '../errors/catalogue.js'
import { OssError } from '../errors/oss-error.js'
import type { Head } from '../message.js'
import type { SigV4Scope } from '../s3/sigv4.js'
import { parseBasicTime } from './time.js'
import type { V4Scope } from './v4.js'

/** Where a signature is. */
export type Place = 'header' | 'url'

/** The parts that all claims have. */
interface Presented {
  readonly accessKeyId: string
  readonly signature: string
  /** Absent rather than empty. */
  readonly securityToken: string | undefined
  /**
   * The time as it is signed, verbatim. For a header the time of the request, '' if it has none; for a URL of V1 or V2,
   * AWS's included, its end, in seconds since 1970; for a URL of the fourth versions its start, `20221220T084818Z`.
   */
  readonly date: string
}

interface WithAdditionalHeaders extends Presented {
  /** In lower case, sorted. */
  readonly additionalHeaders: readonly string[]
}

interface V4Presented extends WithAdditionalHeaders {
  readonly scheme: 'v4'
  readonly scope: V4Scope
}

interface SigV4Presented extends Presented {
  readonly scheme: 'sigv4'
  readonly scope: SigV4Scope
  /** In lower case, sorted. */
  readonly signedHeaders: readonly string[]
  /** The text that is signed in place of the body's hash. */
  readonly payload: string
}

type Signed = { readonly place: 'header' }
/** A URL that is valid for a while from its date on. */
type Presigned = { readonly place: 'url'; readonly expiresSeconds: number }

/** A claim of OSS's first signature version. */
export type V1Claim = Presented & { readonly scheme: 'v1'; readonly place: Place }
/** A claim of OSS's second signature version. */
export type V2Claim = WithAdditionalHeaders & { readonly scheme: 'v2'; readonly place: Place }
/** A claim of OSS V4 in the Authorization header. */
export type V4HeaderClaim = V4Presented & Signed
/** A claim of OSS V4 in a presigned URL. */
export type V4UrlClaim = V4Presented & Presigned
/** A claim of AWS's Signature Version 4 in the Authorization header. */
export type SigV4HeaderClaim = SigV4Presented & Signed
/** A claim of AWS's Signature Version 4 in a presigned URL. */
export type SigV4UrlClaim = SigV4Presented & Presigned

/** A claim of AWS's Signature Version 2. */
export type SigV2Claim = Presented & { readonly scheme: 'sigv2'; readonly place: Place }

/** The unverified statement of a request about its signer and signature. */
export type Claim = V1Claim | V2Claim | V4HeaderClaim | V4UrlClaim | SigV2Claim | SigV4HeaderClaim | SigV4UrlClaim

/** The texts of a claim, as they are in the header or the query, and the values that checks have read from them. */
export interface Draft {
  accessKeyId?: string | undefined
  signature?: string | undefined
  credential?: string | undefined
  date?: string | undefined
  expires?: string | undefined
  /** The names of signed headers: all of them, or those that are signed in addition to the default ones. */
  names?: string | undefined
  /** The text that is signed in place of the body's hash. */
  payload?: string | undefined
  scope?: V4Scope
  sigV4Scope?: SigV4Scope
  headerNames?: readonly string[]
  expiresSeconds?: number
}

/** Reads or refuses a part of a claim. Throws its own cause. */
export type Check = (draft: Draft, head: Head) => void

/** Makes the error for a text that is refused. */
export type Refuse = (text: string) => OssError

/** One form of a signature. */
export interface ClaimForm {
  /** `text`: the Authorization header after the name of its scheme; '' in a URL. */
  readonly draft: (head: Head, text: string) => Draft
  /** In the order in which faults are reported. */
  readonly checks: readonly Check[]
  readonly tokenOf: (head: Head) => string | undefined
  readonly claim: (draft: Draft, securityToken: string | undefined) => Claim
  /** The cause for an access key id that neither the cloud nor Bindery could have issued. */
  readonly impossibleKey: Cause
  /** The error for a scope of another region; absent: the form has no scope. */
  readonly otherRegion?: (region: string, expected: string) => OssError
}

/** The claim that a request makes in a form. Throws the causes of the form. */
export function claimIn(form: ClaimForm, head: Head, text = ''): Claim {
  const draft = form.draft(head, text)
  for (const check of form.checks) check(draft, head)
  return form.claim(draft, form.tokenOf(head))
}

/** An error of a cause, with the name of an argument and its value where the cause has one. */
export function because(cause: Cause, argument?: string): Refuse {
  return (text) => new OssError(cause, argument === undefined ? {} : { argumentName: argument, argumentValue: text })
}

/** Refuses a claim without a part; an empty one passes. */
export function present(part: keyof Draft, refuse: Refuse): Check {
  return (draft) => {
    if (draft[part] === undefined) throw refuse('')
  }
}

type TextPart = 'accessKeyId' | 'signature' | 'credential' | 'date' | 'names'

/** Refuses a claim in which a part is absent or empty. */
export function filled(part: TextPart, refuse: Refuse): Check {
  return (draft) => {
    if (!draft[part]) throw refuse(draft[part] ?? '')
  }
}

/** Refuses a date that is not a number of seconds since 1970. */
export function endsInSeconds(refuse: Refuse): Check {
  return ({ date = '' }) => {
    if (!/^\d+$/.test(date)) throw refuse(date)
  }
}

/** Refuses a date that is not of the form `20221220T084818Z`. */
export function beginsAtTime(refuse: Refuse): Check {
  return ({ date = '' }) => {
    if (parseBasicTime(date) === undefined) throw refuse(date)
  }
}

/** A number of seconds. `refuse` gets the reason too. */
export function lasts(
  { min, max }: { readonly min: number; readonly max: number },
  refuse: (text: string, why: 'form' | 'min' | 'max') => OssError,
): Check {
  return (draft) => {
    const { expires = '' } = draft
    const seconds = /^-?\d{1,15}$/.test(expires) ? Number(expires) : Number.NaN
    if (Number.isNaN(seconds)) throw refuse(expires, 'form')
    if (seconds < min) throw refuse(expires, 'min')
    if (seconds > max) throw refuse(expires, 'max')
    draft.expiresSeconds = seconds
  }
}
