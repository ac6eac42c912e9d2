/** Finds the object of a Complete whose answer was lost. Loaded when that happens. */
import { OssError } from '../types/error.js'
import type { Completed, RequestHooks, UploadName } from '../wire/multipart.js'
import { headObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import type { ExpectedObject } from './complete.js'

/** The object, if it is the expected one. Throws `noSuchUpload` where it is not. */
export async function findCompleted(
  requester: Requester,
  { bucket, key }: UploadName,
  expected: ExpectedObject,
  noSuchUpload: OssError,
  hooks: RequestHooks,
): Promise<Completed> {
  const info = await headObject(requester, { bucket, key }, hooks).catch((error: unknown) => {
    if (error instanceof OssError && error.status === 404) throw noSuchUpload
    throw error
  })
  const { size = info.size, crc64 } = expected
  const isSame = info.size === size && crc64 !== undefined && info.crc64 === String(crc64)
  if (!isSame) throw noSuchUpload
  const requestId = info.headers['x-oss-request-id']
  return { etag: info.etag, crc64: info.crc64, versionId: info.versionId, requestId }
}
