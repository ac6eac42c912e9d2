import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '../errors/oss-error.js'
import { parseQuery } from '../query.js'
import { checkTime } from './check-time.js'
import { readClaim } from './claim.js'
import type { Claim } from './claim-form.js'

const NOW = Date.UTC(2022, 11, 20, 8, 48, 18)
const MINUTE = 60_000
const CREDENTIAL = 'ak/20221220/cn-hangzhou/oss/aliyun_v4_request'
const UNSIGNED = { 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' }

function claim(headers: Record<string, string>, query = ''): Claim | undefined {
  return readClaim({ query: parseQuery(query), headers })
}

function authorization(text: string): Claim | undefined {
  const additional = { abc: '', host: 'h', range: 'bytes=0-1' }
  return claim({ authorization: text, 'x-oss-date': '20221220T084818Z', ...UNSIGNED, ...additional })
}

function refusal(run: () => unknown): { cause: string; code: string; status: number; ec: string | undefined } {
  try {
    run()
  } catch (error) {
    if (!(error instanceof OssError)) throw error
    const { code, status, ec } = error.row
    return { cause: error.reason, code, status, ec }
  }
  throw new Error('nothing was refused')
}

function cause(run: () => unknown): string {
  return refusal(run).cause
}

/** The query of a V4 URL, with keys replaced, or left out if undefined. */
function v4Url(changes: Record<string, string | undefined> = {}): string {
  const keys = {
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': CREDENTIAL,
    'x-oss-date': '20221220T084818Z',
    'x-oss-expires': '600',
    'x-oss-signature': 'ab',
    ...changes,
  }
  return Object.entries(keys)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&')
}

test('a request without a signature makes no claim, whatever its query', () => {
  assert.equal(claim({}, 'para1=test&prefix=a&x-oss-process=b'), undefined)
})

test('V1 in the header splits at its colon', () => {
  const found = authorization('OSS ak:c2ln')
  assert.deepEqual([found?.scheme, found?.place, found?.accessKeyId, found?.signature], ['v1', 'header', 'ak', 'c2ln'])
})

test('the items of V4 come in any order, with or without spaces', () => {
  for (const items of [
    `Credential=${CREDENTIAL},AdditionalHeaders=abc;host,Signature=ab`,
    `Credential=${CREDENTIAL}, AdditionalHeaders=abc;host, Signature=ab`,
    `Credential=${CREDENTIAL}, Signature=ab, AdditionalHeaders=host;abc`,
  ]) {
    const found = authorization(`OSS4-HMAC-SHA256 ${items}`)
    assert.ok(found?.scheme === 'v4')
    assert.deepEqual(found.additionalHeaders, ['abc', 'host'])
    assert.deepEqual(found.scope, { date: '20221220', region: 'cn-hangzhou', product: 'oss' })
    assert.equal(found.signature, 'ab')
  }
})

test('the product of V4 is taken from its credential, and the region may be empty', () => {
  const found = authorization('OSS4-HMAC-SHA256 Credential=ak/20221220//oss-cloudbox/aliyun_v4_request,Signature=ab')
  assert.ok(found?.scheme === 'v4')
  assert.deepEqual(found.scope, { date: '20221220', region: '', product: 'oss-cloudbox' })
})

test('x-oss-date takes precedence over Date in a header signature', () => {
  const headers = { authorization: 'OSS ak:c2ln', date: 'D' }
  assert.equal(claim({ ...headers, 'x-oss-date': 'X' })?.date, 'X')
  assert.equal(claim(headers)?.date, 'D')
})

test('a malformed Authorization header is refused with 400 and the text for its error', () => {
  const refusals: Record<string, string> = {
    '': 'authorizationEmpty',
    'Basic abc': 'authorizationInvalid',
    'oss ak:sig': 'authorizationInvalid',
    OSS: 'authorizationItems',
    'OSS ak': 'authorizationItems',
    'OSS ak:sig:more': 'authorizationItems',
    'OSS :sig': 'authorizationMissingPart',
    'OSS ak:': 'signatureEmpty',
    'OSS4-HMAC-SHA256': 'v4AuthorizationInvalid',
    'OSS4-HMAC-SHA256 Signature': 'v4AuthorizationInvalid',
    'OSS4-HMAC-SHA256 Signature=a,Signature=b': 'v4AuthorizationInvalid',
    'OSS4-HMAC-SHA256 Signature=ab': 'authorizationMissingPart',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL}`]: 'authorizationMissingPart',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab,Extra=1`]: 'authorizationUnknownParameter',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab,AdditionalHeaders=`]: 'v4AdditionalHeadersEmpty',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab,AdditionalHeaders=host;`]: 'v4AdditionalHeadersInvalid',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab,AdditionalHeaders=Host`]: 'v4AdditionalHeadersInvalid',
    [`OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab,AdditionalHeaders=host;xyz`]: 'v4AdditionalHeadersMissing',
    'OSS4-HMAC-SHA256 Credential=ak/20221220/cn-hangzhou/s3/aliyun_v4_request,Signature=ab': 'v4ProductInvalid',
    'OSS4-HMAC-SHA256 Credential=ak/20221220/cn-hangzhou/OSS/aliyun_v4_request,Signature=ab': 'v4ProductInvalid',
    'OSS2 AccessKeyId:ak,AdditionalHeaders:,Signature:c2ln': 'v2AdditionalHeadersEmpty',
    'OSS2 AccessKeyId:ak,AdditionalHeaders:Range,Signature:c2ln': 'v2AdditionalHeadersInvalid',
    'OSS2 AccessKeyId:ak,AdditionalHeaders:if-match,Signature:c2ln': 'v2AdditionalHeadersMissing',
  }
  for (const credential of [
    'ak/20221220/cn-hangzhou/oss/aws4_request',
    'ak/20221220/cn-hangzhou/oss',
    'ak/20221220/cn-hangzhou//aliyun_v4_request',
    'ak/2022-12-20/cn-hangzhou/oss/aliyun_v4_request',
    '/20221220/cn-hangzhou/oss/aliyun_v4_request',
    `${CREDENTIAL}/more`,
  ]) {
    refusals[`OSS4-HMAC-SHA256 Credential=${credential},Signature=ab`] = 'v4CredentialInvalid'
  }
  for (const [text, expected] of Object.entries(refusals)) {
    const { cause, code, status } = refusal(() => authorization(text))
    assert.deepEqual([cause, code, status], [expected, 'InvalidArgument', 400], text)
  }
})

test('the items of V2 come in any order, with or without spaces', () => {
  for (const items of [
    'AccessKeyId:ak,AdditionalHeaders:range;host,Signature:c2ln',
    'AccessKeyId:ak, Signature:c2ln, AdditionalHeaders:host;range',
  ]) {
    const found = authorization(`OSS2 ${items}`)
    assert.ok(found?.scheme === 'v2')
    assert.deepEqual([found.accessKeyId, found.signature, found.additionalHeaders], ['ak', 'c2ln', ['host', 'range']])
  }
})

test('the additional headers of a URL are judged as those of a header, each form by its own cause', () => {
  const ecs = (names: string) => {
    const v2 = `x-oss-signature-version=OSS2&x-oss-access-key-id=ak&x-oss-expires=1&x-oss-signature=a`
    const queries = [v4Url({ 'x-oss-additional-headers': names }), `${v2}&x-oss-additional-headers=${names}`]
    return queries.map((query) => refusal(() => claim({ host: 'h' }, query)).ec)
  }
  assert.deepEqual(ecs(''), ['0002-00000076', '0002-00000110'])
  assert.deepEqual(ecs('host;'), ['0002-00000077', '0002-00000111'])
  assert.deepEqual(ecs('host;range'), ['0002-00000078', '0002-00000112'])
  const found = claim({ host: 'h' }, v4Url({ 'x-oss-additional-headers': 'host' }))
  assert.ok(found?.scheme === 'v4')
  assert.deepEqual(found.additionalHeaders, ['host'])
  const other = v4Url({ 'x-oss-credential': 'ak/20221220/cn-hangzhou/s3/aliyun_v4_request' })
  assert.equal(refusal(() => claim({}, other)).ec, '0002-00000227')
})

test('a V2 request that lacks an item is refused with the name of the item', () => {
  const url = 'x-oss-signature-version=OSS2'
  assert.equal(
    cause(() => authorization('OSS2 ak:c2ln')),
    'authorizationUnknownParameter',
  )
  assert.equal(
    cause(() => authorization('OSS2 ak')),
    'authorizationItems',
  )
  assert.equal(
    cause(() => authorization('OSS2 Signature:c2ln')),
    'authorizationMissingPart',
  )
  assert.equal(refusal(() => authorization('OSS2 AccessKeyId:ak')).ec, '0002-00000108')
  assert.equal(
    cause(() => claim({}, `${url}&x-oss-signature=s`)),
    'urlSignatureIncomplete',
  )
  assert.equal(
    cause(() => claim({}, `${url}&x-oss-access-key-id=a&x-oss-expires=9`)),
    'v2SignatureMissing',
  )
  assert.equal(
    cause(() => claim({}, `${url}&x-oss-access-key-id=a&x-oss-expires=z&x-oss-signature=s`)),
    'urlExpiresInvalid',
  )
})

test('V4 in the header accepts no payload hash except UNSIGNED-PAYLOAD', () => {
  const headers = { authorization: `OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab` }
  assert.equal(refusal(() => claim({ ...headers, 'x-oss-content-sha256': 'e3b0' })).ec, '0002-00000214')
  assert.equal(refusal(() => claim(headers)).ec, '0002-00000214')
})

test('a signature of OSS and one of S3 in one request are refused, as two signatures are', () => {
  const ofS3 = 'X-Amz-Algorithm=AWS4-HMAC-SHA256'
  assert.equal(
    cause(() => claim({ authorization: 'OSS a:b' }, ofS3)),
    'authorizationTwice',
  )
  for (const query of [`OSSAccessKeyId=a&Expires=1&Signature=b&${ofS3}`, 'AWSAccessKeyId=a&OSSAccessKeyId=a']) {
    assert.equal(
      cause(() => claim({}, query)),
      'authorizationTwice',
    )
  }
})

test('signatures of other protocols are refused by name', () => {
  for (const scheme of ['AWS', 'AWS4-HMAC-SHA256']) {
    assert.equal(
      cause(() => authorization(`${scheme} x`)),
      'signatureNotSupported',
    )
  }
  for (const query of ['X-Amz-Algorithm=AWS4-HMAC-SHA256', 'AWSAccessKeyId=a&Expires=1']) {
    assert.equal(
      cause(() => claim({}, query)),
      'signatureNotSupported',
    )
  }
  assert.equal(refusal(() => claim({}, 'x-oss-signature-version=OSS5')).ec, '0002-00000066')
})

test('a request signed in both header and URL is refused', () => {
  const headers = { authorization: 'OSS ak:c2ln' }
  assert.equal(
    cause(() => claim(headers, 'OSSAccessKeyId=ak&Expires=1&Signature=s')),
    'authorizationTwice',
  )
  assert.equal(
    cause(() => claim(headers, v4Url())),
    'authorizationTwice',
  )
})

test('the first of repeated keys in a URL counts', () => {
  const found = claim({}, 'Signature=a&Signature=b&Expires=1&Expires=2&OSSAccessKeyId=x&OSSAccessKeyId=y')
  assert.deepEqual([found?.signature, found?.date, found?.accessKeyId], ['a', '1', 'x'])
})

test('an incomplete V1 URL is refused with 403 and the text for the missing item', () => {
  const refusals: Record<string, string> = {
    'Expires=1': 'urlSignatureIncomplete',
    'Expires=1&OSSAccessKeyId=ak': 'urlSignatureIncomplete',
    'Expires=1&Signature=s': 'urlSignatureIncomplete',
    'Signature=s&OSSAccessKeyId=ak': 'urlExpiresMissing',
    'Signature=s&OSSAccessKeyId=ak&Expires=': 'urlExpiresInvalid',
    'Signature=s&OSSAccessKeyId=ak&Expires=soon': 'urlExpiresInvalid',
  }
  for (const [query, expected] of Object.entries(refusals)) {
    const { cause, code, status } = refusal(() => claim({}, query))
    assert.deepEqual([cause, code, status], [expected, 'AccessDenied', 403], query)
  }
})

test('an incomplete V4 URL is refused with 400 and the EC of its key', () => {
  const refusals: [Record<string, string | undefined>, string][] = [
    [{ 'x-oss-signature': undefined }, '0002-00000219'],
    [{ 'x-oss-credential': undefined }, '0002-00000224'],
    [{ 'x-oss-credential': 'ak/20221220/cn-hangzhou/oss/aws4_request' }, '0002-00000224'],
    [{ 'x-oss-date': undefined }, '0002-00000223'],
    [{ 'x-oss-date': '20221320T084818Z' }, '0002-00000223'],
    [{ 'x-oss-expires': undefined }, '0002-00000215'],
    [{ 'x-oss-expires': '0' }, '0002-00000215'],
    [{ 'x-oss-expires': '604801' }, '0002-00000215'],
    [{ 'x-oss-expires': '1893456000' }, '0002-00000215'],
  ]
  for (const [changes, ec] of refusals) {
    const refused = refusal(() => claim({}, v4Url(changes)))
    assert.deepEqual([refused.ec, refused.status], [ec, 400], JSON.stringify(changes))
  }
})

test('a token has another name in each place', () => {
  const v4 = { authorization: `OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab`, ...UNSIGNED }
  const v1 = { authorization: 'OSS ak:c2ln' }
  const v1Url = 'OSSAccessKeyId=ak&Expires=1&Signature=s'
  assert.equal(claim({ ...v1, 'x-oss-security-token': 't' })?.securityToken, 't')
  assert.equal(claim({ ...v1, 'security-token': 't' })?.securityToken, 't')
  assert.equal(claim({ ...v4, 'x-oss-security-token': 't' })?.securityToken, 't')
  assert.equal(claim({ ...v4, 'security-token': 't' })?.securityToken, undefined)
  assert.equal(claim({}, `${v1Url}&security-token=t`)?.securityToken, 't')
  assert.equal(claim({}, `${v1Url}&x-oss-security-token=t`)?.securityToken, undefined)
  assert.equal(claim({}, v4Url({ 'x-oss-security-token': 't' }))?.securityToken, 't')
  assert.equal(claim({}, v4Url({ 'security-token': 't' }))?.securityToken, undefined)
  assert.equal(claim({ ...v1, 'x-oss-security-token': '' })?.securityToken, undefined)
})

test('a token in both header and query is refused', () => {
  const headers = { 'x-oss-security-token': 't' }
  assert.equal(
    cause(() => claim(headers, 'OSSAccessKeyId=a&Expires=1&Signature=s&security-token=t')),
    'securityTokenTwice',
  )
  assert.equal(
    cause(() => claim(headers, v4Url({ 'x-oss-security-token': 't' }))),
    'securityTokenTwice',
  )
})

function timeOf(headers: Record<string, string>, query = ''): () => void {
  const found = claim(headers, query)
  assert.ok(found !== undefined)
  return () => checkTime(found, NOW)
}

test('the time of a signed header may differ by 15 minutes in both directions and both formats', () => {
  const signed = (time: number, format: (date: Date) => string) =>
    timeOf({ authorization: 'OSS ak:c2ln', 'x-oss-date': format(new Date(time)) })
  const formats = [
    (date: Date) => date.toUTCString(),
    (date: Date) => `${date.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`,
  ]
  for (const format of formats) {
    for (const sign of [-1, 1]) {
      assert.doesNotThrow(signed(NOW + sign * 15 * MINUTE, format))
      assert.equal(cause(signed(NOW + sign * 16 * MINUTE, format)), 'requestTimeTooSkewed')
      assert.equal(cause(signed(NOW + sign * 24 * 60 * MINUTE, format)), 'requestTimeTooSkewed')
    }
  }
})

test('the error for a skewed request contains both times', () => {
  const skewed = timeOf({ authorization: 'OSS ak:c2ln', date: 'Tue, 20 Dec 2022 08:32:17 GMT' })
  assert.throws(skewed, (error: OssError) => {
    assert.equal(error.row.status, 403)
    assert.deepEqual(Object.entries(error.details), [
      ['maxAllowedSkewMilliseconds', 900_000],
      ['requestTime', '2022-12-20T08:32:17.000Z'],
      ['serverTime', '2022-12-20T08:48:18.000Z'],
    ])
    return true
  })
})

test('a missing date and an invalid one are distinguished', () => {
  assert.equal(cause(timeOf({ authorization: 'OSS ak:c2ln' })), 'dateMissing')
  for (const date of ['yesterday', '2022', '20221220', '2022-12-20T08:48:18Z', '20221232T084818Z']) {
    assert.equal(cause(timeOf({ authorization: 'OSS ak:c2ln', date })), 'dateInvalid', date)
  }
})

test('the V4 scope must be for the day of the request, whether its date is ISO or an HTTP date', () => {
  const headers = { authorization: `OSS4-HMAC-SHA256 Credential=${CREDENTIAL},Signature=ab`, ...UNSIGNED }
  assert.doesNotThrow(timeOf({ ...headers, date: 'Tue, 20 Dec 2022 08:48:18 GMT' }))
  assert.doesNotThrow(timeOf({ ...headers, 'x-oss-date': 'Tue, 20 Dec 2022 08:48:18 GMT' }))
  const other = { ...headers, authorization: headers.authorization.replace('20221220', '20221219') }
  assert.equal(cause(timeOf({ ...other, 'x-oss-date': '20221220T084818Z' })), 'v4CredentialInvalid')
  assert.equal(cause(timeOf({}, v4Url({ 'x-oss-date': '20221219T084818Z' }))), 'v4UrlDateInvalid')
})

test('Expires of a V1 URL is a point in time', () => {
  const expiring = (seconds: number) => timeOf({}, `OSSAccessKeyId=ak&Signature=s&Expires=${seconds}`)
  assert.doesNotThrow(expiring(NOW / 1000))
  assert.doesNotThrow(expiring(99_999_999_999_999))
  assert.equal(refusal(expiring(NOW / 1000 - 1)).ec, '0002-00000069')
  assert.throws(expiring(0), {
    details: { expires: '1970-01-01T00:00:00.000Z', serverTime: '2022-12-20T08:48:18.000Z' },
  })
})

test('x-oss-expires of a V2 URL is a point in time', () => {
  const url = 'x-oss-signature-version=OSS2&x-oss-access-key-id=ak&x-oss-signature=s&x-oss-expires='
  assert.doesNotThrow(timeOf({}, `${url}${NOW / 1000}`))
  assert.equal(cause(timeOf({}, `${url}${NOW / 1000 - 1}`)), 'urlExpired')
})

test('x-oss-expires of a V4 URL counts seconds from x-oss-date, which may be 15 minutes ahead', () => {
  const url = (date: string, seconds: number) =>
    timeOf({}, v4Url({ 'x-oss-date': date, 'x-oss-expires': String(seconds) }))
  assert.doesNotThrow(url('20221220T084818Z', 1))
  assert.doesNotThrow(url('20221220T083818Z', 600))
  assert.equal(refusal(url('20221220T083818Z', 599)).ec, '0002-00000236')
  assert.doesNotThrow(url('20221220T090318Z', 1))
  assert.equal(refusal(url('20221220T090319Z', 1)).ec, '0002-00000236')
})
