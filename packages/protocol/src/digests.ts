/** One-shot digests, passed in by the caller. Keys and data are bytes. */
export interface Digests {
  /** Begins a digest of bytes that come in pieces. */
  begin(algorithm: 'sha1' | 'sha256' | 'sha512' | 'md5'): { update(bytes: Uint8Array): unknown; digest(): Uint8Array }
  md5(data: Uint8Array): Uint8Array
  sha256(data: Uint8Array): Uint8Array
  hmacSha1(key: Uint8Array, data: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** The result of `signatureOfDigest` in one step, for a key of 32 bytes; absent: the functions above make it. */
  signDigest?(key: Uint8Array, head: string, text: string): string
}
