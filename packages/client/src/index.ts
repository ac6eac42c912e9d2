/** The client of any platform that has `fetch` and Web Crypto: Deno, Bun, workers, edge runtimes. */
import { clientFactory } from './client.js'
import { crc64 } from './crc64.js'
import { memoryStore } from './transfer/checkpoint.js'
import { fetchTransport } from './transport-fetch.js'

export * from './exports.js'

/**
 * Creates a client for any platform with `fetch` and Web Crypto. It remembers unfinished transfers in memory only, and
 * opens no files. Throws OssError InvalidOption for an endpoint that is not an http or https URL.
 */
export const createClient = clientFactory({
  transport: fetchTransport,
  checkpoints: memoryStore,
  openSource: () => undefined,
  crc64,
  parallelMax: 16,
  bufferBytes: 64 * 1024 * 1024,
  partBytesMin: 8 * 1024 * 1024,
})
