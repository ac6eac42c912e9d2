/** The forms of OSS's signatures: V1, V2 and V4, each in the Authorization header and in a URL. */
import type { Cause } from '../errors/catalogue.js'
import { OssError } from '../errors/oss-error.js'
import { RamError } from '../errors/ram-error.js'
import { PRESIGN_V4_SECONDS_MAX } from '../limits.js'
import type { Head } from '../message.js'
import {
  because,
  beginsAtTime,
  type Check,
  type Claim,
  type ClaimForm,
  type Draft,
  endsInSeconds,
  filled,
  lasts,
  type Place,
  present,
  type Refuse,
} from './claim-form.js'
import { UNSIGNED_PAYLOAD, V4_TERMINATOR, type V4Scope } from './v4.js'

/** Products whose requests come to a bucket: those of OSS itself, and of its cloud boxes. */
const V4_PRODUCTS: ReadonlySet<string> = new Set(['oss', 'oss-cloudbox'])

const V2_NAMES = additionalHeaders(
  'v2AdditionalHeadersEmpty',
  'v2AdditionalHeadersInvalid',
  'v2AdditionalHeadersMissing',
)

const v1Header: ClaimForm = {
  draft(head, text) {
    const [accessKeyId, signature, ...more] = text.split(':')
    if (signature === undefined || more.length > 0) throw new OssError('authorizationItems')
    return { accessKeyId, signature, date: headerDate(head) }
  },
  checks: [filled('accessKeyId', because('authorizationMissingPart')), filled('signature', because('signatureEmpty'))],
  // the newer Python and Java SDKs send the token of V1 in a header without the usual prefix
  tokenOf: (head) => tokenOf(head, 'header', 'security-token') ?? (head.headers['security-token'] || undefined),
  claim: v1Claim('header'),
  impossibleKey: 'accessKeyIdCharacters',
}

const v1Url: ClaimForm = {
  draft: ({ query }) => ({
    accessKeyId: query.get('OSSAccessKeyId'),
    signature: query.get('Signature'),
    date: query.get('Expires'),
  }),
  checks: [
    present('date', because('urlExpiresMissing')),
    filled('accessKeyId', because('urlSignatureIncomplete')),
    filled('signature', because('urlSignatureIncomplete')),
    endsInSeconds(because('urlExpiresInvalid')),
  ],
  tokenOf: (head) => tokenOf(head, 'url', 'security-token'),
  claim: v1Claim('url'),
  impossibleKey: 'urlAccessKeyIdCharacters',
}

const v2Header: ClaimForm = {
  draft(head, text) {
    const items = ossItems(text, ':', ['AccessKeyId', 'AdditionalHeaders', 'Signature'], 'authorizationItems')
    return {
      accessKeyId: items.get('AccessKeyId'),
      signature: items.get('Signature'),
      names: items.get('AdditionalHeaders'),
      date: headerDate(head),
    }
  },
  checks: [
    filled('accessKeyId', because('authorizationMissingPart')),
    filled('signature', because('v2SignatureMissing')),
    V2_NAMES,
  ],
  tokenOf: (head) => tokenOf(head, 'header', 'security-token'),
  claim: v2Claim('header'),
  impossibleKey: 'v2AccessKeyIdCharacters',
}

const v2Url: ClaimForm = {
  draft: ({ query }) => ({
    accessKeyId: query.get('x-oss-access-key-id'),
    signature: query.get('x-oss-signature'),
    date: query.get('x-oss-expires'),
    names: query.get('x-oss-additional-headers'),
  }),
  checks: [
    filled('accessKeyId', because('urlSignatureIncomplete')),
    present('date', because('urlSignatureIncomplete')),
    filled('signature', because('v2SignatureMissing')),
    endsInSeconds(because('urlExpiresInvalid')),
    V2_NAMES,
  ],
  tokenOf: (head) => tokenOf(head, 'url', 'security-token'),
  claim: v2Claim('url'),
  impossibleKey: 'v2AccessKeyIdCharacters',
}

const v4Header: ClaimForm = {
  draft(head, text) {
    const items = ossItems(text, '=', ['Credential', 'AdditionalHeaders', 'Signature'], 'v4AuthorizationInvalid')
    return {
      credential: items.get('Credential'),
      signature: items.get('Signature'),
      names: items.get('AdditionalHeaders'),
      date: headerDate(head),
    }
  },
  checks: [
    filled('credential', because('authorizationMissingPart')),
    filled('signature', because('authorizationMissingPart')),
    additionalHeaders('v4AdditionalHeadersEmpty', 'v4AdditionalHeadersInvalid', 'v4AdditionalHeadersMissing'),
    unsignedPayload,
    scoped(because('v4CredentialInvalid')),
    ofProduct(because('v4ProductInvalid', 'Credential')),
  ],
  tokenOf: (head) => tokenOf(head, 'header', 'x-oss-security-token'),
  claim: ({ accessKeyId = '', signature = '', date = '', scope = NO_SCOPE, headerNames = [] }, securityToken) => {
    const signed = { signature, additionalHeaders: headerNames, securityToken, date }
    return { scheme: 'v4', place: 'header', accessKeyId, scope, ...signed }
  },
  impossibleKey: 'v4AccessKeyIdCharacters',
  otherRegion: because('v4RegionInvalid', 'Credential'),
}

/** V4 of requests whose body counts: the header of the payload has the SHA-256 of the body in lower-case hex. */
export const V4_OF_BODY: ClaimForm = {
  ...v4Header,
  checks: v4Header.checks.map((check) => (check === unsignedPayload ? payloadOfBody : check)),
}

const v4Url: ClaimForm = {
  draft: ({ query }) => ({
    credential: query.get('x-oss-credential'),
    signature: query.get('x-oss-signature'),
    date: query.get('x-oss-date'),
    expires: query.get('x-oss-expires'),
    names: query.get('x-oss-additional-headers'),
  }),
  checks: [
    filled('signature', because('v4UrlSignatureMissing', 'x-oss-signature')),
    scoped(because('v4UrlCredentialInvalid', 'x-oss-credential')),
    ofProduct(because('v4ProductInvalid', 'x-oss-credential')),
    beginsAtTime(because('v4UrlDateInvalid', 'x-oss-date')),
    lasts({ min: 1, max: PRESIGN_V4_SECONDS_MAX }, because('v4UrlExpiresInvalid', 'x-oss-expires')),
    additionalHeaders('v4UrlAdditionalHeadersEmpty', 'v4UrlAdditionalHeadersInvalid', 'v4UrlAdditionalHeadersMissing'),
  ],
  tokenOf: (head) => tokenOf(head, 'url', 'x-oss-security-token'),
  claim: (draft, securityToken) => {
    const {
      accessKeyId = '',
      signature = '',
      date = '',
      scope = NO_SCOPE,
      headerNames = [],
      expiresSeconds = 0,
    } = draft
    const signed = { signature, additionalHeaders: headerNames, securityToken, date, expiresSeconds }
    return { scheme: 'v4', place: 'url', accessKeyId, scope, ...signed }
  },
  impossibleKey: 'v4UrlAccessKeyIdCharacters',
  otherRegion: because('v4UrlRegionInvalid', 'x-oss-credential'),
}

/** By scheme and place. */
export const OSS_FORMS = {
  v1: { header: v1Header, url: v1Url },
  v2: { header: v2Header, url: v2Url },
  v4: { header: v4Header, url: v4Url },
} as const satisfies Record<string, Record<Place, ClaimForm>>

/** Only for types: the check of the credential comes before. */
const NO_SCOPE: V4Scope = { date: '', region: '', product: '' }

function v1Claim(place: Place): ClaimForm['claim'] {
  return ({ accessKeyId = '', signature = '', date = '' }, securityToken): Claim => {
    return { scheme: 'v1', place, accessKeyId, signature, securityToken, date }
  }
}

function v2Claim(place: Place): ClaimForm['claim'] {
  return ({ accessKeyId = '', signature = '', date = '', headerNames = [] }, securityToken): Claim => {
    return { scheme: 'v2', place, accessKeyId, signature, additionalHeaders: headerNames, securityToken, date }
  }
}

interface Credential {
  readonly text: string
  readonly accessKeyId: string
  readonly scope: V4Scope
}

/** Splits the credential into the key's id and the scope. */
function scoped(refuse: Refuse): Check {
  // most requests have the credential of the one before
  let last: Credential | undefined
  return (draft) => {
    const { credential = '' } = draft
    if (last?.text !== credential) last = splitCredential(credential, refuse)
    draft.accessKeyId = last.accessKeyId
    draft.scope = last.scope
  }
}

function splitCredential(text: string, refuse: Refuse): Credential {
  const [accessKeyId, date = '', region, product = '', terminator, ...more] = text.split('/')
  const isPlain = /^\d{8}$/.test(date) && /^[\w.-]*$/.test(region ?? '') && /^[\w.-]+$/.test(product)
  if (!accessKeyId || region === undefined || terminator !== V4_TERMINATOR || !isPlain || more.length > 0) {
    throw refuse(text)
  }
  return { text, accessKeyId, scope: { date, region, product } }
}

function ofProduct(refuse: Refuse): Check {
  return ({ scope }) => {
    const product = scope?.product ?? ''
    if (!V4_PRODUCTS.has(product)) throw refuse(product)
  }
}

function unsignedPayload(_: Draft, { headers }: Head): void {
  const payload = headers['x-oss-content-sha256'] ?? ''
  if (payload !== UNSIGNED_PAYLOAD) throw because('v4PayloadInvalid', 'x-oss-content-sha256')(payload)
}

function payloadOfBody(_: Draft, { headers }: Head): void {
  const payload = headers['x-oss-content-sha256'] ?? ''
  if (!/^[\da-f]{64}$/.test(payload)) throw new RamError('bodyUnsigned')
}

/**
 * Reads a list of header names. The causes are those of a list that is empty, that holds an invalid name, and that names
 * what the request does not have. OSS requires sorted names; older Python SDKs send them unsorted and sign them sorted.
 */
function additionalHeaders(empty: Cause, invalid: Cause, missing: Cause): Check {
  return (draft, { headers }) => {
    const { names: text } = draft
    draft.headerNames = []
    if (text === undefined) return
    if (text === '') throw new OssError(empty)
    const names = text.split(';').map((name) => name.trim())
    if (names.some((name) => name === '' || name !== name.toLowerCase())) throw new OssError(invalid)
    if (names.some((name) => headers[name] === undefined)) throw new OssError(missing)
    draft.headerNames = names.sort()
  }
}

/** The items of a header. Throws `malformed` or authorizationUnknownParameter, whichever fault comes first. */
function ossItems(text: string, sign: string, names: readonly string[], malformed: Cause): ReadonlyMap<string, string> {
  const items = new Map<string, string>()
  for (const item of text.split(',')) {
    const end = item.indexOf(sign)
    const name = item.slice(0, Math.max(end, 0)).trim()
    if (end === -1 || items.has(name)) throw new OssError(malformed)
    if (!names.includes(name)) throw new OssError('authorizationUnknownParameter')
    items.set(name, item.slice(end + 1).trim())
  }
  return items
}

/** `x-oss-date` takes precedence over Date. */
function headerDate({ headers }: Head): string {
  return headers['x-oss-date'] ?? headers.date ?? ''
}

/** A token with an empty value counts as absent. In a URL it counts only there; OSS refuses it in both places. */
function tokenOf({ query, headers }: Head, place: Place, queryKey: string): string | undefined {
  const inHeader = headers['x-oss-security-token']
  const inQuery = query.get(queryKey)
  if (inHeader && inQuery) throw because('securityTokenTwice', queryKey)(inQuery)
  return inQuery || (place === 'header' && inHeader) || undefined
}
