import { loadNative, type Native, WALK_END } from '@bindery/digest'
import type { Grouping, KeyText, PackedRows } from '@bindery/storage'
import type { ReadAhead } from './read-ahead.js'

/** Fewer rows are read one by one: the way to the first costs as much as some rows do. */
const ROWS_MIN = 16
/** Rows of one walk at most, with their lengths. */
const OUT_BYTES = 1024 * 1024
/** Three bounds of keys and their lengths. */
const BOUNDS_BYTES = 8 * 1024
const LENGTH_BYTES = 4
const MARK_BYTES = 8
const END_UNIT = 2 ** 48
const ROWS_UNIT = 2 ** 32

const native = loadNative()

/** Both are used from the beginning to the end of a turn. */
let out: Uint8Array | undefined
const bounds = Buffer.alloc(BOUNDS_BYTES)

/** A range of rows, or the first rows of groups in it. */
export interface WalkedRange {
  readonly from: KeyText
  readonly to: KeyText
  readonly limit: number
  readonly grouping: Grouping | undefined
}

/**
 * Reads rows in native code from the pages of LMDB's file, which takes less than half of the time that rows take one by one. The caller holds a read
 * transaction of `lmdb`, whose pages no commit reuses; the count of commits that it has seen shows which tree of the file is
 * the one of this transaction. Each row is checked against its seal.
 */
export class RowWalk {
  readonly #ahead: ReadAhead
  readonly #names: Buffer
  readonly #mark: DataView

  /** @param names the tree of the rows, and the row next to it that has the number of commits */
  constructor(ahead: ReadAhead, names: { readonly tree: string; readonly mark: string }) {
    this.#ahead = ahead
    this.#names = Buffer.alloc(3 * LENGTH_BYTES + names.tree.length + 1 + names.mark.length + MARK_BYTES)
    let at = append(this.#names, 0, `${names.tree}\0`)
    at = append(this.#names, at, names.mark)
    append(this.#names, at, '\0'.repeat(MARK_BYTES))
    this.#mark = new DataView(this.#names.buffer, this.#names.byteOffset + this.#names.length - MARK_BYTES)
  }

  /**
   * Some rows of a range, in order; undefined where they must be read in another way: for a damaged row, a commit meanwhile, a file in
   * another format, or few rows.
   * @param commits that the transaction has seen
   */
  read(range: WalkedRange, commits: () => bigint): PackedRows | undefined {
    const { from, to, limit, grouping } = range
    const delimiter = grouping?.delimiter ?? ''
    if (native === undefined || limit < ROWS_MIN) return undefined
    if (from.length + to.length + delimiter.length + 3 * LENGTH_BYTES > BOUNDS_BYTES) return undefined
    const end = append(bounds, append(bounds, append(bounds, 0, from), to), delimiter)
    this.#mark.setBigUint64(0, commits())
    const asked = bounds.subarray(0, end)
    let result = this.#walk(range, asked, true)
    if (Math.floor(result / END_UNIT) === WALK_END.notCached) {
      if (grouping === undefined) this.#ahead.requestAll(from, to, limit)
      result = this.#walk(range, asked, false)
    }
    const why = Math.floor(result / END_UNIT)
    const count = Math.floor((result % END_UNIT) / ROWS_UNIT)
    if (why !== WALK_END.done && (why !== WALK_END.full || count === 0)) return undefined
    // memory that is not filled with zeros first
    const bytes = Buffer.allocUnsafeSlow(result % ROWS_UNIT)
    bytes.set((out as Uint8Array).subarray(0, bytes.length))
    return { bytes, count, isLast: why === WALK_END.done && count < limit }
  }

  #walk({ limit, grouping }: WalkedRange, asked: Uint8Array, onlyCached: boolean): number {
    out ??= new Uint8Array(OUT_BYTES)
    const after = grouping?.after ?? 0
    const end = grouping?.end.charCodeAt(0) ?? 0
    const readRows = native?.readRows as Native['readRows']
    return readRows(this.#ahead.fd, onlyCached, this.#names, asked, limit, after, end, out)
  }
}

/** Writes a text after its length, and returns where it ends. */
function append(bytes: Buffer, at: number, text: string): number {
  bytes.writeUInt32LE(text.length, at)
  return at + LENGTH_BYTES + bytes.write(text, at + LENGTH_BYTES, 'latin1')
}
