/** Digests of bytes and of streams: the types that every implementation shares. */

/** Digests that are computed on request, besides MD5 and CRC-64, which all streams get. */
export const DIGEST_NAMES = ['sha256', 'sha1', 'crc32', 'crc32c', 'crc64nvme', 'sha512'] as const
/** The name of a digest that is computed on request. */
export type DigestName = (typeof DIGEST_NAMES)[number]

/** Digests by name: 32 bytes of SHA-256, 20 of SHA-1, 64 of SHA-512, and CRCs as 4 or 8 bytes, big-endian. */
export type Digests = Readonly<Partial<Record<DigestName, Uint8Array>>>

/** The digests of a stream for which none was requested. */
export const NO_DIGESTS: Digests = {}

/** The digests of a stream, besides MD5 and CRC-64. */
export interface DigestRequest {
  readonly digests?: readonly DigestName[] | undefined
  /**
   * The state of an MD5 over several streams, as the previous stream returned it; empty for the first. It continues
   * over this stream's bytes.
   */
  readonly runningMd5?: Uint8Array | undefined
}

/** The digests of all bytes of a stream. */
export interface Digest {
  /** 16 bytes. */
  readonly md5: Uint8Array
  readonly crc64: bigint
  /** The requested ones. */
  readonly digests: Digests
  /** The state after this stream's bytes, in the form of `Md5` of `@bindery/bytes`; present if one was given. */
  readonly runningMd5?: Uint8Array
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

/** Where bytes are to be written: an open file and a position in it, in bytes. */
export interface FilePlace {
  readonly fd: number
  /** A descriptor of the same file, of `Native.openDirect`: whole pages are written through it. */
  readonly directFd?: number | undefined
  readonly position: number
}
