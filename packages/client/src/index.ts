/** The client of any platform that has `fetch` and Web Crypto: Deno, Bun, workers, edge runtimes. */
import { clientFactory } from './client.js'
import { memoryStore } from './transfer/checkpoint.js'
import { fetchTransport } from './transport-fetch.js'

export * from './exports.js'

export const createClient = clientFactory({
  transport: fetchTransport,
  checkpoints: memoryStore,
  openSource: () => undefined,
  parallelMax: 16,
  bufferBytes: 64 * 1024 * 1024,
})
