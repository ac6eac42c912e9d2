/**
 * The parsers of what strangers send, one by one: signatures, policies, forms and documents. Each takes corrupted input or
 * refuses it in its own way; no forged signature verifies.
 */
import { decodeBody, formHeaders, type Operation, operations } from '@bindery/protocol'
import { CompiledPolicy, PolicyFault, parsePolicy, parseXml, readPostForm } from '@bindery/service/testing'
import { type ByteSource, createRandom, type Random } from '@bindery/storage'
import { Found, isOssError, takes } from './found.js'
import { mutateBytes, pick } from './mutate.js'
import { requireVerifying, tryFormSignature, tryRpcSignature, trySignature } from './signatures-fuzz.js'

/** Inputs of a round for each parser; forms are slower than the others. */
const INPUTS = {
  signatures: 2_000,
  formSignatures: 1_000,
  rpcSignatures: 500,
  policies: 2_000,
  documents: 2_000,
  forms: 500,
}

/** The parsers that take one input without waiting. */
const TRIES: Readonly<Record<Exclude<keyof typeof INPUTS, 'forms'>, (random: Random, seed: number) => void>> = {
  signatures: trySignature,
  formSignatures: tryFormSignature,
  rpcSignatures: tryRpcSignature,
  policies: tryPolicy,
  documents: tryDocument,
}

/** Resolves with the number of inputs. */
export async function fuzzParsers(seed: number): Promise<number> {
  requireVerifying()
  const random = createRandom(seed)
  for (const [name, attempt] of Object.entries(TRIES)) {
    for (let one = 0; one < INPUTS[name as keyof typeof INPUTS]; one += 1) attempt(random, seed)
  }
  for (let one = 0; one < INPUTS.forms; one += 1) await tryForm(random, seed)
  return Object.values(INPUTS).reduce((sum, count) => sum + count, 0)
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
    formHeaders(form)
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
