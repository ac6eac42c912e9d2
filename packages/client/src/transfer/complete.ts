/** Completes an upload so that a lost answer, a time-out or a repetition ends in the same result. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { ObjectOptions } from '../types/object-options.js'
import { type Completed, complete, type RequestHooks, type UploadName } from '../wire/multipart.js'
import { headObject } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'

/** Properties that the completed object must have. */
export interface ExpectedObject {
  /** Bytes. */
  readonly size: number
  /** Absent where the checksums of some parts are not known. */
  readonly crc64: bigint | undefined
}

/**
 * Completes an upload. Where the server no longer knows the upload, as after an answer that was lost, the object counts as completed if
 * its size and CRC-64 are those expected. Throws OssError, ChecksumMismatch among them.
 */
export async function completeVerified(
  requester: Requester,
  name: UploadName,
  parts: readonly { readonly partNumber: number; readonly etag: string }[],
  options: ObjectOptions,
  expected: ExpectedObject,
  hooks: RequestHooks,
): Promise<Completed> {
  const outcome = await complete(requester, name, parts, options, hooks).catch((error: unknown) => {
    if (!(error instanceof OssError) || error.code !== 'NoSuchUpload') throw error
    return findCompleted(requester, name, expected, error, hooks)
  })
  const { crc64 } = expected
  if (crc64 !== undefined && outcome.crc64 !== undefined && outcome.crc64 !== String(crc64)) {
    throw new OssError({
      code: CLIENT_CODES.checksumMismatch,
      message: `The object's CRC-64 is ${outcome.crc64}, its bytes' ${crc64}.`,
      requestId: outcome.requestId,
      hint: 'Upload it again; if this repeats, something between this machine and the server changes bytes.',
    })
  }
  return outcome
}

async function findCompleted(
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
  const isSame = info.size === expected.size && expected.crc64 !== undefined && info.crc64 === String(expected.crc64)
  if (!isSame) throw noSuchUpload
  const requestId = info.headers['x-oss-request-id']
  return { etag: info.etag, crc64: info.crc64, versionId: info.versionId, requestId }
}
