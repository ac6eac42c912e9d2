import { type Binding, MAPPED, PASSED } from './binding.js'

/** A part of a file, in chunks of equal size, of which the last may be shorter. Start and size of chunks are multiples of 4,096. */
export interface WatchedPart {
  readonly fd: number
  readonly start: number
  readonly size: number
  readonly chunkBytes: number
}

/** A socket that takes bytes of watched files from the system's memory. */
export interface PassSocket {
  /**
   * Takes bytes from a position of a watch of the addon, at most `PASSED_BYTES_MAX`. Calls back once, maybe before it returns, with their number, and with one of
   * `PASSED`, the reason that it were not more.
   */
  pass(watch: object, position: number, length: number, passed: (bytes: number, outcome: number) => void): void
}

/** Bytes that a socket is given at a time, as in `connections.h`. Meanwhile it calls for no JavaScript. */
const PASSED_BYTES_MAX = 16 * 1024 * 1024

/**
 * Chunks of an open file that are checked once, and then go from the system's memory to sockets without another copy, for as long as the
 * system has kept the memory that was checked.
 */
export interface FileWatch {
  /** Whether it can be used no more, because the file has changed or the system cannot do it. */
  readonly hasEnded: boolean
  /**
   * Maps a chunk that the system has in memory; false if it has not all. Then it is to be read and checked at once, and noted, or forgotten
   * if it does not match.
   */
  map(index: number): boolean
  /** Notes that a chunk was checked since it was mapped: from now on it may be passed. */
  note(index: number): void
  /** Whether the file has not changed since the watch began, nor been deleted, also by another process. */
  isCurrent(): boolean
  /** The number of chunks that are noted. */
  readonly count: number
  /** Whether a chunk was noted. */
  has(index: number): boolean
  forget(index: number): void
  /** Forgets the chunk that was noted first. */
  forgetEarliest(): void
  /**
   * Passes bytes from a position in the part to a socket. Calls back once, maybe before it returns, with the number of those that it took. If that is 0, the
   * first of them are not in memory that was checked, so that their chunk is forgotten, the file has changed, so that the watch ends, or the socket is broken.
   */
  pass(socket: PassSocket, position: number, length: number, passed: (bytes: number) => void): void
  /** Ends the watch, before its file is closed, and when no bytes are being passed. */
  end(): void
}

/**
 * Watches a file that was not changed in the last `ageMs` milliseconds, or in the last 100 where the file system keeps times finer than a second, so that a
 * later change is noticed; undefined where that is not possible.
 */
export function watchFile(binding: Binding, part: WatchedPart, ageMs: number): FileWatch | undefined {
  const { fd, start, size, chunkBytes } = part
  const watch = binding.watchFile(fd, start, size, chunkBytes, ageMs)
  return watch && new NativeWatch(binding, watch, chunkBytes)
}

class NativeWatch implements FileWatch {
  readonly #binding: Binding
  readonly #chunkBytes: number
  readonly #noted = new Set<number>()
  #watch: object | undefined

  constructor(binding: Binding, watch: object, chunkBytes: number) {
    this.#binding = binding
    this.#watch = watch
    this.#chunkBytes = chunkBytes
  }

  get hasEnded(): boolean {
    return this.#watch === undefined
  }

  isCurrent(): boolean {
    return this.#watch !== undefined && this.#binding.isCurrent(this.#watch)
  }

  get count(): number {
    return this.#noted.size
  }

  map(index: number): boolean {
    if (this.#watch === undefined) return false
    this.#noted.delete(index)
    const outcome = this.#binding.mapChunk(this.#watch, index)
    if (outcome === MAPPED.changed) this.end()
    return outcome === MAPPED.done
  }

  note(index: number): void {
    if (this.#watch === undefined) return
    this.#binding.trustChunk(this.#watch, index)
    this.#noted.add(index)
  }

  has(index: number): boolean {
    return this.#noted.has(index)
  }

  forget(index: number): void {
    this.#noted.delete(index)
    if (this.#watch !== undefined) this.#binding.unmapChunk(this.#watch, index)
  }

  forgetEarliest(): void {
    const [earliest] = this.#noted
    if (earliest !== undefined) this.forget(earliest)
  }

  pass(socket: PassSocket, position: number, length: number, passed: (bytes: number) => void): void {
    const first = Math.floor(position / this.#chunkBytes)
    const last = Math.floor((position + Math.min(length, PASSED_BYTES_MAX) - 1) / this.#chunkBytes)
    let noted = first
    while (noted <= last && this.#noted.has(noted)) noted += 1
    if (this.#watch === undefined || noted === first) {
      passed(0)
      return
    }
    const most = Math.min(length, PASSED_BYTES_MAX, noted * this.#chunkBytes - position)
    socket.pass(this.#watch, position, most, (bytes, outcome) => {
      if (outcome === PASSED.stale) this.end()
      else if (outcome === PASSED.unmapped) this.forget(Math.floor((position + bytes) / this.#chunkBytes))
      passed(bytes)
    })
  }

  end(): void {
    this.#noted.clear()
    if (this.#watch !== undefined) this.#binding.endWatch(this.#watch)
    this.#watch = undefined
  }
}
