/**
 * Signatures of requests, of forms and of RPC calls, with a text corrupted or a signed part replaced: each is refused by a
 * cause of its own, and no forged one verifies.
 */
import {
  acs3Signature,
  acs3StringToSign,
  checkPostPolicy,
  checkTime,
  type FormFields,
  type FormRules,
  OssError,
  ossDialect,
  parsePostPolicy,
  parseQuery,
  policyProtocol,
  presignS3,
  presignV1,
  presignV4,
  Query,
  readAcs3Claim,
  readClaim,
  requireSigned,
  type Signable,
  SignatureVerifier,
  type SignedRequest,
  s3Dialect,
  signS3,
  signV1,
  signV4,
  splitTarget,
  verifyForm,
} from '@bindery/protocol'
import { nodeDigests } from '@bindery/service/testing'
import type { Random } from '@bindery/storage'
import { Found, isOssError, takes } from './found.js'
import { mutateBytes, pick } from './mutate.js'

const digests = nodeDigests
const verifier = new SignatureVerifier(digests)
const TIME = Date.UTC(2026, 0, 5, 8)
const DAY = '20260105'
const KEY = { accessKeyId: 'LTAI5tFUZZ', accessKeySecret: 'secret' }
const REQUEST: Signable = {
  method: 'PUT',
  bucket: 'bkt',
  key: 'a b/目+c',
  query: parseQuery('acl&uploadId=0004B9&x-oss-process=image%2Fresize'),
  headers: { 'content-type': 'text/plain', 'x-oss-meta-a': '1', host: 'bkt.localhost', range: 'bytes=0-9' },
}

/** The same request signed by V2, whose signer only old SDKs have: the string to sign is that of a mismatch. */
function signedV2(place: 'header' | 'url'): Signable {
  const date = new Date(TIME).toUTCString()
  const expires = String(TIME / 1000 + 60)
  const withSignature = (signature: string): Signable => {
    if (place === 'header') {
      const authorization = `OSS2 AccessKeyId:${KEY.accessKeyId},AdditionalHeaders:host;range,Signature:${signature}`
      return { ...REQUEST, headers: { ...REQUEST.headers, date, authorization } }
    }
    const added = Object.entries({
      'x-oss-signature-version': 'OSS2',
      'x-oss-expires': expires,
      'x-oss-access-key-id': KEY.accessKeyId,
      'x-oss-additional-headers': 'host;range',
      'x-oss-signature': signature,
    }).map(([name, value]) => ({ name, value }))
    return { ...REQUEST, query: new Query([...REQUEST.query.parameters, ...added]) }
  }
  const unsigned = withSignature('A')
  const claim = readClaim(unsigned)
  if (claim === undefined) throw new TypeError('the request has a claim')
  const { stringToSign } = verifier.mismatch(claim, unsigned).details
  const signature = digests.hmacSha256(Buffer.from(KEY.accessKeySecret), Buffer.from(String(stringToSign)))
  return withSignature(Buffer.from(signature).toString('base64'))
}

const V4 = { time: TIME, region: 'cn-hangzhou', digests }
const OF_OSS: readonly Signable[] = [
  signV1(REQUEST, KEY, { time: TIME, digests }),
  presignV1(REQUEST, KEY, { expiresAt: TIME + 60_000, digests }),
  signedV2('header'),
  signedV2('url'),
  signV4(REQUEST, KEY, V4),
  signV4(REQUEST, KEY, { ...V4, additionalHeaders: ['host', 'range'] }),
  presignV4(REQUEST, KEY, { ...V4, expiresSeconds: 60 }),
]

const SENT = {
  method: 'PUT',
  target: '/bkt/a%20b?acl&x-id=PutObject',
  headers: { host: 'localhost', 'x-amz-acl': 'private' },
}
const OF_S3: readonly SignedRequest[] = [
  { ...SENT, headers: signS3(SENT, 'UNSIGNED-PAYLOAD', KEY, V4) },
  { ...SENT, target: presignS3(SENT, 60, KEY, V4) },
].map(({ method, target, headers }) => {
  const { query } = splitTarget(target)
  return { method, target, headers, bucket: 'bkt', key: 'a b', query: parseQuery(query) }
})

/** Each form verifies as long as nothing is changed: otherwise the rest would prove nothing. */
export function requireVerifying(): void {
  const verifies = [
    ...OF_OSS.map((request) => verifiesOss(request)),
    ...OF_S3.map((request) => verifiesS3(request)),
    ...FORMS.map(({ rules, fields }) => verifiesForm(rules, fields)),
    verifiesRpc(RPC),
  ]
  if (verifies.includes(false)) throw new Found(`a signature does not verify: ${verifies}`)
}

/** A request of OSS or S3. */
export function trySignature(random: Random, seed: number): void {
  const isS3 = random.below(4) === 0
  const signed: SignedRequest = isS3 ? pick(random, OF_S3) : pick(random, OF_OSS)
  const forged = random.below(2) === 0
  const request = forged ? { ...signed, ...forgery(random, signed, isS3) } : spoilt(random, signed)
  const story = () => `SEED=${seed}: ${JSON.stringify(request)}`
  takes(
    () => {
      const verifies = isS3 ? verifiesS3(request) : verifiesOss(request)
      if (verifies && forged) throw new Found(`a forged signature verifies: ${story()}`)
    },
    isOssError,
    story,
  )
}

function verifiesOss(request: SignedRequest): boolean {
  const claim = readClaim(request)
  if (claim === undefined) return false
  checkTime(claim, TIME)
  const verifies = verifier.verifies(claim, request, KEY.accessKeySecret)
  if (!verifies) verifier.mismatch(claim, request)
  return verifies
}

function verifiesS3(request: SignedRequest): boolean {
  const claim = s3Dialect.readClaim?.(request)
  if (claim === undefined) return false
  checkTime(claim, TIME)
  if (claim.scheme === 'sigv4') requireSigned(claim, request)
  const verifies = verifier.verifies(claim, request, KEY.accessKeySecret)
  if (!verifies) verifier.mismatch(claim, request)
  return verifies
}

/** S3 signs the path as it was sent. */
function forgery(random: Random, { key = '', target = '' }: SignedRequest, isS3: boolean): Partial<SignedRequest> {
  if (random.below(3) === 0) return { method: pick(random, ['GET', 'DELETE', 'POST']) }
  if (isS3) return { target: target.replace('/bkt/', pick(random, ['/bkt2/', '/bk/', '/bkt/x', '/BKT/', '/bkt/%61/'])) }
  if (random.below(2) === 0) return { bucket: pick(random, ['bkt2', 'bk', 'bkt/a b']) }
  return { key: `${key}${pick(random, ['x', '/', ' ', '\n', '?acl'])}` }
}

/** A text of the request corrupted: a header, or a parameter of the query. */
function spoilt(random: Random, request: SignedRequest): SignedRequest {
  if (random.below(2) === 0) {
    const [name, value] = pick(random, Object.entries(request.headers))
    return { ...request, headers: { ...request.headers, [name]: corrupted(random, value) } }
  }
  const at = random.below(request.query.parameters.length)
  const parameters = request.query.parameters.map(({ name, value }, index) => {
    if (index !== at) return { name, value }
    const isName = random.below(4) === 0
    return isName ? { name: corrupted(random, name), value } : { name, value: corrupted(random, value ?? '') }
  })
  return { ...request, query: new Query(parameters) }
}

function corrupted(random: Random, text: string): string {
  return mutateBytes(random, Buffer.from(text, 'latin1')).toString('latin1')
}

interface SignedForm {
  readonly rules: FormRules
  readonly fields: FormFields
}

const DATE = `${DAY}T080000Z`
const POLICY = {
  expiration: '2030-01-01T00:00:00.000Z',
  conditions: [
    { bucket: 'bkt' },
    ['starts-with', '$key', 'user/'],
    ['eq', '$success_action_status', '201'],
    ['in', '$content-type', ['image/jpg', 'image/png']],
    ['not-in', '$cache-control', ['no-cache']],
    ['content-length-range', 1, 1024],
    ['starts-with', '$x-amz-algorithm', ''],
    ['starts-with', '$x-amz-credential', ''],
    ['starts-with', '$x-amz-date', ''],
  ],
}
const PROTOCOLS = ['oss', 's3', 'either'] as const
const FORMS: readonly SignedForm[] = [
  signedForm(ossDialect.forms, { OSSAccessKeyId: KEY.accessKeyId }, 'Signature'),
  signedForm(
    ossDialect.forms,
    {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': `${KEY.accessKeyId}/${DAY}/cn-hangzhou/oss/aliyun_v4_request`,
      'x-oss-date': DATE,
    },
    'x-oss-signature',
  ),
  signedForm(
    s3Dialect.forms,
    {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${KEY.accessKeyId}/${DAY}/cn-hangzhou/s3/aws4_request`,
      'x-amz-date': DATE,
    },
    'x-amz-signature',
  ),
]

/** A form whose signature is the one that its verification expects. */
function signedForm(rules: FormRules, identity: Readonly<Record<string, string>>, signature: string): SignedForm {
  const policy = Buffer.from(JSON.stringify(POLICY)).toString('base64')
  const members = { key: 'user/a', 'content-type': 'image/png', success_action_status: '201', policy, ...identity }
  const fields = new Map(
    Object.entries({ ...members, [signature]: 'A' }).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const claim = rules.readClaim(fields)
  if (claim === undefined) throw new TypeError('the form has a claim')
  const keys = { ...KEY, date: DAY, region: 'cn-hangzhou' }
  return { rules, fields: fields.set(signature.toLowerCase(), formSignature(claim, keys)) }
}

function formSignature(
  { policy, scope, sigV4Scope }: NonNullable<ReturnType<FormRules['readClaim']>>,
  { accessKeySecret, date, region }: typeof KEY & { readonly date: string; readonly region: string },
): string {
  const bytes = Buffer.from(policy)
  if (scope === undefined && sigV4Scope === undefined) {
    return Buffer.from(digests.hmacSha1(Buffer.from(accessKeySecret), bytes)).toString('base64')
  }
  const steps = scope === undefined ? [date, region, 's3', 'aws4_request'] : [date, region, 'oss', 'aliyun_v4_request']
  const first: Uint8Array = Buffer.from(`${scope === undefined ? 'AWS4' : 'aliyun_v4'}${accessKeySecret}`)
  const key = steps.reduce((sum, step) => digests.hmacSha256(sum, Buffer.from(step)), first)
  return Buffer.from(digests.hmacSha256(key, bytes)).toString('hex')
}

/** The fields of a form: a corrupted policy, which no key signed, must not be obeyed. */
export function tryFormSignature(random: Random, seed: number): void {
  const { rules, fields } = pick(random, FORMS)
  const [name, value] = pick(random, [...fields])
  const changed = corrupted(random, value)
  const spoiltFields = new Map(fields).set(name, changed)
  const story = () => `SEED=${seed}: ${JSON.stringify([...spoiltFields])}`
  takes(
    () => {
      if (verifiesForm(rules, spoiltFields) && name === 'policy' && changed !== value) {
        throw new Found(`an unsigned policy is obeyed: ${story()}`)
      }
    },
    isOssError,
    story,
  )
  // the parser of policies is behind the signature: strangers reach it with keys of their own
  const policy = mutateBytes(random, Buffer.from(JSON.stringify(POLICY))).toString('base64')
  takes(
    () => checkPostPolicy(parsePostPolicy(policy), { bucket: 'bkt', fields, signedFor: pick(random, PROTOCOLS) }, TIME),
    isOssError,
    () => `SEED=${seed}: ${policy}`,
  )
}

function verifiesForm(rules: FormRules, fields: FormFields): boolean {
  const claim = rules.readClaim(fields)
  if (claim === undefined) return false
  verifyForm(claim, KEY.accessKeySecret, digests)
  checkPostPolicy(
    parsePostPolicy(claim.policy),
    { bucket: 'bkt', fields, signedFor: policyProtocol(claim, rules.needsConditions) },
    TIME,
  )
  return true
}

interface RpcCall {
  readonly method: string
  readonly path: string
  readonly query: Query
  readonly headers: Readonly<Record<string, string>>
}

const RPC = signedRpc({
  method: 'POST',
  path: '/',
  query: parseQuery('RoleArn=acs%3Aram%3A%3A1%3Arole%2Fr&RoleSessionName=a%20b'),
  headers: { host: 'sts.aliyuncs.com', 'x-acs-action': 'AssumeRole', 'x-acs-date': '2026-01-05T08:00:00Z' },
})

function signedRpc(call: RpcCall): RpcCall {
  const signedHeaders = Object.keys(call.headers).sort()
  const claim = { accessKeyId: KEY.accessKeyId, signedHeaders, signature: '' }
  const signature = acs3Signature(KEY.accessKeySecret, acs3StringToSign(call, claim, digests), digests)
  const items = `Credential=${KEY.accessKeyId},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`
  return { ...call, headers: { ...call.headers, authorization: `ACS3-HMAC-SHA256 ${items}` } }
}

function verifiesRpc({ headers, ...call }: RpcCall): boolean {
  const claim = readAcs3Claim(headers.authorization ?? '')
  if (claim === undefined) return false
  return (
    acs3Signature(KEY.accessKeySecret, acs3StringToSign({ ...call, headers }, claim, digests), digests) ===
    claim.signature
  )
}

/** An RPC call with a signature in its headers. */
export function tryRpcSignature(random: Random, seed: number): void {
  const { method, path, query } = RPC
  const [name, value] = pick(random, Object.entries(RPC.headers))
  const changed = corrupted(random, value)
  const call = { method, path, query, headers: { ...RPC.headers, [name]: changed } }
  const story = () => `SEED=${seed}: ${JSON.stringify(call.headers)}`
  takes(
    () => {
      const verifies = verifiesRpc(call)
      if (verifies && name !== 'authorization' && changed.trim() !== value)
        throw new Found(`a forged call verifies: ${story()}`)
    },
    (error) => error instanceof OssError,
    story,
  )
}
