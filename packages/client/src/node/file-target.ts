/** Downloads into a file: written to a neighbouring file, continued after an interruption, renamed when it is whole and verified. */
import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { OssError } from '../types/error.js'
import type { DownloadTarget, ObjectInfo } from '../types/object.js'
import { closeFile, cutFile, openFile, readAt, syncData, syncFile, writeAt } from './descriptor.js'
import { replaceFile } from './file-store.js'

/** Milliseconds between two notes of the ranges that were written. */
const NOTE_INTERVAL_MS = 1_000
const PIECE_BYTES = 256 * 1024

interface Note {
  readonly v: 1
  readonly etag: string
  readonly size: number
  readonly ranges: readonly (readonly [start: number, end: number])[]
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

/** The value of such a download is the path. */
export function fileTarget(
  path: string,
  { resume = true, durableFrom = Number.POSITIVE_INFINITY }: FileTargetOptions = {},
): DownloadTarget<string> {
  const part = `${path}.part`
  const noteFile = `${path}.part.json`
  let descriptor: Promise<number> | undefined
  let ranges: (readonly [start: number, end: number])[] = []
  let subject: { readonly etag: string; readonly size: number } = { etag: '', size: 0 }
  let notedAt = 0
  let isNoted = false
  /** The note of an earlier run, looked for once. */
  let earlier: Promise<Note | undefined> | undefined
  // after a run that ended early the file is closed
  const opened = () => {
    descriptor ??= openPart(part, true)
    return descriptor
  }
  const closed = async () => {
    // one that could not be opened has reported why
    const before = descriptor
    // at once: closed twice, its number may be that of another file
    descriptor = undefined
    const number = await before?.catch(() => undefined)
    if (number !== undefined) await closeFile(number)
  }
  const note = async () => {
    isNoted = true
    // bytes that are noted as written must survive a crash
    await syncData(await opened())
    await replaceFile(noteFile, JSON.stringify({ v: 1, ...subject, ranges } satisfies Note))
  }
  return {
    async isBegun() {
      earlier ??= readNote(noteFile)
      return resume && (await earlier) !== undefined
    },
    async open(info: ObjectInfo, size: number) {
      subject = { etag: info.etag, size }
      const known = await (earlier ?? readNote(noteFile))
      earlier = undefined
      isNoted = known !== undefined
      const isSame = resume && known?.etag === info.etag && known.size === size
      await closed()
      // before what it describes is gone
      if (isNoted && !isSame) await rm(noteFile, { force: true })
      descriptor = openPart(part, isSame)
      await descriptor
      ranges = isSame ? [...known.ranges] : []
      return ranges
    },
    async write(offset, bytes) {
      const into = await opened()
      await writeAt(into, bytes, offset).catch((error: unknown) => {
        throw fileError(path, error)
      })
    },
    async written(start, end) {
      ranges.push([start, end])
      const isWhole = end - start === subject.size
      if (isWhole || Date.now() - notedAt < NOTE_INTERVAL_MS) return
      notedAt = Date.now()
      await note().catch((error: unknown) => {
        throw fileError(path, error)
      })
    },
    async keep() {
      if (descriptor === undefined) return
      try {
        await note().catch(async () => {
          // on a full disk: what was written of unfinished ranges makes room for the note
          await cutFile(await opened(), Math.max(0, ...ranges.map(([, end]) => end)))
          await note().catch(() => {})
        })
      } finally {
        await closed()
      }
    },
    async *read(start, end) {
      yield* readRange(await opened(), start, end)
    },
    async finish() {
      const file = await opened()
      if (subject.size >= durableFrom) await syncFile(file)
      await closed()
      await rename(part, path)
      if (isNoted) await rm(noteFile, { force: true })
      return path
    },
    async close({ discard }) {
      if (!discard) await this.keep?.()
      await closed()
      if (discard) await Promise.all([rm(part, { force: true }), rm(noteFile, { force: true })])
    },
  }
}

async function openPart(part: string, isKept: boolean): Promise<number> {
  try {
    if (isKept) return await openFile(part, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(part, error)
  }
  return openFile(part, 'w+', 0o666).catch((error: unknown) => {
    throw fileError(part, error)
  })
}

function fileError(path: string, cause: unknown): OssError {
  const { message, code } = cause as NodeJS.ErrnoException
  return new OssError({
    code: 'FileError',
    message: `${path} cannot be written: ${message}`,
    cause,
    ...(code === 'ENOSPC' ? { hint: 'Free space on the disk, then go on: what arrived is kept.' } : {}),
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
    return value.v === 1 && Array.isArray(value.ranges) ? (value as Note) : undefined
  } catch {
    return undefined
  }
}
