/** The client of Node.js: files as sources and targets, checkpoints in the user's state folder. */
import crypto, { createHash, createHmac } from 'node:crypto'
import { clientFactory } from '../client.js'
import { crc64 } from '../crc64.js'
import { fileSource } from './file-source.js'
import { fileStore } from './file-store.js'
import { fileTarget } from './file-target.js'
import { nodeTransport } from './transport.js'

export { contentTypeOf } from '../content-type.js'
export { crc64 } from '../crc64.js'
export * from '../exports.js'
export { fileSource } from './file-source.js'
export { fileStore } from './file-store.js'
export { type FileTargetOptions, fileTarget } from './file-target.js'
export { makeFolders } from './make-folders.js'
export { isPartName } from './part-names.js'
export type { Route } from './route.js'
export { nodeTransport } from './transport.js'

/**
 * Creates a client for Node.js. A source `{ path }` is read as a file, and unfinished transfers are remembered in a
 * folder of the user. Close the client to release its kept connections. Throws OssError InvalidOption for an endpoint
 * that is not an http or https URL.
 */
export const createClient = clientFactory({
  transport: nodeTransport,
  digests: {
    sha256,
    hmac: (hash, secret, data) => createHmac(hash.replace('-', ''), secret).update(data).digest(),
  },
  checkpoints: () => fileStore(),
  openSource: (source) =>
    typeof source === 'object' && 'path' in source && !('read' in source)
      ? fileSource(String(source.path), crc64)
      : undefined,
  openFileTarget: fileTarget,
  crc64,
  newMd5: () => createHash('md5'),
  parallelMax: 16,
  bufferBytes: 64 * 1024 * 1024,
  partBytesMin: 8 * 1024 * 1024,
})

/** In one call where the runtime has it. */
function sha256(bytes: Uint8Array): Uint8Array {
  return typeof crypto.hash === 'function'
    ? crypto.hash('sha256', bytes, 'buffer')
    : createHash('sha256').update(bytes).digest()
}
