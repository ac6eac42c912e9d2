/**
 * Every call of the blob store to the file system. Tests and the power-loss explorer replace it to record writes and
 * syncs, or to make them fail; it has no other purpose.
 */
import fs from 'node:fs'
import { promisify } from 'node:util'
import {
  type Appended,
  type Digest,
  digestOf,
  type FileWatch,
  fillBlanks,
  loadNative,
  nativeEngine,
  type StreamDigest,
  type Surroundings,
  type Unsealed,
  type WatchedPart,
} from '@bindery/digest'
import { type Awaitable, StorageError, settle } from '@bindery/storage'
import { directDescriptor, forgetDirect } from './direct-files.js'

/** A read of a range so long that large pages pay. */
export interface LargeRead {
  /** Whether at least the next 3 MiB behind the buffer will be read as well. */
  readonly goesOn: boolean
}

/** Files are descriptors, paths are absolute. Every failure rejects. */
export interface FileOperations {
  /** Creates a new file for writing; rejects if it exists. */
  create(path: string): Promise<number>
  /** Opens a file or folder for reading. */
  open(path: string): Promise<number>
  /** Opens an existing file for clearing ranges of it. */
  openToClear(path: string): Promise<number>
  /** The size of an open file in bytes. */
  size(file: number): Promise<number>
  /**
   * Fills `buffer` from a position in the file; the number of bytes, fewer only at the end of the file. What the system
   * has in memory is read without waiting.
   * @param large reads what the system does not have in memory through large pages of it, and so up to 2 MiB more on either side
   */
  read(file: number, buffer: Uint8Array, position: number, large?: LargeRead): Awaitable<number>
  /** Whether the system has a range in memory, or that cannot be known. Starts no read, as `readCached` does. Absent: it never can. */
  isCached?(file: number, position: number, length: number): boolean
  /** Fills `buffer` as `read` does, if the system has all of that in memory; otherwise returns false, without waiting. */
  readCached(file: number, buffer: Uint8Array, position: number): boolean
  /** As `readCached`; returns the CRC-64 of the buffer with its surroundings, or undefined if not all of that is in memory. */
  readChecked(file: number, buffer: Uint8Array, position: number, around: Surroundings): bigint | undefined
  /**
   * Watches a part of an open file that did not change in the last `ageMs` milliseconds; undefined where that is not possible. Absent: it never is.
   */
  watch?(part: WatchedPart, ageMs: number): FileWatch | undefined
  /** Writes all pieces, one after the other. */
  write(file: number, pieces: readonly Uint8Array[], position: number): Promise<void>
  /**
   * Writes pieces, one after the other, and makes them durable, with everything that was written to the file before; for a file that
   * many write. Calls that overlap share writes and syncs. Absent without the addon.
   * @param syncFailed one byte per file, which is set when a sync has failed: then every call for the file fails
   * @param unsealed bytes that are hashed before, and their footer among the pieces, which is filled then
   */
  append?(
    file: number,
    pieces: readonly Uint8Array[],
    position: number,
    syncFailed: Uint8Array,
    unsealed?: Unsealed,
  ): Promise<Appended>
  /** Hashes bytes and writes them; resolves, when both are finished, with their CRC-64. */
  hashAndWrite(file: number, digest: StreamDigest, bytes: Uint8Array, position: number): Promise<bigint>
  /** Reserves disk space for a range that will be written, if the system can. The file's size stays. */
  allocate(file: number, position: number, length: number): Promise<void>
  /** Starts writing a range to the disk. Makes nothing durable. */
  writeBack(file: number, position: number, length: number): Promise<void>
  /** Makes whole pages read as zeros and, if the system can, releases their disk space. */
  clear(file: number, position: number, length: number): Promise<void>
  /** Whether clearing releases disk space. */
  canPunch(file: number): Promise<boolean>
  /**
   * Keeps a file locked until it is closed; resolves with false if another descriptor has locked it, or there are no
   * locks here.
   */
  tryLock(file: number): Promise<boolean>
  /** Resolves when the file's bytes and its size are durable. */
  syncData(file: number): Promise<void>
  /** Resolves when the names in a folder are durable. */
  syncFolder(path: string): Promise<void>
  close(file: number): Promise<void>
  unlink(path: string): Promise<void>
  /** Creates a folder in an existing one. */
  createFolder(path: string): Promise<void>
  /** Removes a folder if it is empty. */
  removeFolder(path: string): Promise<void>
  /** The names in a folder, in any order. */
  names(path: string): Promise<string[]>
  /** Bytes that may still be written to the file system of a folder. */
  freeBytes(path: string): Promise<number>
}

const native = loadNative()
/** Errors of a file system that does not support an operation. */
const UNSUPPORTED = ['EOPNOTSUPP', 'ENOTSUP', 'ENOSYS']

const calls = {
  open: promisify(fs.open),
  fstat: promisify(fs.fstat),
  read: promisify(fs.read),
  writev: promisify(fs.writev),
  fdatasync: promisify(fs.fdatasync),
  fsync: promisify(fs.fsync),
  close: promisify(fs.close),
  statfs: promisify(fs.statfs),
}

/** The real file system. */
export const systemFiles: FileOperations = {
  ...(native !== undefined && { append }),
  create: (path) => calls.open(path, 'wx', 0o600),
  open: (path) => calls.open(path, 'r'),
  openToClear: (path) => calls.open(path, 'r+'),
  size: async (file) => (await calls.fstat(file)).size,
  read(file, buffer, position, large) {
    if (large !== undefined && native?.isCached(file, position, buffer.length) === false)
      return native.readLarge(file, buffer, position, large.goesOn)
    return readCached(file, buffer, position) ? buffer.length : readFully(file, buffer, position)
  },
  isCached: (file, position, length) => native?.isCached(file, position, length) ?? true,
  readCached,
  readChecked: (file, buffer, position, around) => native?.readChecked(file, buffer, position, around),
  watch: (part, ageMs) => native?.watchFile(part, ageMs),
  async write(file, pieces, position) {
    const directFd = directDescriptor(file, pieces, position)
    if (directFd === undefined) await writeFully(file, pieces, position)
    else await nativeEngine()?.write(pieces, { fd: file, directFd, position })
  },
  async hashAndWrite(file, digest, bytes, position) {
    if (digest.updateAndWrite !== undefined) {
      return digest.updateAndWrite(bytes, { fd: file, directFd: directDescriptor(file, [bytes], position), position })
    }
    // The bytes are in use until both have ended, even if one fails.
    const [hashed, written] = await Promise.allSettled([digest.update(bytes), writeFully(file, [bytes], position)])
    if (written.status === 'rejected') throw written.reason
    if (hashed.status === 'rejected') throw hashed.reason
    return hashed.value
  },
  async allocate(file, position, length) {
    if (!native?.can.allocate) return
    await nativeEngine()
      ?.allocate(file, position, length)
      .catch((error) => {
        if (!isSystemError(error, ...UNSUPPORTED)) throw error
      })
  },
  async writeBack(file, position, length) {
    if (native?.can.writeBack) await nativeEngine()?.writeBack(file, position, length)
  },
  async clear(file, position, length) {
    if (!(await punch(file, position, length))) await writeZeros(file, position, length)
  },
  canPunch: (file) => punch(file, 0, 1),
  tryLock: async (file) => native?.tryLock(file) ?? false,
  syncData: (file) => calls.fdatasync(file),
  async syncFolder(path) {
    const folder = await calls.open(path, 'r')
    try {
      await calls.fsync(folder)
    } finally {
      await calls.close(folder)
    }
  },
  async close(file) {
    const direct = forgetDirect(file)
    await Promise.all([calls.close(file), direct === undefined ? undefined : calls.close(direct)])
  },
  unlink: promisify(fs.unlink),
  createFolder: (path) => fs.promises.mkdir(path, 0o700),
  removeFolder: promisify(fs.rmdir),
  names: (path) => fs.promises.readdir(path),
  async freeBytes(path) {
    const { bavail, bsize } = await calls.statfs(path)
    return bavail * bsize
  },
}

function append(
  file: number,
  pieces: readonly Uint8Array[],
  position: number,
  failed: Uint8Array,
  unsealed?: Unsealed,
): Promise<Appended> {
  const engine = nativeEngine()
  if (engine === undefined) throw new Error('the addon is missing')
  const place = { fd: file, directFd: directDescriptor(file, pieces, position), position }
  if (unsealed === undefined || unsealed.digests.every((name) => engine.digests.includes(name)))
    return engine.append(pieces, place, failed, unsealed)
  const digest = sealHere(unsealed)
  return engine.append(pieces, place, failed).then((appended) => ({ ...appended, digest }))
}

/** Fills a footer on the calling thread. */
function sealHere(unsealed: Unsealed): Digest {
  const digest = digestOf(unsealed.bytes, { digests: unsealed.digests })
  fillBlanks(unsealed, digest)
  return digest
}

/** Resolves with false if this is not possible: without the addon, or on this file system. */
async function punch(file: number, position: number, length: number): Promise<boolean> {
  const engine = native?.can.punchHole ? nativeEngine() : undefined
  if (engine === undefined) return false
  try {
    await engine.punchHole(file, position, length)
    return true
  } catch (error) {
    if (isSystemError(error, ...UNSUPPORTED)) return false
    throw error
  }
}

/** Bytes of zeros per write. */
const ZEROS_BYTES = 1024 * 1024

async function writeZeros(file: number, position: number, length: number): Promise<void> {
  const zeros = Buffer.alloc(Math.min(length, ZEROS_BYTES))
  for (let written = 0; written < length; written += zeros.length) {
    await writeFully(file, [zeros.subarray(0, length - written)], position + written)
  }
}

function readCached(file: number, buffer: Uint8Array, position: number): boolean {
  return native?.readCached(file, buffer, position) === buffer.length
}

async function readFully(file: number, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await calls.read(file, buffer, filled, buffer.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

async function writeFully(file: number, pieces: readonly Uint8Array[], position: number): Promise<void> {
  let rest = pieces.filter((piece) => piece.length > 0)
  let location = position
  while (rest.length > 0) {
    const { bytesWritten } = await calls.writev(file, rest, location)
    location += bytesWritten
    rest = without(rest, bytesWritten)
  }
}

/** The rest of pieces after their first `bytes`. */
export function without(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let taken = 0
  return pieces.flatMap((piece) => {
    const own = Math.min(piece.length, bytes - taken)
    taken += own
    return own === piece.length ? [] : [piece.subarray(own)]
  })
}

/** `append` by the write and the sync of operations that record or break these: one call after the other. */
export function appendInSteps({
  write,
  syncData,
}: Pick<FileOperations, 'write' | 'syncData'>): NonNullable<FileOperations['append']> {
  let turn: Promise<unknown> = Promise.resolve()
  return (file, pieces, position, syncFailed, unsealed) => {
    const own = turn.then(async () => {
      const digest = unsealed && sealHere(unsealed)
      if (pieces.length > 0) await write(file, pieces, position)
      if (syncFailed[0] !== 0) throw Object.assign(new Error('an earlier sync of the file failed'), { code: 'EIO' })
      try {
        await syncData(file)
      } catch (error) {
        syncFailed[0] = 1
        throw error
      }
      return { milliseconds: 0, ...(digest !== undefined && { digest }) }
    })
    turn = own.catch(() => {})
    return own
  }
}

/** The same operations, reporting the milliseconds of each sync. */
export function timed(files: FileOperations, onSync: ((milliseconds: number) => void) | undefined): FileOperations {
  if (onSync === undefined) return files
  const measure = async (sync: () => Promise<void>): Promise<void> => {
    const startedAt = performance.now()
    try {
      await sync()
    } finally {
      onSync(performance.now() - startedAt)
    }
  }
  const { append } = files
  return {
    ...files,
    ...(append !== undefined && {
      append: (...parameters: Parameters<typeof append>) =>
        append(...parameters).then((appended) => {
          if (appended.milliseconds > 0) onSync(appended.milliseconds)
          return appended
        }),
    }),
    syncData: (file) => measure(() => files.syncData(file)),
    syncFolder: (path) => measure(() => files.syncFolder(path)),
  }
}

/** The same operations, rejecting with StorageErrors: `noSpace` for a full disk or quota, otherwise `unavailable`. */
export function withStorageErrors(files: FileOperations): FileOperations {
  const guard =
    <Parameters extends unknown[], Result>(operation: string, call: (...parameters: Parameters) => Promise<Result>) =>
    async (...parameters: Parameters): Promise<Result> => {
      try {
        return await call(...parameters)
      } catch (error) {
        throw asStorageError(error, operation)
      }
    }
  return {
    create: guard('create', files.create),
    open: guard('open', files.open),
    openToClear: guard('openToClear', files.openToClear),
    size: guard('size', files.size),
    read: (file, buffer, position, large) =>
      settle(
        () => files.read(file, buffer, position, large),
        (bytes) => bytes,
        (error) => Promise.reject(asStorageError(error, 'read')),
      ),
    ...(files.isCached !== undefined && { isCached: files.isCached }),
    readCached: files.readCached,
    readChecked: files.readChecked,
    ...(files.watch !== undefined && { watch: files.watch }),
    write: guard('write', files.write),
    ...(files.append !== undefined && { append: guard('append', files.append) }),
    hashAndWrite: guard('hashAndWrite', files.hashAndWrite),
    allocate: guard('allocate', files.allocate),
    writeBack: guard('writeBack', files.writeBack),
    clear: guard('clear', files.clear),
    canPunch: guard('canPunch', files.canPunch),
    tryLock: guard('tryLock', files.tryLock),
    syncData: guard('syncData', files.syncData),
    syncFolder: guard('syncFolder', files.syncFolder),
    close: guard('close', files.close),
    unlink: guard('unlink', files.unlink),
    createFolder: guard('createFolder', files.createFolder),
    removeFolder: guard('removeFolder', files.removeFolder),
    names: guard('names', files.names),
    freeBytes: guard('freeBytes', files.freeBytes),
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT'])

function asStorageError(error: unknown, operation: string): StorageError {
  const code = codeOf(error)
  const kind = code !== undefined && FULL.has(code) ? 'noSpace' : 'unavailable'
  return new StorageError(kind, `${operation} of a blob failed: ${code ?? error}`, { cause: error })
}

/** Whether an error, or the cause of a StorageError, has one of these system codes. */
export function isSystemError(error: unknown, ...codes: string[]): boolean {
  const code = codeOf(error instanceof StorageError ? error.cause : error)
  return code !== undefined && codes.includes(code)
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
