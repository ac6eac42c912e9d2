import type { Appended, Unsealed } from '@bindery/digest'
import type { Awaitable } from '@bindery/storage'
import type { BlobLocation } from './blob-location.js'
import type { FileOperations } from './files.js'
import { GroupSync } from './group-sync.js'

/** The maximum size of a pack in bytes, holes included: the next blob goes into another. */
export const PACK_BYTES = 128 * 1024 * 1024
/** The most that one write takes, in bytes and in pieces. */
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_PIECES = 512

interface Write {
  readonly pieces: readonly Uint8Array[]
  readonly position: number
  readonly bytes: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * A pack that this process is filling, or has filled and not yet closed.
 *
 * P1  Slots are assigned from the beginning to the end, each once; nothing is ever written outside a slot.
 * P2  Its file is locked from before its first slot until it is closed, so that no other process unlinks it.
 * P3  It is closed when it is retired and no slot of it is in use.
 */
export class Pack {
  readonly location: BlobLocation
  readonly file: number
  readonly #files: FileOperations
  readonly #onClosed: () => Promise<void>
  readonly #sync: GroupSync
  readonly #writes: Write[] = []
  /** Not 0 when a sync by `append` has failed. */
  readonly #syncFailed = new Uint8Array(new SharedArrayBuffer(1))
  #isWriting = false
  #end = 0
  #users = 0
  #isRetired = false

  /** @param onClosed called when its file is closed; must not reject */
  constructor(files: FileOperations, location: BlobLocation, file: number, onClosed: () => Promise<void>) {
    this.location = location
    this.file = file
    this.#files = files
    this.#onClosed = onClosed
    this.#sync = new GroupSync(() => files.syncData(file))
  }

  /** Whether it still assigns slots. After a failed sync it does not: nothing in it can become durable any more. */
  get isOpen(): boolean {
    return !this.#isRetired && !this.#sync.hasFailed && this.#syncFailed[0] === 0
  }

  /** Takes a slot of this many bytes, at the next multiple of `unit`, to be given up by `leave`; undefined if there is no room. */
  takeSlot(bytes: number, unit: number): number | undefined {
    const start = Math.ceil(this.#end / unit) * unit
    if (!this.isOpen || start + bytes > PACK_BYTES) return undefined
    this.#end = start + bytes
    this.#users++
    return start
  }

  /** The user of a slot no longer needs the file. */
  leave(): Awaitable<void> {
    this.#users--
    return this.#closeIfDone()
  }

  /** Assigns no more slots. */
  async retire(): Promise<void> {
    if (this.#isRetired) return
    this.#isRetired = true
    await this.#closeIfDone()
  }

  /** Writes pieces one after the other, together with adjacent writes of other callers. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    return new Promise((resolve, reject) => {
      this.#writes.push({ pieces, position, bytes, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  /** Whether `store` can seal what it stores. */
  get seals(): boolean {
    return this.#files.append !== undefined
  }

  /**
   * Writes pieces one after the other, and makes them durable, together with other callers. Where it `seals`, a footer among the
   * pieces is filled before.
   */
  store(pieces: readonly Uint8Array[], position: number, unsealed?: Unsealed): Promise<Appended | undefined> {
    const { append } = this.#files
    if (append !== undefined) return append(this.file, pieces, position, this.#syncFailed, unsealed)
    return this.write(pieces, position)
      .then(() => this.#sync.sync())
      .then(() => undefined)
  }

  /** Resolves when all writes that have ended by now are durable. */
  async sync(): Promise<void> {
    await this.store([], 0)
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    while (this.#writes.length > 0) {
      const batch = this.#takeBatch()
      try {
        await this.#files.write(
          this.file,
          batch.flatMap((write) => write.pieces),
          batch[0]?.position ?? 0,
        )
        for (const write of batch) write.resolve()
      } catch (error) {
        for (const write of batch) write.reject(error)
      }
    }
    this.#isWriting = false
  }

  /** The waiting writes, as far as each begins where the previous one ends. */
  #takeBatch(): Write[] {
    let count = 0
    let bytes = 0
    let pieces = 0
    let end = this.#writes[0]?.position
    for (const write of this.#writes) {
      const isTooMuch = bytes + write.bytes > BATCH_BYTES || pieces + write.pieces.length > BATCH_PIECES
      if (write.position !== end || (count > 0 && isTooMuch)) break
      count++
      bytes += write.bytes
      pieces += write.pieces.length
      end = write.position + write.bytes
    }
    return this.#writes.splice(0, count)
  }

  #closeIfDone(): Awaitable<void> {
    return this.#isRetired && this.#users === 0 ? this.#close() : undefined
  }

  async #close(): Promise<void> {
    // Its content is durable by now, and there is nothing to do about a file that cannot be closed.
    await this.#files.close(this.file).catch(() => {})
    await this.#onClosed()
  }
}
