/** How requests prove their sender: by a key, by a signer elsewhere, or not at all. Loaded when the first request is sent. */
import type { Auth, ClientOptions, SignedOperation, TransportResponse } from '../types/client.js'
import type { OssError } from '../types/error.js'
import { type Address, urlWith } from './address.js'
import type { Call } from './call.js'
import { createCredentialsSource } from './credentials.js'
import { createRemoteBatch } from './remote-signer.js'
import { createSigner, type Signer } from './sign.js'
import { type SigningDigests, webDigests } from './signing-digests.js'

/** One attempt of a request, ready to be sent. */
export interface Authorized {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Reports that the server answered 403. Returns whether another signature or other credentials may help. */
  refused(error: OssError): boolean
}

/** Signs requests; `time` is in milliseconds since 1970, `seconds` the life of a presigned URL. */
export interface Authorizer {
  authorize(call: Call, time: number, signal: AbortSignal): Promise<Authorized>
  presign(call: Call, time: number, seconds: number): Promise<string>
  /** The answers of another dialect in OSS's words; absent: they are OSS's. */
  readonly translation?: {
    response(response: TransportResponse): TransportResponse
    document(text: string): string
  }
}

/** Refusals that other credentials may end. */
const CREDENTIALS_CODES = new Set([
  'InvalidSecurityToken',
  'InvalidToken',
  'SecurityTokenExpired',
  'ExpiredToken',
  'InvalidAccessKeyId',
])

const NEVER = new AbortController().signal

type Options = Pick<ClientOptions, 'auth' | 'signature' | 'dialect' | 'integrity'>

/** The authorizer of a client's options. */
export async function createAuthorizer(
  options: Options,
  address: Address,
  digests: SigningDigests = webDigests,
): Promise<Authorizer> {
  const { auth, signature = 'v4', dialect = 'oss', integrity } = options
  if (dialect === 'oss') return authorizerOf(auth, () => createSigner(signature, address.region, digests), address)
  const { ossDocument, ossResponse, s3Call } = await import('./s3.js')
  const { createS3Signer } = await import('./sigv4.js')
  const own = authorizerOf(auth, () => createS3Signer(address, digests), address)
  const checks = integrity?.object !== 'none'
  return {
    authorize: async (call, time, signal) => own.authorize(s3Call(call, checks), time, signal),
    presign: async (call, time, seconds) => own.presign(s3Call(call, false), time, seconds),
    translation: { response: ossResponse, document: ossDocument },
  }
}

function authorizerOf(auth: Auth, signer: () => Signer, address: Address): Authorizer {
  const isFinal = () => false
  const plain: Authorizer = {
    authorize: async ({ bucket, key, query = {}, headers = {} }) => {
      return { url: urlWith(address.url(bucket, key), query), headers, refused: isFinal }
    },
    presign: async ({ bucket, key, query = {} }) => urlWith(address.url(bucket, key), query),
  }
  if ('signer' in auth) return { ...plain, authorize: remotely(createRemoteBatch(auth.signer), plain) }
  return 'credentials' in auth ? byKey(auth, signer(), address) : plain
}

function byKey(auth: Extract<Auth, { credentials: unknown }>, signer: Signer, address: Address): Authorizer {
  const source = createCredentialsSource(auth.credentials, Date.now)
  return {
    async authorize({ method, bucket, key, query = {}, headers = {} }, time, signal) {
      const credentials = await source.get(signal)
      return {
        url: urlWith(address.url(bucket, key), query),
        headers: await signer.headers({ method, bucket, key, query, headers }, credentials, time),
        refused: ({ code }) => CREDENTIALS_CODES.has(code) && source.reject(credentials),
      }
    },
    async presign({ method, bucket, key, query = {}, headers = {}, signedHeaders: additional }, time, seconds) {
      const credentials = await source.get(NEVER)
      const signed = await signer.query({ method, bucket, key, query, headers, additional }, credentials, time, seconds)
      return urlWith(address.url(bucket, key), signed)
    },
  }
}

/** A request that names no object cannot be signed elsewhere: it is sent as it is. */
function remotely(batch: ReturnType<typeof createRemoteBatch>, plain: Authorizer): Authorizer['authorize'] {
  return async (call, time, signal) => {
    const { op, method, bucket, key, query = {}, headers = {} } = call
    if (bucket === undefined || key === undefined) return plain.authorize(call, time, signal)
    const signed = await batch.sign({ op: op as SignedOperation, method, bucket, key, query, headers }, signal)
    const refused = () => signed.expiresAt !== undefined && Number(signed.expiresAt) <= Date.now()
    return { url: signed.url, headers: { ...headers, ...signed.headers }, refused }
  }
}
