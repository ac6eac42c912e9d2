export { crc64Combine } from '@bindery/protocol'
export { BufferPool, SLAB_BYTES } from './buffer-pool.js'
export { crc64 } from './crc64.js'
export { createDigester, type Digest, type Digester } from './digester.js'
export { createInlineHasher, createThreadedHasher, type Hasher, type StreamDigest } from './hasher.js'
export {
  type FilePlace,
  type KernelChoice,
  loadNative,
  type Native,
  type NativeEngine,
  type NativeStream,
} from './native/native.js'
