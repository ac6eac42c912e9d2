/** Checksums that are sent ahead of a body: the server compares them before it stores anything. Loaded when they are wanted. */
import { base64, Md5 } from '@bindery/bytes'
import type { NewMd5, RetryPolicy } from '../types/client.js'
import type { Checksum } from '../wire/checksum.js'
import type { RequestHooks } from '../wire/multipart.js'
import { checksumText } from '../wire/s3.js'
import { checksumOf, type PartContent, piecesOf } from './part-body.js'

/** A request with checksums of its body. */
export interface Stated {
  readonly headers?: Readonly<Record<string, string>>
  readonly hooks: RequestHooks
}

/** Attempts to send a body that arrives changed, the first included. */
const CHANGED_ATTEMPTS = 3
/** OSS's and S3's codes for a body that does not have its checksum. */
const CHANGED_CODES = new Set(['InvalidDigest', 'BadDigest'])

/** States the checksums of a body, which is read an extra time. @param wanted `crc64`: that of S3, where it is wanted */
export async function stated(
  content: PartContent,
  wanted: { readonly md5: boolean; readonly crc64?: Checksum | undefined; readonly newMd5: NewMd5 | undefined },
  hooks: RequestHooks,
): Promise<Stated> {
  const { md5, crc64, newMd5 } = wanted
  const checksum = crc64 && checksumText(await checksumOf(content.open(), crc64))
  const headers = {
    ...(md5 ? { 'content-md5': base64(await md5Of(content.open(), newMd5)) } : {}),
    ...(checksum === undefined ? {} : { 'x-amz-checksum-crc64nvme': checksum }),
  }
  const { retry } = hooks
  const isRetryable: RetryPolicy['isRetryable'] = (error, context) =>
    retry?.isRetryable?.(error, context) ??
    (CHANGED_CODES.has(error.code) ? context.attempt < CHANGED_ATTEMPTS : undefined)
  return { headers, hooks: { ...hooks, retry: { ...retry, isRetryable } } }
}

/** The MD5 of bytes. */
export async function md5Of(
  content: ReturnType<PartContent['open']>,
  newMd5: NewMd5 = () => new Md5(),
): Promise<Uint8Array> {
  const md5 = newMd5()
  for await (const piece of piecesOf(await content)) md5.update(piece)
  return md5.digest()
}
