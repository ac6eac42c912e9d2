import { escapeXml } from '@bindery/protocol'
import { call, element, type TestRequest, type TestResponse } from './call.js'
import { type StartedService, startService } from './start-service.js'

/** The bucket that the helpers of this file use. */
export const BUCKET = 'bkt'

/** 102,400 bytes, the minimum for a part before the last. */
export const FULL_PART = new Uint8Array(102_400).fill(0x61)

/** A started service with one private bucket. */
export async function startWithBucket(options: Parameters<typeof startService>[0] = {}): Promise<StartedService> {
  const started = await startService(options)
  await call(started, { method: 'PUT', bucket: BUCKET })
  return started
}

/** Additions of a request to those of its helper. */
export type Extra = Pick<TestRequest, 'headers' | 'query' | 'as' | 'bucket' | 'style' | 'scheme'>

/** Initiates an upload and returns its id; throws if the service refuses. */
export async function initiate(started: StartedService, key: string, extra: Extra = {}): Promise<string> {
  const query = { uploads: undefined, ...extra.query }
  const response = await call(started, { method: 'POST', bucket: BUCKET, key, ...extra, query })
  const uploadId = element(response.text, 'UploadId')
  if (uploadId === undefined) throw new Error(`the upload was refused: ${response.text}`)
  return uploadId
}

/** Uploads one part. */
export function uploadPart(
  started: StartedService,
  key: string,
  uploadId: string,
  partNumber: number,
  body: TestRequest['body'] = FULL_PART,
  extra: Extra = {},
): Promise<TestResponse> {
  const query = { partNumber: String(partNumber), uploadId, ...extra.query }
  return call(started, { method: 'PUT', bucket: BUCKET, key, body: body ?? '', ...extra, query })
}

/** A part's number, and its ETag as written in the document. */
export type Listed = readonly [partNumber: number, etag: string | undefined]

/** The body of a Complete. */
export function partList(parts: readonly Listed[]): string {
  const lines = parts.map(
    ([partNumber, etag = '']) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${lines.join('')}</CompleteMultipartUpload>`
}

/** Completes an upload from these parts, or with this body. */
export function complete(
  started: StartedService,
  key: string,
  uploadId: string,
  parts: readonly Listed[] | string,
  extra: Extra = {},
): Promise<TestResponse> {
  const body = typeof parts === 'string' ? parts : partList(parts)
  return call(started, { method: 'POST', bucket: BUCKET, key, body, ...extra, query: { uploadId, ...extra.query } })
}
