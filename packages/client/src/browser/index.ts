/** The client of browsers: upload progress by XMLHttpRequest, checkpoints in IndexedDB, one tab per upload. */
import { clientFactory } from '../client.js'
import { indexedDbStore } from './indexed-db-store.js'
import { xhrTransport } from './transport.js'

export * from '../exports.js'
export { indexedDbStore } from './indexed-db-store.js'
export { xhrTransport } from './transport.js'

export const createClient = clientFactory({
  transport: xhrTransport,
  checkpoints: () => indexedDbStore(),
  openSource: () => undefined,
  parallelMax: 6,
  bufferBytes: 32 * 1024 * 1024,
})
