/** Digests of bytes and of streams: the types that every implementation shares. */

export interface Digest {
  /** 16 bytes. */
  readonly md5: Uint8Array
  readonly crc64: bigint
}

/** Where bytes are to be written: an open file and a position in it, in bytes. */
export interface FilePlace {
  readonly fd: number
  readonly position: number
}

/** The digest of one stream of bytes. */
export interface StreamDigest {
  /** Takes the next bytes, which must not change until it resolves, and returns the CRC-64 of these bytes alone. */
  update(bytes: Uint8Array): Promise<bigint>
  /** Like `update`, and also writes the bytes to a file. Absent unless the hasher can do both at once. */
  updateAndWrite?(bytes: Uint8Array, place: FilePlace): Promise<bigint>
  /** Called once, after the last `update`, which need not have resolved. */
  finish(): Promise<Digest>
  /** Called instead of `finish` when the digest is no longer wanted. */
  discard(): void
}
