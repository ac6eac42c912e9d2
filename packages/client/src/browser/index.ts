/** The client of browsers: upload progress by XMLHttpRequest, checkpoints in IndexedDB, one tab per upload. */
import { Client } from '../client.js'
import { crc64 } from '../crc64.js'
import type { ClientOptions } from '../types/client.js'
import type { Platform } from '../uploader.js'
import { indexedDbStore } from './indexed-db-store.js'
import { xhrTransport } from './transport.js'

export * from '../exports.js'
export { droppedFiles } from './dropped-files.js'
export { indexedDbStore } from './indexed-db-store.js'
export { xhrTransport } from './transport.js'

const PLATFORM: Platform = {
  transport: xhrTransport,
  checkpoints: () => indexedDbStore(),
  openSource: () => undefined,
  crc64,
  parallelMax: 6,
  bufferBytes: 32 * 1024 * 1024,
}

/**
 * Creates a client for browsers. `auto` parallelism uses at most 6 parts in flight, the limit of browsers for
 * connections to one host over HTTP/1.1; sources that cannot be read twice are buffered in up to 32 MiB. Throws
 * OssError InvalidOption for an endpoint that is not an http or https URL.
 */
export function createClient(options: ClientOptions): Client {
  // a function, and not the result of a call: bundlers leave it out of pages that use only other exports
  return new Client(options, PLATFORM)
}
