/** Requests of S3, for tests. */
import { createHash } from 'node:crypto'
import { percentEncode } from '@bindery/bytes'
import { signS3 } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import { nodeDigests, sourceOf } from '../domain/testing.js'
import { type TestRequest, type TestResponse, whole } from './call.js'
import { ROOT, type StartedService } from './start-service.js'

/** A request of S3 with its bucket in the path; the query is sent as it is. */
export interface S3Request extends Pick<TestRequest, 'method' | 'bucket' | 'key' | 'headers' | 'as'> {
  /** Without `?`, percent-encoded. */
  readonly query?: string
  /** The signature does not cover a source of bytes. */
  readonly body?: string | Uint8Array | ByteSource
  /** The text of `x-amz-content-sha256`; default: the hash of the body. */
  readonly payload?: string
  /** Default `http`, from this machine. */
  readonly scheme?: 'http' | 'https'
  readonly remoteAddress?: string
  /** Headers that are added after signing. */
  readonly unsigned?: Readonly<Record<string, string>>
}

/** Signs a request of S3 by Signature Version 4, passes it to the service, and reads the response completely. */
export async function s3(started: StartedService, request: S3Request): Promise<TestResponse> {
  const { method, bucket, key, query, body = '', as = ROOT } = request
  const path =
    bucket === undefined ? '/' : `/${bucket}${key === undefined ? '' : `/${percentEncode(key, { keepSlash: true })}`}`
  const target = query === undefined ? path : `${path}?${query}`
  const source = typeof body === 'object' && 'read' in body ? body : sourceOf(Buffer.from(body))
  const framing: Record<string, string> =
    method === 'PUT' || method === 'POST' ? { 'content-length': String(source.size) } : {}
  const headers = { host: '127.0.0.1:9000', ...framing, ...request.headers }
  const payload = request.payload ?? (source === body ? 'UNSIGNED-PAYLOAD' : hashOf(body as string | Uint8Array))
  const signer = as === 'anonymous' ? undefined : { ...as, securityToken: as.session?.securityToken }
  const options = { time: started.now(), region: 'cn-hangzhou', digests: nodeDigests }
  const signed = signer === undefined ? headers : signS3({ method, target, headers }, payload, signer, options)
  return whole(
    await started.service.handle({
      method,
      scheme: request.scheme ?? 'http',
      host: '127.0.0.1:9000',
      target,
      headers: { ...signed, ...request.unsigned },
      remoteAddress: request.remoteAddress ?? '127.0.0.1',
      body: source,
    }),
  )
}

function hashOf(body: string | Uint8Array): string {
  return createHash('sha256').update(Buffer.from(body)).digest('hex')
}
