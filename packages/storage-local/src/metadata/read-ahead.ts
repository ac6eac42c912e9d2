import { closeSync, openSync, readSync } from 'node:fs'
import { loadNative } from '@bindery/digest'
import type { KeyText } from '@bindery/storage'
import { LeafPages } from './leaf-pages.js'

/** Ranges of fewer rows are read without this: the look costs more than it saves. */
const ROWS_MIN = 32
/** Pages whose presence stands for that of the range. */
const LOOKED_AT = 64
/** Pages that are requested at once: a page of a listing, of records of usual length. */
const PAGES_MAX = 256
/** Pages between two requested ones that are read with them, because a request costs more. */
const GAP_MAX = 4

const native = loadNative()

/** Requests the pages of a range from the disk together, before LMDB comes to each. */
export class ReadAhead {
  /** A descriptor of the file, to read from. */
  readonly fd: number
  readonly #leaves: LeafPages
  readonly #byte = new Uint8Array(1)

  /** Whether this system can. */
  static isPossible(): boolean {
    return native?.willNeed !== undefined
  }

  /**
   * Opens the file once more, to be closed by `close`. Throws a system error.
   * @param name of the tree whose rows are read
   */
  constructor(path: string, name: string) {
    this.fd = openSync(path, 'r')
    this.#leaves = new LeafPages((bytes, position) => this.#read(bytes, position), name)
  }

  close(): void {
    closeSync(this.fd)
  }

  /** To be called before a range is read. Returns how many pages were requested: none if the range seems to be in memory. */
  request(from: KeyText, to: KeyText, rows: number): number {
    if (rows < ROWS_MIN) return 0
    const near = this.#leaves.between(from, to, Math.min(rows, LOOKED_AT))
    if (near.length === 0 || (this.#isCached(near[0] ?? 0) && this.#isCached(near.at(-1) ?? 0))) return 0
    return this.requestAll(from, to, rows)
  }

  /** As `request`, where some page of the range is known not to be in memory. */
  requestAll(from: KeyText, to: KeyText, rows: number): number {
    const pages = this.#leaves.between(from, to, Math.min(rows, PAGES_MAX)).sort((left, right) => left - right)
    for (let start = 0, end = 0; start < pages.length; start = end) {
      end += 1
      while (end < pages.length && (pages[end] ?? 0) - (pages[end - 1] ?? 0) <= GAP_MAX) end += 1
      this.#willNeed(pages[start] ?? 0, pages[end - 1] ?? 0)
    }
    return pages.length
  }

  #willNeed(first: number, last: number): void {
    const { pageBytes } = this.#leaves
    native?.willNeed?.(this.fd, first * pageBytes, (last + 1 - first) * pageBytes)
  }

  #isCached(page: number): boolean {
    return native?.readCached(this.fd, this.#byte, page * this.#leaves.pageBytes) === 1
  }

  #read(bytes: Uint8Array, position: number): boolean {
    if (native?.readCached(this.fd, bytes, position) === bytes.length) return true
    try {
      return readSync(this.fd, bytes, 0, bytes.length, position) === bytes.length
    } catch {
      return false
    }
  }
}
