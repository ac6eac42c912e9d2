import type { BlobId, ByteRange, LentBytes, PassableBytes, PassSocket } from '@bindery/storage'
import { type ReadContext, readOpened } from './blob-reader.js'
import { requireRange } from './chunk-reader.js'
import { CHUNK_BYTES } from './format.js'
import type { Held } from './open-files.js'
import type { OpenedBlob } from './watched-chunks.js'

/** Fewer bytes cost no less when they are passed. */
const PASSABLE_BYTES_MIN = 128 * 1024
/** Chunks that one call checks, so that other connections have their turn. */
const CHECKED_BYTES_MAX = 1024 * 1024

/** Implements `BlobStore.passNow`: for blobs that are open, in files of their own or in areas of packs, and ranges that begin in the system's memory. */
export function passNow(context: ReadContext, id: BlobId, range: ByteRange): PassableBytes | undefined {
  if (range.end - range.start < PASSABLE_BYTES_MIN) return undefined
  const key = context.places.of(id)?.key
  const held = key === undefined ? undefined : context.openBlobs.tryHold(key)
  if (held === undefined) return undefined
  try {
    requireRange(range, held.opened.footer.size)
    if (context.watched.check(held.opened, Math.floor(range.start / CHUNK_BYTES))) {
      return new PassableRange(context, id, held, range)
    }
  } catch (error) {
    held.release()
    throw error
  }
  held.release()
  return undefined
}

/** A range of an open blob. */
class PassableRange implements PassableBytes {
  readonly #context: ReadContext
  readonly #id: BlobId
  readonly #held: Held<OpenedBlob>
  readonly #end: number
  #at: number
  /** Reads what comes next through memory, as long as nothing can be passed. */
  #pieces: AsyncGenerator<LentBytes, void> | undefined

  constructor(context: ReadContext, id: BlobId, held: Held<OpenedBlob>, { start, end }: ByteRange) {
    this.#context = context
    this.#id = id
    this.#held = held
    this.#at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  pass(socket: PassSocket, passed: (bytes: number) => void): void {
    const { opened } = this.#held
    // a file that has changed may be watched again
    if (opened.watch?.isCurrent() === false) opened.watch.end()
    // what is read ahead from the disk was checked by a thread: checking it again here would cost more than a copy
    const isAhead = this.#pieces !== undefined && !opened.watch?.has(Math.floor(this.#at / CHUNK_BYTES))
    if (this.#at === this.#end || isAhead) {
      passed(0)
      return
    }
    const end = Math.min(this.#end, this.#at + CHECKED_BYTES_MAX)
    for (let index = Math.floor(this.#at / CHUNK_BYTES); index * CHUNK_BYTES < end; index++) {
      if (!this.#context.watched.check(opened, index)) break
    }
    if (opened.watch === undefined) {
      passed(0)
      return
    }
    opened.watch.pass(socket, this.#at, this.#end - this.#at, (bytes) => {
      this.#at += bytes
      if (bytes > 0) void this.#leavePieces()
      passed(bytes)
    })
  }

  async next(): Promise<LentBytes | undefined> {
    this.#pieces ??= this.#read()
    const result = await this.#pieces.next()
    if (result.done === true) return undefined
    this.#at += result.value.bytes.length
    return result.value
  }

  async release(): Promise<void> {
    try {
      await this.#leavePieces()
    } finally {
      this.#held.release()
    }
  }

  #read(): AsyncGenerator<LentBytes, void> {
    return readOpened(this.#context, this.#id, this.#held.opened, { start: this.#at, end: this.#end })
  }

  async #leavePieces(): Promise<void> {
    const pieces = this.#pieces
    this.#pieces = undefined
    await pieces?.return()
  }
}
