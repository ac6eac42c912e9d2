export { crc64Combine } from '@bindery/bytes'
export { BufferPool, CELL_BYTES, SLAB_BYTES, type Spare } from './buffer-pool.js'
export { crc64 } from './crc64.js'
export { createDigester, type Digester, digestOf } from './digester.js'
export { freeMemory } from './free-memory.js'
export {
  createHasher,
  createInlineHasher,
  createNativeHasher,
  createThreadedHasher,
  type Hasher,
} from './hasher.js'
export { PASSED, WALK_END } from './native/binding.js'
export type { ConnectionListener, Connections, OwnedConnection } from './native/connections.js'
export type { FileWatch, PassSocket, WatchedPart } from './native/file-watch.js'
export {
  BLOCK_BYTES,
  type CipherName,
  type KernelChoice,
  loadNative,
  type Native,
  type NativeCipher,
  type NativeEngine,
  type NativeStream,
  nativeEngine,
  type Surroundings,
} from './native/native.js'
export { fillBlanks } from './seal.js'
export {
  DIGEST_NAMES,
  type Digest,
  type DigestName,
  type DigestRequest,
  type Digests,
  type FilePlace,
  NO_DIGESTS,
  type StreamDigest,
} from './stream-digest.js'
export type { Appended, Blanks, Unsealed } from './unsealed.js'
