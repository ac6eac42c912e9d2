/** Rows in one piece of memory, for those that look at few of them one by one. */
import { type Awaitable, andThen } from './awaitable.js'
import type { Bytes, RangeOptions, Reader, Row } from './metadata-store.js'

/** Rows behind each other: the length of the key in four bytes, little-endian, the key, the length of the value, the value. */
export interface PackedRows {
  readonly bytes: Bytes
  readonly count: number
  /** The range that was read has no more rows. */
  readonly isLast: boolean
}

const LENGTH_BYTES = 4

/** @param isLast whether the range that they are from has no more */
export function packRows(rows: readonly Row[], isLast: boolean): PackedRows {
  const bytes = Buffer.allocUnsafe(
    rows.reduce((sum, { key, value }) => sum + 2 * LENGTH_BYTES + key.length + value.length, 0),
  )
  let at = 0
  for (const { key, value } of rows) {
    for (const part of [key, value]) {
      bytes.writeUInt32LE(part.length, at)
      bytes.set(part, at + LENGTH_BYTES)
      at += LENGTH_BYTES + part.length
    }
  }
  return { bytes, count: rows.length, isLast }
}

/** A place among packed rows. */
export class PackedPlace {
  readonly #bytes: Bytes
  readonly #view: DataView
  #at = 0

  constructor({ bytes }: PackedRows) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** In bytes. */
  get at(): number {
    return this.#at
  }

  /** The rows from here on. */
  get rest(): Bytes {
    return this.#bytes.subarray(this.#at)
  }

  /** The next row, in the memory of all, behind which this moves. */
  next(): Row {
    return { key: this.#part(), value: this.#part() }
  }

  skip(rows: number): void {
    for (let parts = 2 * rows; parts > 0; parts -= 1) this.#at += LENGTH_BYTES + this.#view.getUint32(this.#at, true)
  }

  #part(): Bytes {
    const start = this.#at + LENGTH_BYTES
    this.#at = start + this.#view.getUint32(this.#at, true)
    return this.#bytes.subarray(start, this.#at)
  }
}

/** The rows one by one, in the memory of all. */
export function unpackRows(packed: PackedRows): Row[] {
  const place = new PackedPlace(packed)
  return Array.from({ length: packed.count }, () => place.next())
}

function placeOfLast(packed: PackedRows): PackedPlace {
  const place = new PackedPlace(packed)
  place.skip(packed.count - 1)
  return place
}

/** The last of the rows, in the memory of all. */
export function lastOf(packed: PackedRows): Row | undefined {
  return packed.count === 0 ? undefined : placeOfLast(packed).next()
}

/** All but the last row, of one at least. */
export function withoutLast(packed: PackedRows): PackedRows {
  return { bytes: packed.bytes.subarray(0, placeOfLast(packed).at), count: packed.count - 1, isLast: false }
}

/** Reads rows like `range`, packed by the engine where it can. */
export function readPacked(reader: Reader, from: Bytes, to: Bytes, options: RangeOptions): Awaitable<PackedRows> {
  if (reader.packed !== undefined) return reader.packed(from, to, options)
  return andThen(reader.range(from, to, options), (rows) => packRows(rows, rows.length < options.limit))
}
