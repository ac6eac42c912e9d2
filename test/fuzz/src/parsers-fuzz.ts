/**
 * The parsers of what strangers send, one by one: signatures, policies, forms and documents. Each takes corrupted input or
 * refuses it in its own way; no forged signature verifies.
 */
import {
  checkTime,
  decodeBody,
  type Operation,
  OssError,
  operations,
  parseQuery,
  presignV1,
  presignV4,
  Query,
  readClaim,
  type Signable,
  SignatureVerifier,
  signV1,
  signV4,
} from '@bindery/protocol'
import { CompiledPolicy, nodeDigests, PolicyFault, parsePolicy, parseXml, readPostForm } from '@bindery/service/testing'
import { type ByteSource, createRandom, type Random } from '@bindery/storage'
import { Found } from './found.js'
import { mutateBytes, pick } from './mutate.js'

/** Inputs of a round for each parser; forms are slower than the others. */
const INPUTS = { signatures: 2_000, policies: 2_000, documents: 2_000, forms: 500 }

/** Resolves with the number of inputs. */
export async function fuzzParsers(seed: number): Promise<number> {
  const random = createRandom(seed)
  for (let one = 0; one < INPUTS.signatures; one += 1) trySignature(random, seed)
  for (let one = 0; one < INPUTS.policies; one += 1) tryPolicy(random, seed)
  for (let one = 0; one < INPUTS.documents; one += 1) tryDocument(random, seed)
  for (let one = 0; one < INPUTS.forms; one += 1) await tryForm(random, seed)
  return Object.values(INPUTS).reduce((sum, count) => sum + count, 0)
}

/** Whether the parser took the input. Throws Found for any other failure. */
function takes(parse: () => void, isRefusal: (error: unknown) => boolean, story: () => string): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw new Found(`${error} for ${story()}`, { cause: error })
  }
}

const isOssError = (error: unknown): boolean => error instanceof OssError && error.row.status < 500

const verifier = new SignatureVerifier(nodeDigests)
const TIME = Date.UTC(2026, 0, 5, 8)
const KEY = { accessKeyId: 'LTAI5tFUZZ', accessKeySecret: 'secret' }
const REQUEST: Signable = {
  method: 'PUT',
  bucket: 'bkt',
  key: 'a b/目+c',
  query: parseQuery('acl&uploadId=0004B9&x-oss-process=image%2Fresize'),
  headers: { 'content-type': 'text/plain', 'x-oss-meta-a': '1', host: 'bkt.localhost', range: 'bytes=0-9' },
}
const SIGNED: readonly Signable[] = [
  signV1(REQUEST, KEY, { time: TIME, digests: nodeDigests }),
  presignV1(REQUEST, KEY, { expiresAt: TIME + 60_000, digests: nodeDigests }),
  signV4(REQUEST, KEY, { time: TIME, region: 'cn-hangzhou', digests: nodeDigests }),
  signV4(REQUEST, KEY, {
    time: TIME,
    region: 'cn-hangzhou',
    additionalHeaders: ['host', 'range'],
    digests: nodeDigests,
  }),
  presignV4(REQUEST, KEY, { time: TIME, region: 'cn-hangzhou', expiresSeconds: 60, digests: nodeDigests }),
]

/** The parts of a request that every signature covers: one of them changed must not verify. */
function trySignature(random: Random, seed: number): void {
  const signed = pick(random, SIGNED)
  const forged = random.below(2) === 0
  const request = forged ? { ...signed, ...forgery(random, signed) } : spoilt(random, signed)
  const story = () => `SEED=${seed}: ${JSON.stringify([request.headers, request.query.parameters])}`
  takes(
    () => {
      const claim = readClaim(request)
      if (claim === undefined) return
      checkTime(claim, TIME)
      const verifies = verifier.verifies(claim, request, KEY.accessKeySecret)
      if (verifies && forged) throw new Found(`a forged signature verifies: ${story()}`)
      if (!verifies) verifier.mismatch(claim, request)
    },
    isOssError,
    story,
  )
}

function forgery(random: Random, { key = '' }: Signable): Partial<Signable> {
  switch (random.below(3)) {
    case 0:
      return { method: pick(random, ['GET', 'DELETE', 'POST']) }
    case 1:
      return { bucket: pick(random, ['bkt2', 'bk', 'bkt/a b']) }
    default:
      return { key: `${key}${pick(random, ['x', '/', ' ', '\n', '?acl'])}` }
  }
}

/** A text of the request corrupted: a header, or a parameter of the query. */
function spoilt(random: Random, request: Signable): Signable {
  const text = (value: string) => mutateBytes(random, Buffer.from(value, 'latin1')).toString('latin1')
  if (random.below(2) === 0) {
    const [name, value] = pick(random, Object.entries(request.headers))
    return { ...request, headers: { ...request.headers, [name]: text(value) } }
  }
  const at = random.below(request.query.parameters.length)
  const parameters = request.query.parameters.map(({ name, value }, index) => {
    if (index !== at) return { name, value }
    return random.below(4) === 0 ? { name: text(name), value } : { name, value: text(value ?? '') }
  })
  return { ...request, query: new Query(parameters) }
}

const POLICIES = [
  {
    Effect: 'Allow',
    Action: ['oss:Get*', 'oss:ListObjects'],
    Resource: ['acs:oss:*:*:bkt', 'acs:oss:*:*:bkt/a/*'],
    Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '::1'] }, StringLike: { 'oss:Prefix': 'a/?*' } },
  },
  {
    Effect: 'Deny',
    NotAction: '*:?et*',
    NotResource: 'acs:oss:*:1:*',
    Condition: {
      DateLessThan: { 'acs:CurrentTime': '2026-01-05T08:00:00+08:00' },
      Bool: { 'acs:SecureTransport': 'true' },
    },
  },
].map((statement) => JSON.stringify({ Version: '1', Statement: [statement] }))

const ASKED = ['oss:GetObject', 'oss:PutObject', 'oss:ListObjects']

function tryPolicy(random: Random, seed: number): void {
  const text = mutateBytes(random, Buffer.from(pick(random, POLICIES))).toString()
  takes(
    () => {
      const policy = new CompiledPolicy(parsePolicy('identity', text))
      const resource = { product: 'oss', region: 'cn-hangzhou', account: '1', path: 'bkt/a/1' }
      const lookUp = (key: string) => (key === 'acs:SourceIp' ? '10.1.2.3' : undefined)
      for (const action of ASKED) policy.evaluate({ action, resource, principal: { isOwner: false }, lookUp })
    },
    (error) => error instanceof PolicyFault,
    () => `SEED=${seed}: ${text}`,
  )
}

const DOCUMENTED: readonly Operation[] = Object.values<Operation>(operations).filter(
  ({ body }) => body !== undefined && body !== 'bytes',
)
const DOCUMENTS = [
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"A"</ETag></Part></CompleteMultipartUpload>',
  '<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key><VersionId>null</VersionId></Object></Delete>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<LifecycleConfiguration><Rule><ID>1</ID><Prefix>a/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>',
  '<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>http://*.a</Referer></RefererList></RefererConfiguration>',
  '<Tagging><TagSet><Tag><Key>a</Key><Value><![CDATA[b]]></Value></Tag></TagSet></Tagging>',
]

function tryDocument(random: Random, seed: number): void {
  const bytes = mutateBytes(random, Buffer.from(pick(random, DOCUMENTS)))
  const operation = pick(random, DOCUMENTED)
  takes(
    () => decodeBody(operation, parseXml, bytes, {}),
    isOssError,
    () => `SEED=${seed}: ${operation.name} ${bytes.toString('latin1')}`,
  )
}

const FORM = [
  ['key', 'user/a'],
  ['policy', 'eyJleHBpcmF0aW9uIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIn0='],
  ['x-oss-meta-a', 'é'],
]
  .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  .concat('--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbytes\r\n--b--\r\n')
  .join('')

async function tryForm(random: Random, seed: number): Promise<void> {
  const bytes = mutateBytes(random, Buffer.from(FORM))
  try {
    const form = await readPostForm(inOnePiece(bytes), { 'content-type': 'multipart/form-data; boundary=b' })
    const file = form.file(undefined)
    const buffer = new Uint8Array(1_000)
    while ((await file.read(buffer)) > 0);
  } catch (error) {
    if (!isOssError(error)) throw new Found(`${error} for SEED=${seed}: ${bytes.toString('latin1')}`, { cause: error })
  }
}

function inOnePiece(bytes: Buffer): ByteSource {
  let at = 0
  return {
    size: bytes.length,
    ready: async () => {},
    read: async (buffer) => {
      const piece = bytes.subarray(at, at + buffer.length)
      buffer.set(piece)
      at += piece.length
      return piece.length
    },
  }
}
