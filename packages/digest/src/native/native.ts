import { constants } from 'node:os'
import type { CrcName } from '@bindery/bytes'
import type { Digest, DigestName, DigestRequest, FilePlace, StreamDigest } from '../stream-digest.js'
import type { Appended, Unsealed } from '../unsealed.js'
import { type Binding, type CIPHER, CRC_KIND, FILE_KIND, type FileKind, loadBinding } from './binding.js'
import { Connections } from './connections.js'
import { Engine, systemError } from './engine.js'
import { type FileWatch, type WatchedPart, watchFile } from './file-watch.js'

/** The digest of a stream, which the engine computes while it may also write a file. */
export interface NativeStream extends StreamDigest {
  /**
   * Takes the next bytes, and writes them to `place` if it is given. Resolves, when both are finished, with the CRC-64
   * of these bytes alone, which must not change until then and are not transferred. Rejects with a system error
   * (`code`, `errno`, `syscall`) if they could not be written; they are hashed nevertheless.
   */
  update(bytes: Uint8Array, place?: FilePlace): Promise<bigint>
}

/**
 * Threads that hash many streams at once and write files, off the event loop. The process stays alive while jobs are
 * under way, but not for an idle engine. Work that this system does not support is rejected with ENOSYS: see
 * `Native.can`.
 */
export interface NativeEngine {
  /** The digests that it computes besides MD5 and CRC-64; SHA comes from the OpenSSL that Node.js exports. */
  readonly digests: readonly DigestName[]
  /** A new stream, to be ended by `finish` or `discard`. Throws if a digest is not among `digests`. */
  begin(request?: DigestRequest): NativeStream
  /** The ciphers that it runs; they come from the OpenSSL that Node.js exports. */
  readonly ciphers: readonly CipherName[]
  /**
   * Begins to encrypt or decrypt one text. Throws if the cipher is not among `ciphers`.
   * @param nonce 12 bytes, never used before under the key
   */
  createCipher(name: CipherName, encrypts: boolean, key: Uint8Array, nonce: Uint8Array): NativeCipher
  /** The digest of bytes, which must not change until it resolves. Throws if a digest is not among `digests`. */
  digest(bytes: Uint8Array, digests?: readonly DigestName[]): Promise<Digest>
  /**
   * Writes pieces like `write` and makes them durable, with everything that was written to the file before. Jobs that wait for a
   * running sync share the next one, and are written together where one begins where another ends. Resolves with the milliseconds
   * of the sync, or 0 if another call has reported them, and with the digest of what was to be sealed.
   * @param syncFailed one byte that belongs to the file, which is set when a sync fails: from then on every call for the file fails
   * @param unsealed bytes that are hashed before, and whose footer, which is among the pieces, is filled then. Throws if a digest is not
   * among `digests`
   */
  append(
    pieces: readonly Uint8Array[],
    place: FilePlace,
    syncFailed: Uint8Array,
    unsealed?: Unsealed,
  ): Promise<Appended>
  /** Writes pieces, one after the other; they must not change until it resolves. Rejects with a system error. */
  write(pieces: readonly Uint8Array[], place: FilePlace): Promise<void>
  /**
   * Reserves disk space for a range of a file, whose size stays. Rejects with a system error, like the methods
   * below.
   */
  allocate(fd: number, position: number, length: number): Promise<void>
  /** Releases the disk space of a range before the file's end; it reads as zeros, and the file's size stays. */
  punchHole(fd: number, position: number, length: number): Promise<void>
  /** Starts writing a range to the disk, so that a later fdatasync has less to do. Makes nothing durable. */
  writeBack(fd: number, position: number, length: number): Promise<void>
  /** Takes no more jobs, waits for those under way, and ends the threads. */
  close(): Promise<void>
}

/** The algorithms of the addon's ciphers. */
export type CipherName = keyof typeof CIPHER

/** One text that is encrypted or decrypted, piece by piece. */
export interface NativeCipher {
  /** Encrypts or decrypts the next bytes in place. They must not be touched until it resolves, nor another call be made. */
  update(bytes: Uint8Array): Promise<void>
  /** The tag of what was encrypted, 16 bytes; ends the text. */
  finish(): Uint8Array
  /** Whether a tag is that of what was decrypted; ends the text. */
  verify(tag: Uint8Array): boolean
}

/** Kernels by name, instead of the best of all; for tests and benchmarks. */
export interface KernelChoice {
  readonly md5?: string
  readonly crc?: string
}

/** Bytes before and behind a range, which a checksum covers as well. */
export interface Surroundings {
  readonly before: number
  readonly after: number
  /** The checksum of everything before them. Default: there is nothing. */
  readonly previous?: bigint
  /** Filled with the checksum up to the end of each block of `BLOCK_BYTES`, counted from the first byte of `before`. */
  readonly sums?: BigUint64Array
}

/** Bytes of the blocks in which a range of a file is checked. */
export const BLOCK_BYTES = 64 * 1024
const NO_SUMS = new Uint8Array(0)

/** The capabilities of the native addon on this machine. */
export interface Native {
  /** Names of the kernels that this processor can run. */
  readonly kernels: { readonly md5: readonly string[]; readonly crc: readonly string[] }
  /** The kinds of work on files that this system supports. */
  readonly can: Readonly<Record<FileKind, boolean>>
  /**
   * CRC-64 of `bytes`, or of everything so far if `previous` is the checksum of the preceding bytes; on the calling
   * thread.
   */
  crc64(bytes: Uint8Array, previous?: bigint): bigint
  /** Like `crc64`, for any CRC and with any kernel. */
  crc(name: CrcName, bytes: Uint8Array, previous?: bigint, kernel?: string): bigint
  /**
   * Locks an open file until its descriptor is closed or the process ends, without waiting. Returns false if another
   * descriptor has locked it, in any process. Throws a system error.
   */
  tryLock(fd: number): boolean
  /**
   * Fills `bytes` from a position in an open file as far as the system has them in memory, without waiting for a disk.
   * Returns their number: 0 at the end of the file, -1 if the first one is not in memory, or if that cannot be known here, or
   * reading it fails.
   */
  readCached(fd: number, bytes: Uint8Array, position: number): number
  /**
   * Fills `bytes` from a position in an open file, waiting for the disk in a thread. On Linux the system reads whole pages of 2 MiB into its memory, where
   * the file system has such, which cost less than small ones to fill, copy and send. Resolves with the number of bytes, fewer only at the end of the file;
   * rejects with the system's error.
   * @param goesOn whether at least 2 MiB behind them are likely to be read, which the system then reads ahead
   */
  readLarge(fd: number, bytes: Uint8Array, position: number, goesOn: boolean): Promise<number>
  /**
   * Whether the system has all of a range in memory. Starts no read, as `readCached` does where it finds nothing. True if that cannot be known: before
   * Linux 6.5, and on other systems.
   */
  isCached(fd: number, position: number, length: number): boolean
  /**
   * Fills `bytes` like `readCached`, and returns the CRC-64 of them together with the bytes around them in the file; undefined if
   * not all of that is in memory.
   */
  readChecked(fd: number, bytes: Uint8Array, position: number, around: Surroundings): bigint | undefined
  /**
   * HMAC-SHA256(key, head + hex(SHA-256(text))) in lower-case hex; each character of the texts is one byte. Undefined: this Node.js does not
   * export its SHA-256. Throws for keys of more than 64 bytes.
   */
  readonly signDigest: ((key: Uint8Array, head: string, text: string) => string) | undefined
  /** Lets the system read a range of an open file into its memory, without waiting for it. Undefined: this system cannot. */
  readonly willNeed: ((fd: number, position: number, length: number) => void) | undefined
  /** Prints rows of stored JSON by templates, which `PrintRows` of the protocol describes. */
  printRows(plan: Uint8Array, templates: Uint8Array, rows: Uint8Array, out: Uint8Array): number
  /** Reads rows of LMDB's file: see `Binding.readRows`. */
  readonly readRows: Binding['readRows']
  /**
   * Opens an open file once more, for writes that bypass the page cache. The descriptor is the caller's; undefined where the system
   * or the file system cannot do it.
   */
  openDirect(fd: number): number | undefined
  /** How far behind the beginning of a page of the machine's memory bytes begin; a page has 4,096 bytes. */
  offsetInPage(bytes: Uint8Array): number
  /** Frees the memory behind bytes, which become empty, as do all other views of it. Throws for memory that is shared. */
  detach(bytes: Uint8Array): void
  /** Opens connections that the addon owns. Undefined: this system cannot. Throws where the event loop cannot watch them. */
  readonly openConnections: (() => Connections) | undefined
  /** Watches a file, as `watchFile` of `file-watch.ts`. */
  watchFile(part: WatchedPart, ageMs: number): FileWatch | undefined
  /** Starts threads. One engine serves a whole process: see `nativeEngine`. */
  createEngine(kernels?: KernelChoice): NativeEngine
}

/**
 * The native addon, or undefined if it was not built or BINDERY_NATIVE is `off`. Throws if it exists and cannot be
 * loaded, because silently running slowly would be worse.
 */
export function loadNative(): Native | undefined {
  if (process.env.BINDERY_NATIVE === 'off') return undefined
  const binding = loadBinding()
  return binding === undefined ? undefined : nativeOf(binding)
}

let engine: NativeEngine | undefined

/** The engine that this thread shares, started on first use and never closed; undefined as `loadNative`. */
export function nativeEngine(): NativeEngine | undefined {
  engine ??= loadNative()?.createEngine()
  return engine
}

function nativeOf(binding: Binding): Native {
  const { md5Kernels, crcKernels, connections } = binding
  const fastest = crcKernels.length - 1
  const crcPlace = (name: string | undefined) => (name === undefined ? fastest : placeOf(name, crcKernels))
  const md5Place = (name: string | undefined) => (name === undefined ? md5Kernels.length : placeOf(name, md5Kernels))
  const can = (kind: FileKind) => binding.fileKinds[FILE_KIND[kind]] === true
  return {
    kernels: { md5: md5Kernels, crc: crcKernels },
    can: { allocate: can('allocate'), punchHole: can('punchHole'), writeBack: can('writeBack') },
    crc64: (bytes, previous = 0n) => binding.crc(CRC_KIND.crc64, bytes, previous, fastest),
    crc: (name, bytes, previous = 0n, kernel = undefined) =>
      binding.crc(CRC_KIND[name], bytes, previous, crcPlace(kernel)),
    tryLock(fd) {
      const errno = binding.tryLock(fd)
      if (errno !== 0 && errno !== constants.errno.EWOULDBLOCK) throw systemError(errno, 'flock')
      return errno === 0
    },
    openDirect(fd) {
      const direct = binding.openDirect(fd)
      return direct < 0 ? undefined : direct
    },
    offsetInPage: (bytes) => binding.offsetInPage(bytes),
    detach: (bytes) => binding.detach(bytes),
    signDigest: binding.signDigest,
    willNeed: binding.willNeed,
    printRows: (plan, templates, rows, out) => binding.printRows(plan, templates, rows, out),
    readRows: binding.readRows,
    readCached: (fd, bytes, position) => binding.readCached(fd, bytes, position),
    isCached: (fd, position, length) => binding.isCached(fd, position, length),
    async readLarge(fd, bytes, position, goesOn) {
      const result = await binding.readLarge(fd, bytes, position, goesOn)
      if (result < 0) throw systemError(-result, 'read')
      return result
    },
    readChecked(fd, bytes, position, { before, after, previous = 0n, sums }) {
      const room = sums === undefined ? NO_SUMS : new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength)
      return binding.readChecked(fd, bytes, position, before, after, previous, room)
    },
    openConnections: connections && (() => new Connections(connections)),
    watchFile: (part, ageMs) => watchFile(binding, part, ageMs),
    createEngine: ({ md5, crc } = {}) => new Engine(binding, md5Place(md5), crcPlace(crc)),
  }
}

function placeOf(name: string, kernels: readonly string[]): number {
  const place = kernels.indexOf(name)
  if (place < 0) throw new RangeError(`there is no kernel ${name} here, only ${kernels.join(', ')}`)
  return place
}
