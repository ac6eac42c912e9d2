/** One-shot digests, passed in by the caller. Keys and data are bytes. */
export interface Digests {
  md5(data: Uint8Array): Uint8Array
  sha256(data: Uint8Array): Uint8Array
  hmacSha1(key: Uint8Array, data: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
}
