/** Downloads into a file: written to a neighbouring file, continued after an interruption, renamed when it is whole and verified. */
import { existsSync, fchmodSync, fchownSync, fstatSync, type Stats, statSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { DownloadLayout, DownloadTarget, ObjectInfo, WrittenRange } from '../types/object.js'
import { closeFile, cutFile, openFile, readAt, syncData, syncFile, writeAt } from './descriptor.js'
import { replaceFile } from './file-store.js'
import { lockFile } from './lock-file.js'
import { type PartNames, partNames } from './part-names.js'

/** Milliseconds between two notes of the ranges that were written, and that many more for each range: a note has all of them. */
const NOTE_INTERVAL_MS = 1_000
const PIECE_BYTES = 256 * 1024
/** A file that shall be durable is synced after each of these many bytes, while others arrive: in the end little is left to wait for. */
const SYNC_BYTES = 64 * 1024 * 1024

/** An object, or a range of it, of which a file holds a part. */
interface Subject {
  readonly etag: string
  /** Bytes. */
  readonly size: number
  /** Offset in the object. */
  readonly start: number
}

interface Note extends Subject {
  readonly v: 2
  readonly ranges: readonly WrittenRange[]
}

/** Options of a file that is downloaded. */
export interface FileTargetOptions {
  /** Whether it goes on from what an earlier run left. Default true. */
  readonly resume?: boolean
  /**
   * Bytes from which a file is on the disk before it has its name, so that a loss of power leaves none of that name without its bytes.
   * Default: none is, and the system writes them within seconds, as for other programs. It takes the time of the disk.
   */
  readonly durableFrom?: number
}

/**
 * The value of such a download is the path. One of several ranges can be continued in another process, and is locked meanwhile: `open`
 * throws OssError TransferLocked.
 */
export function fileTarget(
  path: string,
  { resume = true, durableFrom = Number.POSITIVE_INFINITY }: FileTargetOptions = {},
): DownloadTarget<string> {
  return new FileTarget(path, resume, durableFrom)
}

class FileTarget implements DownloadTarget<string> {
  readonly #path: string
  readonly #resumes: boolean
  readonly #durableFrom: number
  #names: PartNames
  #descriptor: Promise<number> | undefined
  #ranges: WrittenRange[] = []
  #subject: Subject = { etag: '', size: 0, start: 0 }
  /** Whether another run can continue it; then its files have names that other processes know, too. */
  #isContinuable = true
  #notedAt = 0
  #isNoted = false
  /** The note of an earlier run, looked for once. */
  #earlier: Promise<Note | undefined> | undefined
  #unlock: (() => Promise<void>) | undefined
  #unsyncedBytes = 0
  #syncing: Promise<void> | undefined

  constructor(path: string, resumes: boolean, durableFrom: number) {
    this.#path = path
    this.#resumes = resumes
    this.#durableFrom = durableFrom
    this.#names = partNames(path, false)
  }

  async isBegun(): Promise<boolean> {
    this.#earlier ??= readNote(this.#names.note)
    return this.#resumes && (await this.#earlier) !== undefined
  }

  async open(info: ObjectInfo, size: number, { start, ranges }: DownloadLayout): Promise<readonly WrittenRange[]> {
    await this.#closed()
    this.#subject = { etag: info.etag, size, start }
    this.#isContinuable = ranges > 1
    this.#names = partNames(this.#path, !this.#isContinuable)
    this.#ranges = []
    if (this.#isContinuable) await this.#takeOver()
    await this.#opened()
    return this.#ranges
  }

  /** Locks the file, and finds what an earlier run has written of the same bytes. */
  async #takeOver(): Promise<void> {
    const { lock, note, part } = this.#names
    this.#unlock ??= await lockFile(lock).catch((error: unknown) => {
      throw fileError(this.#path, error)
    })
    if (this.#unlock === undefined) throw locked(this.#path, lock)
    // again: before there was a lock, another process may have gone on
    const known = await readNote(note)
    this.#earlier = undefined
    this.#isNoted = known !== undefined
    const { etag, size, start } = this.#subject
    const isSame = known?.etag === etag && known.size === size && known.start === start
    if (this.#resumes && isSame && existsSync(part)) {
      this.#ranges = [...known.ranges]
    } else if (this.#isNoted) await rm(note, { force: true }) // before what it describes is gone
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const into = await this.#opened()
    await writeAt(into, bytes, offset).catch((error: unknown) => {
      throw fileError(this.#path, error)
    })
  }

  async written(start: number, end: number, crc64?: bigint): Promise<void> {
    this.#ranges.push(crc64 === undefined ? [start, end] : [start, end, String(crc64)])
    this.#syncAhead(end - start)
    const isWhole = end - start === this.#subject.size
    if (isWhole || Date.now() - this.#notedAt < NOTE_INTERVAL_MS + this.#ranges.length) return
    this.#notedAt = Date.now()
    await this.#hasNoted() // without one there is less to continue
  }

  /** Begins to sync what was written, where the file shall be durable. */
  #syncAhead(bytes: number): void {
    if (this.#subject.size < this.#durableFrom) return
    this.#unsyncedBytes += bytes
    if (this.#syncing !== undefined || this.#unsyncedBytes < SYNC_BYTES) return
    this.#unsyncedBytes = 0
    this.#syncing = this.#opened()
      .then(syncData)
      .catch(() => {}) // the last sync reports it
      .finally(() => {
        this.#syncing = undefined
      })
  }

  async keep(): Promise<boolean> {
    if (this.#descriptor === undefined) return true
    const { length } = this.#ranges
    const isKept = this.#isContinuable && length > 0
    if (isKept) await this.#noteWhatFits().catch(() => {}) // the failure that ended the run counts
    await this.#closed()
    if (!isKept) await rm(this.#names.part, { force: true }).catch(() => {})
    return this.#ranges.length === length
  }

  async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
    yield* readRange(await this.#opened(), start, end)
  }

  async finish(): Promise<string> {
    const file = await this.#opened()
    try {
      if (this.#subject.size >= this.#durableFrom) await syncFile(file)
      await this.#closed()
      await rename(this.#names.part, this.#path)
    } catch (error) {
      if (!this.#isContinuable) await rm(this.#names.part, { force: true }).catch(() => {})
      throw fileError(this.#path, error)
    }
    if (this.#isNoted) await rm(this.#names.note, { force: true })
    await this.#released()
    return this.#path
  }

  async close({ discard }: { readonly discard: boolean }): Promise<void> {
    if (!discard) await this.keep()
    await this.#closed()
    const { part, note } = this.#names
    if (discard && (await this.#isOwn())) await Promise.all([rm(part, { force: true }), rm(note, { force: true })])
    await this.#released()
  }

  /** Whether no other process downloads to the same files. */
  async #isOwn(): Promise<boolean> {
    if (!this.#isContinuable) return true
    this.#unlock ??= await lockFile(this.#names.lock).catch(() => undefined)
    return this.#unlock !== undefined
  }

  /** After a run that ended early the file is closed. */
  #opened(): Promise<number> {
    this.#descriptor ??= openPart(this.#names.part, this.#path, this.#ranges.length > 0)
    return this.#descriptor
  }

  async #closed(): Promise<void> {
    // one that could not be opened has reported why
    const before = this.#descriptor
    // at once: closed twice, its number may be that of another file
    this.#descriptor = undefined
    const number = await before?.catch(() => undefined)
    await this.#syncing
    if (number !== undefined) await closeFile(number)
  }

  async #released(): Promise<void> {
    const unlock = this.#unlock
    this.#unlock = undefined
    await unlock?.()
  }

  /** On a full disk what was written of unfinished ranges makes room for the note, and the last finished range where that is not enough. */
  async #noteWhatFits(): Promise<void> {
    if (await this.#hasNoted()) return
    await this.#cut()
    if (await this.#hasNoted()) return
    await rm(this.#names.note, { force: true }) // it may name that range
    const end = endOf(this.#ranges)
    this.#ranges = this.#ranges.filter((range) => range[1] !== end)
    await this.#cut()
    await this.#hasNoted()
  }

  async #cut(): Promise<void> {
    await cutFile(await this.#opened(), endOf(this.#ranges))
  }

  async #hasNoted(): Promise<boolean> {
    try {
      this.#isNoted = true
      // bytes without a checksum must survive a crash; of others it shows that they did not
      const isChecked = this.#ranges.every((range) => range.length === 3)
      if (!isChecked) await syncData(await this.#opened())
      const note: Note = { v: 2, ...this.#subject, ranges: this.#ranges }
      await replaceFile(this.#names.note, JSON.stringify(note), !isChecked)
      return true
    } catch {
      return false
    }
  }
}

function endOf(ranges: readonly WrittenRange[]): number {
  return ranges.reduce((most, [, end]) => Math.max(most, end), 0)
}

/** Opens the neighbouring file; a new one has the permissions of the file that it replaces. */
async function openPart(part: string, target: string, isKept: boolean): Promise<number> {
  if (isKept) {
    return openFile(part, 'r+').catch((error: unknown) => {
      throw fileError(part, error)
    })
  }
  // in place: a thread costs more than the call
  const replaced = statsOf(target)
  const mode = replaced?.isFile() === true ? replaced.mode & 0o777 : undefined
  const descriptor = await openFile(part, 'w+', mode ?? 0o666).catch((error: unknown) => {
    throw fileError(part, error)
  })
  if (replaced !== undefined && mode !== undefined) likeReplaced(descriptor, replaced, mode)
  return descriptor
}

/** Throws OssError FileError where the system permits no such name. */
function statsOf(target: string): Stats | undefined {
  try {
    return statSync(target, { throwIfNoEntry: false })
  } catch (error) {
    throw fileError(target, error)
  }
}

/** Gives a file owner and permissions of another one, as far as the system and the user's rights permit it. */
function likeReplaced(descriptor: number, { uid, gid }: { uid: number; gid: number }, mode: number): void {
  try {
    const own = fstatSync(descriptor)
    if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid)
    if ((own.mode & 0o777) !== mode) fchmodSync(descriptor, mode)
  } catch {
    // it stays the user's own
  }
}

function fileError(path: string, cause: unknown): OssError {
  if (cause instanceof OssError) return cause
  const { message, code } = cause as NodeJS.ErrnoException
  return new OssError({
    code: 'FileError',
    message: `${path} cannot be written: ${message}`,
    cause,
    ...(code === 'ENOSPC' ? { hint: 'Free space on the disk, then go on: what arrived is kept.' } : {}),
  })
}

function locked(path: string, lock: string): OssError {
  return new OssError({
    code: CLIENT_CODES.locked,
    message: `Another process downloads to ${path} at the moment.`,
    hint: `Wait for it, or end it. If it does not run, delete ${lock}.`,
  })
}

async function* readRange(descriptor: number, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const wanted = Math.min(PIECE_BYTES, end - position)
    const buffer = Buffer.allocUnsafe(wanted)
    const bytesRead = await readAt(descriptor, buffer, wanted, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function readNote(file: string): Promise<Note | undefined> {
  if (!existsSync(file)) return undefined // in place: a thread costs more than the call
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Note>
    return value.v === 2 && Array.isArray(value.ranges) ? (value as Note) : undefined
  } catch {
    return undefined
  }
}
