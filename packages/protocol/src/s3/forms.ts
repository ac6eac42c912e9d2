/** The forms of AWS's signatures of version 4 and 2, as S3 has them: in the Authorization header and in a presigned URL. */
import { OssError } from '../errors/oss-error.js'
import { PRESIGN_V4_SECONDS_MAX } from '../limits.js'
import type { Head } from '../message.js'
import {
  because,
  beginsAtTime,
  type Check,
  type ClaimForm,
  type Draft,
  endsInSeconds,
  filled,
  lasts,
  type Place,
  present,
} from '../signature/claim-form.js'
import { formatBasicTime, parseBasicTime, parseRequestTime } from '../signature/time.js'
import { UNSIGNED_PAYLOAD } from '../signature/v4.js'
import { EMPTY_SHA256, SIGV4_ALGORITHM, SIGV4_SERVICE, SIGV4_TERMINATOR, type SigV4Scope } from './sigv4.js'

type Why = (why: string) => () => OssError

const inHeader: Why = (why) => () => new OssError('sigV4HeaderMalformed', { why })
const inUrl: Why = (why) => () => new OssError('sigV4UrlMalformed', { why })

const COMPONENTS = 'the authorization header requires three components: Credential, SignedHeaders, and Signature.'
const PARAMETERS =
  'it requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
const EXPIRES = {
  form: 'X-Amz-Expires should be a number',
  min: 'X-Amz-Expires must be non-negative',
  max: `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${PRESIGN_V4_SECONDS_MAX} seconds`,
}

const header: ClaimForm = {
  draft({ headers }, text) {
    const items = new Map(text.split(',').map(nameAndValue))
    return {
      credential: items.get('Credential'),
      signature: items.get('Signature'),
      names: items.get('SignedHeaders'),
      date: headerDate(headers),
      payload: headers['x-amz-content-sha256'],
    }
  },
  checks: [
    filled('credential', inHeader(COMPONENTS)),
    filled('names', inHeader(COMPONENTS)),
    filled('signature', inHeader(COMPONENTS)),
    scoped(inHeader),
    signedHeaders,
    payloadOrNoBody,
  ],
  tokenOf: ({ headers }) => headers['x-amz-security-token'] || undefined,
  claim(draft, securityToken) {
    const { accessKeyId = '', signature = '', date = '', sigV4Scope: scope = NO_SCOPE } = draft
    const { headerNames = [], payload = '' } = draft
    const signed = { signature, securityToken, date, signedHeaders: headerNames, payload }
    return { scheme: 'sigv4', place: 'header', accessKeyId, scope, ...signed }
  },
  impossibleKey: 'invalidAccessKeyId',
  otherRegion: (given, region) => new OssError('sigV4RegionInvalid', { given, region }),
}

const url: ClaimForm = {
  draft: ({ query, headers }) => ({
    credential: query.get('X-Amz-Credential'),
    signature: query.get('X-Amz-Signature'),
    date: query.get('X-Amz-Date'),
    expires: query.get('X-Amz-Expires'),
    names: query.get('X-Amz-SignedHeaders'),
    payload: query.get('X-Amz-Content-Sha256') ?? headers['x-amz-content-sha256'],
  }),
  checks: [
    filled('credential', inUrl(PARAMETERS)),
    filled('signature', inUrl(PARAMETERS)),
    filled('date', inUrl(PARAMETERS)),
    filled('names', inUrl(PARAMETERS)),
    present('expires', inUrl(PARAMETERS)),
    algorithm,
    scoped(inUrl),
    beginsAtTime(inUrl("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")),
    lasts({ min: 0, max: PRESIGN_V4_SECONDS_MAX }, (_, why) => inUrl(EXPIRES[why])()),
    signedHeaders,
  ],
  tokenOf: ({ query }) => query.get('X-Amz-Security-Token') || undefined,
  claim(draft, securityToken) {
    const { accessKeyId = '', signature = '', date = '', sigV4Scope: scope = NO_SCOPE, expiresSeconds = 0 } = draft
    const { headerNames = [], payload = UNSIGNED_PAYLOAD } = draft
    const signed = { signature, securityToken, date, signedHeaders: headerNames, payload, expiresSeconds }
    return { scheme: 'sigv4', place: 'url', accessKeyId, scope, ...signed }
  },
  impossibleKey: 'invalidAccessKeyId',
  otherRegion: (given, region) => new OssError('sigV4UrlRegionInvalid', { given, region }),
}

/** In the header of a request of STS, which has no text for the hash of its body. */
export const STS_FORM: ClaimForm = {
  ...header,
  checks: [
    filled('credential', inHeader(COMPONENTS)),
    filled('names', inHeader(COMPONENTS)),
    filled('signature', inHeader(COMPONENTS)),
    scoped(inHeader, 'sts'),
    signedHeaders,
  ],
}

/** Signature Version 4 by the place of the signature. */
export const SIGV4_FORMS = { header, url } as const satisfies Record<Place, ClaimForm>

const sigV2Header: ClaimForm = {
  draft({ headers }, text) {
    const colon = text.lastIndexOf(':')
    return {
      accessKeyId: text.slice(0, Math.max(colon, 0)),
      signature: text.slice(colon + 1),
      date: headerDate(headers),
    }
  },
  checks: [
    filled('accessKeyId', because('sigV4AuthorizationInvalid')),
    filled('signature', because('sigV4AuthorizationInvalid')),
  ],
  tokenOf: ({ headers }) => headers['x-amz-security-token'] || undefined,
  claim: sigV2Claim('header'),
  impossibleKey: 'invalidAccessKeyId',
}

const sigV2Url: ClaimForm = {
  draft: ({ query }) => ({
    accessKeyId: query.get('AWSAccessKeyId'),
    signature: query.get('Signature'),
    date: query.get('Expires'),
  }),
  checks: [
    filled('accessKeyId', because('sigV2UrlIncomplete')),
    filled('signature', because('sigV2UrlIncomplete')),
    present('date', because('sigV2UrlIncomplete')),
    endsInSeconds(because('urlExpiresInvalid')),
  ],
  tokenOf: ({ query }) => query.get('x-amz-security-token') || undefined,
  claim: sigV2Claim('url'),
  impossibleKey: 'invalidAccessKeyId',
}

/** Signature Version 2 by the place of the signature. */
export const SIGV2_FORMS = { header: sigV2Header, url: sigV2Url } as const satisfies Record<Place, ClaimForm>

function sigV2Claim(place: Place): ClaimForm['claim'] {
  return ({ accessKeyId = '', signature = '', date = '' }, securityToken) => ({
    scheme: 'sigv2',
    place,
    ...{ accessKeyId, signature, date, securityToken },
  })
}

/** Only for types: the check of the credential comes before. */
const NO_SCOPE: SigV4Scope = { date: '', region: '' }

function nameAndValue(item: string): readonly [name: string, value: string] {
  const equals = item.indexOf('=')
  return [item.slice(0, Math.max(equals, 0)).trim(), item.slice(equals + 1).trim()]
}

/** Other forms than the basic one, and the zone of s3cmd. Version 4 signs the basic form in any case. */
function headerDate(headers: Head['headers']): string {
  const date = headers['x-amz-date'] ?? headers.date ?? ''
  if (parseBasicTime(date) !== undefined) return date
  const time = parseRequestTime(date.replace(/ [+-]0000$/, ' GMT'))
  return time === undefined ? date : formatBasicTime(time)
}

/** Splits the credential: the last four items are the scope, and a key's id may have slashes. */
function scoped(malformed: Why, own: string = SIGV4_SERVICE): Check {
  return (draft) => {
    const items = (draft.credential ?? '').split('/')
    const [date = '', region = '', service, terminator] = items.slice(-4)
    const accessKeyId = items.slice(0, -4).join('/')
    if (accessKeyId === '' || !/^\d{8}$/.test(date)) {
      throw malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')()
    }
    if (terminator !== SIGV4_TERMINATOR) {
      throw malformed(`incorrect terminal "${terminator}". This endpoint uses "${SIGV4_TERMINATOR}".`)()
    }
    if (service !== own) {
      throw malformed(`incorrect service "${service}". This endpoint belongs to "${own}".`)()
    }
    draft.accessKeyId = accessKeyId
    draft.sigV4Scope = own === SIGV4_SERVICE ? { date, region } : { date, region, service }
  }
}

function signedHeaders(draft: Draft): void {
  const { names = '' } = draft
  draft.headerNames = names
    .split(';')
    .map((name) => name.trim().toLowerCase())
    .sort()
}

/** A request without a body may leave its hash out. */
function payloadOrNoBody(draft: Draft, { headers }: Head): void {
  if (draft.payload !== undefined) return
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {
    throw new OssError('sigV4PayloadMissing')
  }
  draft.payload = EMPTY_SHA256
}

function algorithm(_: Draft, { query }: Head): void {
  if (query.get('X-Amz-Algorithm') !== SIGV4_ALGORITHM) {
    throw inUrl('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')()
  }
}
