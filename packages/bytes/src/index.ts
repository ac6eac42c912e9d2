export { Crc64Chain, crc64, crc64Combine } from './crc64.js'
export { equalBytes } from './equal.js'
export { Md5 } from './md5.js'
export * from './text.js'
