/** The raw native addon: functions on numbers, declared for `native.ts` only. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An engine's threads and tables. */
export interface RawEngine {
  /** One record for each finished job: see `ANSWER`. */
  readonly answers: ArrayBuffer
}

/**
 * A record of `answers` in bytes, in the machine's byte order: the job's slot (4), an errno or 0 (4), a CRC-64 (8). If
 * a stream has ended: its MD5 (16), the other digests (132), the length of the state of its MD5 (4), and this state.
 */
export const ANSWER = {
  bytes: 256,
  slot: 0,
  error: 4,
  crc64: 8,
  md5: 16,
  digests: 32,
  savedLength: 164,
  saved: 168,
} as const

/** The digests that an engine computes besides MD5 and CRC-64: their bits in a set, and their position in `digests`. */
export const ANSWERED = {
  sha256: { bit: 1, start: 0, bytes: 32 },
  sha1: { bit: 2, start: 32, bytes: 20 },
  crc32: { bit: 4, start: 52, bytes: 4 },
  crc32c: { bit: 8, start: 56, bytes: 4 },
  crc64nvme: { bit: 16, start: 60, bytes: 8 },
  sha512: { bit: 32, start: 68, bytes: 64 },
} as const

/** Ciphers by their numbers in the addon, and the bytes of their keys. */
export const CIPHER = {
  /** Key: 32 bytes. */
  'aes-256-gcm': 0,
  /** Key: 16 bytes of SM4, then 32 of an HMAC with SHA-256, which covers the nonce and the encrypted bytes. */
  'sm4-ctr-hmac': 1,
} as const

/** CRCs by their numbers in the addon. */
export const CRC_KIND = { crc64: 0, crc32: 1, crc32c: 2, crc64nvme: 3 } as const

/** Work on files, by its index in `fileKinds`. */
export const FILE_KIND = { allocate: 0, punchHole: 1, writeBack: 2 } as const

/** The kinds of work on files. */
export type FileKind = keyof typeof FILE_KIND

/** Connections that the addon owns, with the memory that it shares. */
export interface RawConnections {
  /** The reports of a batch, each of four 32-bit integers: the number of the connection, a kind, where bytes begin in `arena`, and how many they are. */
  readonly reports: ArrayBuffer
  readonly arena: ArrayBuffer
  /** The MD5 of the body of each report: six 32-bit integers, of which the first are where it begins in `arena` and its length, 0 for none. */
  readonly hashes: ArrayBuffer
}

/** The outcomes of `send`: all is sent; the rest follows; nothing is, because the rest of another answer follows; it waits for `flush`. */
export const SENT = { all: 0, follows: 1, busy: 2, queued: 3 } as const

/**
 * The outcomes of `pass`: all is passed; the rest follows; the next bytes are not those that were mapped; the file has changed; the socket is
 * broken, as for all other numbers.
 */
export const PASSED = { all: 0, follows: 1, unmapped: 2, stale: 3, broken: 4 } as const

/** Functions for connections. Results of less than 0 are errors of the system; `receive` has one more meaning. */
export interface ConnectionsBinding {
  /** @param onBatch called with the number of reports in `reports` */
  openConnections(onBatch: (count: number) => void): RawConnections
  closeConnections(connections: RawConnections): void
  /** Whether the process stays alive because of them; at first it does not. */
  keepAlive(connections: RawConnections, keeps: boolean): void
  /** Takes a duplicate of a socket. Returns the number of the connection. */
  adopt(connections: RawConnections, fd: number): number
  /** Returns the descriptor of a connection, which is the caller's. */
  release(connections: RawConnections, connection: number): number
  /** Closes a connection. Returns as `unpassed`. */
  drop(connections: RawConnections, connection: number): number
  /** Receives into bytes, until they are full; with none it pauses. Returns what came at once, or less than 0 at the end and where the connection is lost. */
  receive(connections: RawConnections, connection: number, bytes: Uint8Array): number
  pause(connections: RawConnections, connection: number, pauses: boolean): void
  /** Returns one of `SENT`. */
  send(connections: RawConnections, connection: number, text: string, bytes: Uint8Array): number
  /** Sends a text, and passes bytes of mapped chunks behind it, while no others are passed. Returns one of `PASSED`. */
  pass(
    connections: RawConnections,
    connection: number,
    text: string,
    watch: object,
    position: number,
    length: number,
  ): number
  /** How many of the bytes that were last to be passed were not. */
  unpassed(connections: RawConnections, connection: number): number
  /** Sends the short answers that wait. */
  flush(connections: RawConnections): void
  /** Fills `hashes` for the batch that is being reported: the bodies behind heads in one piece, of at most 4 KiB. */
  hashBodies(connections: RawConnections): void
  unsent(connections: RawConnections, connection: number): number
  unsentBytes(connections: RawConnections, connection: number): Buffer
  shut(connections: RawConnections, connection: number): void
}

/**
 * The exports of the addon. A wrong argument throws a TypeError. A function that starts a job returns its slot, or -1
 * if all slots are taken; the caller keeps the job's bytes reachable and unchanged until the job is finished.
 */
export interface Binding {
  /** Names of the kernels that this processor can run; the last CRC kernel is the fastest. */
  readonly md5Kernels: readonly string[]
  readonly crcKernels: readonly string[]
  /** The set of ciphers that can be created here: the bit `1 << number` for each. */
  readonly ciphers: number
  /** The set of digests that engines can compute here. */
  readonly digests: number
  /** Whether this system supports each kind of work on files. */
  readonly fileKinds: readonly boolean[]
  /** @param kind of `CRC_KIND` */
  crc(kind: number, bytes: Uint8Array, previous: bigint, kernel: number): bigint
  /**
   * @param md5Kernel index in `md5Kernels`, or their number for the best of all
   * @param onDone called with the number of finished jobs, whose records are in `answers`
   */
  createEngine(
    jobs: number,
    fileThreads: number,
    md5Kernel: number,
    crcKernel: number,
    onDone: (count: number) => void,
  ): RawEngine
  /**
   * @param digests a set of the available ones
   * @param savesMd5 whether the end of the stream returns the state of its MD5
   * @param savedMd5 the state that its MD5 continues; empty for a new one
   */
  begin(engine: RawEngine, digests: number, savesMd5: boolean, savedMd5: Uint8Array): number
  /** @param fd of the file to write, or -1 @param directFd of `openDirect`, or -1 */
  update(engine: RawEngine, stream: number, bytes: Uint8Array, fd: number, directFd: number, position: number): number
  /** Starts a job that writes pieces, one after the other. Descriptors as in `update`. */
  write(engine: RawEngine, pieces: readonly Uint8Array[], fd: number, directFd: number, position: number): number
  /**
   * Starts a job that writes pieces like `write`, and then makes them and what was written before durable. Its record has the
   * nanoseconds of the sync in the place of the CRC-64, or 0 if another job has reported them.
   * @param syncFailed one byte per file, which is set when a sync of it fails: from then on all jobs of that file fail
   */
  append(
    engine: RawEngine,
    pieces: readonly Uint8Array[],
    fd: number,
    directFd: number,
    position: number,
    syncFailed: Uint8Array,
  ): number
  /**
   * Starts a job that hashes bytes like `digest`, fills the blanks of a footer among the pieces, and then appends these like `append`. Its record is that
   * of a stream that has ended, with the nanoseconds of the sync in the place of a state.
   * @param places of the blanks in the footer, four 32-bit integers in the machine's byte order: twice the CRC-64, the MD5, the end
   */
  seal(
    engine: RawEngine,
    pieces: readonly Uint8Array[],
    fd: number,
    directFd: number,
    position: number,
    syncFailed: Uint8Array,
    bytes: Uint8Array,
    digests: number,
    footer: Uint8Array,
    places: Uint8Array,
  ): number
  /** Starts a job that hashes bytes as a stream of their own. @param digests as in `begin` */
  digest(engine: RawEngine, bytes: Uint8Array, digests: number): number
  /** Holds jobs that start, or lets those that were held begin together. */
  hold(engine: RawEngine, holds: boolean): void
  /** Opens an open file once more, for writes that bypass the page cache. Returns a descriptor, or -1 where that is not possible. */
  openDirect(fd: number): number
  /** The stream's number is invalid afterwards, unless -1 is returned. */
  finish(engine: RawEngine, stream: number): number
  /** The stream's number is invalid afterwards. */
  discard(engine: RawEngine, stream: number): void
  workOnFile(engine: RawEngine, kind: number, fd: number, position: number, length: number): number
  /**
   * A cipher of one text; it is freed with the object.
   * @param kind of `CIPHER`
   * @param nonce 12 bytes, never used before under the key
   */
  createCipher(kind: number, encrypts: boolean, key: Uint8Array, nonce: Uint8Array): object
  /** Starts a job that encrypts or decrypts bytes in place, once the previous job of the cipher is done. */
  crypt(engine: RawEngine, cipher: object, bytes: Uint8Array): number
  /** The same on the calling thread. */
  cryptHere(cipher: object, bytes: Uint8Array): void
  /** Fills `tag`, 16 bytes long, with the tag of what was encrypted. Ends the text. */
  cipherTag(cipher: object, tag: Uint8Array): void
  /** Whether `tag` is that of what was decrypted. Ends the text. */
  cipherVerify(cipher: object, tag: Uint8Array): boolean
  /** Only when no job is under way. */
  close(engine: RawEngine): void
  /** Locks an open file without waiting. Returns 0 or an errno. */
  tryLock(fd: number): number
  /** Copies the bytes from a position that the system has in memory, without waiting. Returns their number, or -1. */
  readCached(fd: number, bytes: Uint8Array, position: number): number
  /**
   * Fills `bytes` from a position in an open file, in a thread, and has the system read large pages of its memory. Resolves with their number, fewer
   * only at the end of the file, or with a negative errno.
   * @param goesOn whether at least 2 MiB behind them are likely to be read
   */
  readLarge(fd: number, bytes: Uint8Array, position: number, goesOn: boolean): Promise<number>
  /** Whether the system has all of a range in memory, or that cannot be known. */
  isCached(fd: number, position: number, length: number): boolean
  /** Lets the system read a range of an open file ahead, without waiting. Absent: this system cannot. */
  willNeed?(fd: number, position: number, length: number): void
  /** The address of bytes, modulo 4,096. */
  offsetInPage(bytes: Uint8Array): number
  /** Frees the memory behind bytes, which become empty, as do all other views of it. */
  detach(bytes: Uint8Array): void
  /** Absent: this system, or this program, has nothing that connections could use. */
  readonly connections?: ConnectionsBinding
  /**
   * HMAC-SHA256(key, head + hex(SHA-256(text))) in lower-case hex; each character of the texts is one byte. Absent: OpenSSL's SHA-256 was
   * not found.
   * @param key at most 64 bytes
   */
  signDigest?(key: Uint8Array, head: string, text: string): string
  /** `PrintRows` of the protocol: prints rows by templates. Reads all arguments within their bounds, whatever they hold. */
  printRows(plan: Uint8Array, templates: Uint8Array, rows: Uint8Array, out: Uint8Array): number
  /**
   * Reads rows of a tree of LMDB's file, whose bytes are checked, into `out`: of each row the length of its key in four bytes, little-endian, its key, the
   * length of its value, and the value without its seal. Returns 2^48 · a number of `WALK_END` + 2^32 · rows + bytes.
   * @param onlyCached whether pages that are not in memory end it
   * @param names the name of the tree, and the key and the value of a row that only the wanted state of the file has; each after its length
   * in four bytes
   * @param bounds the first key, that behind the last row, and a delimiter, or empty bytes; each after its length
   * @param after where delimiters count in keys
   * @param end the byte in keys behind which none counts
   */
  readRows(
    fd: number,
    onlyCached: boolean,
    names: Uint8Array,
    bounds: Uint8Array,
    limit: number,
    after: number,
    end: number,
    out: Uint8Array,
  ): number
  /**
   * Like `readCached` for all of the bytes; returns the CRC-64 of them with `before` and `after` bytes around them.
   * @param previous the CRC-64 of what comes before, or 0n
   * @param sums empty, or filled with the CRC-64 up to the end of each block of 64 KiB, 8 bytes each in the machine's byte order
   */
  readChecked(
    fd: number,
    bytes: Uint8Array,
    position: number,
    before: number,
    after: number,
    previous: bigint,
    sums: Uint8Array,
  ): bigint | undefined
  /**
   * Watches a part of a file, in chunks, that was not changed in the last `ageMs` milliseconds, or in the last 100 where its times are finer than a second; undefined
   * where that is not possible. The file stays open at least as long. It ends with the object at the latest.
   */
  watchFile(fd: number, start: number, size: number, chunkBytes: number, ageMs: number): object | undefined
  /** Whether a watched file has not changed, nor been deleted. */
  isCurrent(watch: object): boolean
  /** Maps a chunk of a watched file that the system has in memory. Returns a number of `MAPPED`. */
  mapChunk(watch: object, index: number): number
  /** Lets bytes of a mapped chunk be passed, which was checked. */
  trustChunk(watch: object, index: number): void
  unmapChunk(watch: object, index: number): void
  /** The last use of a watch; what a connection still passes of it, it passes. */
  endWatch(watch: object): void
}

/** Why `readRows` ended: at the limit or the end of the range, without room, at a page that is not in memory, or for another reason. */
export const WALK_END = { done: 0, full: 1, notCached: 2, other: 3 } as const

/** Outcomes of `mapChunk`. */
export const MAPPED = { done: 0, notCached: 1, changed: 2 } as const

/**
 * The addon, or undefined if it was not built. Throws if it was built here and cannot be loaded; one that a package brings may
 * be too new for this system.
 */
export function loadBinding(): Binding | undefined {
  const require = createRequire(import.meta.url)
  const built = builtAddon(require)
  if (built !== undefined) return existsSync(built) ? require(built) : undefined
  const place = `../prebuilds/${process.platform}-${process.arch}/addon.node`
  try {
    return require(fileURLToPath(new URL(place, import.meta.url)))
  } catch {
    return undefined
  }
}

/** The place of the addon in a clone, by the name of its package, because a bundle is not next to it; undefined in a package. */
function builtAddon(require: NodeJS.Require): string | undefined {
  try {
    return join(dirname(require.resolve('@bindery/digest/package.json')), 'dist', 'native', 'addon.node')
  } catch {
    return undefined
  }
}
