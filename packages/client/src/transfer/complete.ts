/** Completes an upload so that a lost answer, a time-out or a repetition ends in the same result. */
import { OssError } from '../types/error.js'
import type { ObjectOptions } from '../types/object-options.js'
import { loaded } from '../wire/failure.js'
import { type Completed, complete, type RequestHooks, type UploadName } from '../wire/multipart.js'
import type { Requester } from '../wire/requester.js'
import { failures } from './load-failures.js'

/** Properties that the completed object must have. */
export interface ExpectedObject {
  /** Bytes. */
  readonly size: number | undefined
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
  parts: readonly { readonly partNumber: number; readonly etag: string }[] | 'all',
  options: ObjectOptions,
  expected: ExpectedObject,
  hooks: RequestHooks,
): Promise<Completed> {
  const outcome = await complete(requester, name, parts, options, hooks).catch(async (error: unknown) => {
    if (!(error instanceof OssError) || error.code !== 'NoSuchUpload') throw error
    const { findCompleted } = await loaded(import('./lost-answer.js'))
    return findCompleted(requester, name, expected, error, hooks)
  })
  const { crc64 } = expected
  if (crc64 !== undefined && outcome.crc64 !== undefined && outcome.crc64 !== String(crc64)) {
    throw (await failures()).mismatch(outcome.crc64, crc64, outcome.requestId)
  }
  return outcome
}
