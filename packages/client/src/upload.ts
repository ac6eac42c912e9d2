/**
 * Uploads alone, in at most 15 KB: for pages that send files and do nothing else. Signature V1 is a module of its own, which is
 * loaded when it is first used.
 */
import { crc64 } from '@bindery/bytes'
import { fetchTransport } from './transport-fetch.js'
import type { ClientOptions } from './types/client.js'
import { Uploader } from './uploader.js'

export { fetchTransport } from './transport-fetch.js'
export type * from './types/checkpoint.js'
export type * from './types/client.js'
export { CLIENT_CODES, OssError, type OssErrorFields } from './types/error.js'
export type * from './types/file-handle.js'
export type * from './types/object-options.js'
export type * from './types/upload.js'
export type { Uploader } from './uploader.js'

/**
 * Creates an uploader for any platform with `fetch` and Web Crypto. An upload that failed continues by `resume()`; pass
 * `checkpoints: indexedDbStore()` and `transport: xhrTransport()` of `@bindery/client/browser` to survive a reload and to see
 * bytes leave. Throws OssError InvalidOption for an endpoint that is not an http or https URL.
 */
export function createUploader(options: ClientOptions): Uploader {
  return new Uploader(options, {
    transport: fetchTransport,
    checkpoints: () => undefined,
    openSource: () => undefined,
    crc64,
    parallelMax: 6,
    bufferBytes: 32 * 1024 * 1024,
  })
}
