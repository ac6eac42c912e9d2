import type { Digest, DigestRequest, PassSocket } from '@bindery/digest'
import type { BlobCipher } from './chunk-cipher.js'

/**
 * The source of a blob's bytes. The engine lends a buffer only while bytes arrive: it waits for `ready`, takes a buffer
 * from its pool, has it filled, and takes it back.
 */
export interface ByteSource {
  /**
   * Bytes announced by the sender, or undefined if unknown. A source that ends early or runs over rejects by
   * itself.
   */
  readonly size: number | undefined
  /** All bytes, where they have arrived and none was read. They do not change in this turn. */
  readonly whole?: Uint8Array | undefined
  /** To be called when `whole` was used in place of reading: the source has ended. */
  taken?(): void
  /** Returns the MD5 of `whole`, if it need not be computed for these bytes alone. */
  readonly md5?: (() => Uint8Array | undefined) | undefined
  /** Whether a byte is available, so that `ready` need not be waited for. */
  readonly isReady?: boolean | undefined
  /** Whether it is known without another read that the source has ended. */
  readonly hasEnded?: boolean | undefined
  /** Resolves when a byte is available or the source has ended. */
  ready(): Promise<void>
  /**
   * Fills `buffer` from its start and resolves with the bytes written: fewer than its length when the source has ended
   * or its sender pauses. 0 means the end, and only the end.
   */
  read(buffer: Uint8Array): Promise<number>
}

/** A piece of a blob, lent by the engine's pool: its bytes may be used until `release`, which must be called once. */
export interface LentBytes {
  readonly bytes: Uint8Array
  release(): void
}

/** Bytes of a blob that can go from the system's memory to a socket, and past the memory of this process. */
export interface PassableBytes {
  /** The number of bytes that were not taken. */
  readonly left: number
  /**
   * Passes bytes to a socket: those that come next, in order. Calls back once, maybe before it returns, with the number that the socket has taken.
   * 0: those that come next are taken by `next`, because they must be read and checked, or the socket is broken. Not while a `next` or another `pass` is under
   * way. Every byte was checked since the system read it from a disk.
   */
  pass(socket: PassSocket, passed: (bytes: number) => void): void
  /** The bytes that come next, or some of them, as `BlobStore.read` yields them; undefined at the end. Rejects as that. */
  next(): Promise<LentBytes | undefined>
  /** Called once, when no more bytes are taken, and no `next` or `pass` is under way. */
  release(): Promise<void>
}

/**
 * Names a blob; opaque to all but its engine. At most `BLOB_ID_LENGTH_MAX` characters of `[A-Za-z0-9._-]`, and at most
 * `BLOB_KEY_LENGTH_MAX` without a tilde. After a tilde come the bytes of the blob themselves: see `carriesBytes`.
 */
export type BlobId = string

/** Characters of an id that carries its bytes. */
export const BLOB_ID_LENGTH_MAX = 5_600
/** Characters of any other id: it fits into a metadata key together with other names. */
export const BLOB_KEY_LENGTH_MAX = 200

/**
 * Whether a blob's bytes are in its id. It is as durable as the record that refers to it: `list` omits it, `delete`
 * ignores it, and no key need ever be written for it, which it might not fit into.
 */
export function carriesBytes(id: BlobId): boolean {
  return id.includes('~')
}

/** An id that carries bytes, split after its tilde: the blob's name, and the text of its bytes. */
export function splitCarried(id: BlobId): { readonly name: string; readonly carried: string } {
  const end = id.indexOf('~') + 1
  return { name: id.slice(0, end), carried: id.slice(end) }
}

/** Data that the engine must know in advance. Stored in the blob's header. */
export interface BlobHint {
  /** The metadata key whose record will own the blob. */
  readonly owner: Uint8Array
}

/** How a blob is to be written. */
export interface WriteOptions extends BlobHint, DigestRequest {
  /** Encrypts what is stored. Digests and checksums remain those of the source's bytes. */
  readonly cipher?: BlobCipher | undefined
}

/** How a blob is to be read. */
export interface ReadOptions {
  /** The cipher that the blob was written with, or another of the same key. */
  readonly cipher?: BlobCipher | undefined
}

/** For maintenance, which has no keys: reads an encrypted blob as stored. Those bytes have checksums as well. */
export interface ReadAsStored {
  readonly asStored: true
}

/**
 * A blob that was written, with the digests of its bytes: MD5, CRC-64 (ECMA-182, reflected), and the requested ones.
 */
export interface BlobInfo extends Digest {
  readonly id: BlobId
  /** Bytes. */
  readonly size: number
}

/** A blob in a list, without reading its bytes. */
export interface BlobEntry {
  readonly id: BlobId
  /** The incarnation of the process that wrote it: the id's beginning. */
  readonly incarnation: string
  /** Bytes; undefined where the write never ended and the store does not know how much of it it holds. */
  readonly size: number | undefined
  /**
   * The writer's hint; undefined where the blob's header is damaged or its write never ended. May cost a request of its
   * own.
   */
  hint(): Promise<BlobHint | undefined>
}

/** Half-open: bytes with `start <= position < end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A store of immutable blobs, written once. */
export interface BlobStore {
  /** Random id of this process's use of the store. Every blob id that it makes begins with it and a counter. */
  readonly incarnation: string
  /** Stores a source's bytes. Durable when it resolves; nothing of a failed write is ever visible. Passes the source's error on. */
  write(source: ByteSource, options: WriteOptions): Promise<BlobInfo>
  /**
   * Stores bytes in an id that carries them, without waiting; undefined where that is not possible, and `write` stores them or finds the
   * reason. Absent: ids of the store carry no bytes, or every write waits.
   * @param md5 as that of a source
   */
  carry?(bytes: Uint8Array, options: WriteOptions, md5?: ByteSource['md5']): BlobInfo | undefined
  /**
   * Yields a range in order (default: the whole), in pieces of at least one byte; the range lies within the blob. Every
   * chunk that it touches is checked against its stored checksum first. Throws StorageError `notFound`; `corrupt`, also
   * for another cipher or a blob that is not encrypted; and `misuse` for an encrypted blob without its cipher. Ending
   * the iteration early releases what it holds.
   */
  read(id: BlobId, range?: ByteRange, options?: ReadOptions | ReadAsStored): AsyncIterable<LentBytes>
  /**
   * The bytes of a range of at least one byte, as `read` yields them, if they can be had in one piece and without waiting, and are
   * neither encrypted nor `carried`; otherwise undefined, and `read` finds the reason. Absent: every read of the store waits.
   */
  readNow?(id: BlobId, range: ByteRange): LentBytes | undefined
  /**
   * The bytes of a range, if the first of them can be passed without waiting. What a socket has taken stays as it is, even if the blob is
   * deleted. Absent: all bytes of the store go through memory.
   */
  passNow?(id: BlobId, range: ByteRange): PassableBytes | undefined
  /**
   * The bytes of a blob that its id carries, if it is not encrypted, without waiting; undefined for any other blob. They
   * are checked as `read` checks them: throws StorageError `corrupt`. Absent: ids of the store carry no bytes.
   */
  carried?(id: BlobId): Uint8Array | undefined
  /**
   * CRC-64 of a range that lies within the blob: combined from the stored checksums of the chunks, so that at most the
   * two chunks at its edges are read. For an encrypted blob, the whole and an empty range need no cipher. Throws as
   * `read`.
   */
  crc64(id: BlobId, range: ByteRange, options?: ReadOptions): Promise<bigint>
  /**
   * Throws StorageError `noSpace` where `write` would for lack of space: called before work that takes space without
   * writing a blob, such as a copy. Absent: the store keeps no reserve.
   */
  requireSpace?(): Promise<void>
  /** Throws StorageError `unavailable` if the store does not answer. Absent: it is on this machine. */
  reach?(): Promise<void>
  /**
   * Deletes a blob: when it resolves, the blob is gone for good, even after a power loss. Deleting a missing blob
   * succeeds. Deleting many at once costs little more than deleting one.
   */
  delete(id: BlobId): Promise<void>
  /** The blobs of the store whose id sorts after `after`, in order of id; unfinished writes of dead incarnations among them. */
  list(after?: BlobId): AsyncIterable<BlobEntry>
  close(): Promise<void>
}
