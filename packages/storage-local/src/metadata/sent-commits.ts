/**
 * Encodes transactions as bytes for the process that commits them: structured clone of their contents costs more than
 * everything else together. This form is never stored. Numbers are little-endian.
 */
import {
  type Bytes,
  type KeyText,
  type ReadKey,
  type ReadRange,
  ReadSet,
  type SnapshotRow,
  WriteSet,
} from '@bindery/storage'
import type { Changes } from './commits.js'

/** A transaction whose body has run in another process. */
export interface SentCommit {
  readonly changes: Changes
  /** The number of commits that its snapshot had seen. */
  readonly seen: bigint
  readonly again: boolean
}

const FIRST_BYTES = 16 * 1024
/** The length of an absent value. */
const ABSENT = 0xffff_ffff

/** Encodes transactions for `decodeCommits` in a process of the same release. */
export function encodeCommits(batch: readonly SentCommit[]): Bytes {
  const writer = new Writer()
  writer.list(batch, ({ changes: { reads, writes }, seen, again }) => {
    writer.count(seen)
    writer.number(Number(again))
    writer.list(reads.keys, writer.row)
    writer.list(reads.ranges, ({ from, to, limit, reverse, rows }) => {
      writer.text(from)
      writer.text(to)
      writer.number(limit)
      writer.number(Number(reverse))
      writer.list(rows, writer.row)
    })
    writer.list([...writes.rows], ([key, value]) => writer.row({ key, value }))
    writer.list([...writes.deltas], ([key, deltas]) => {
      writer.text(key)
      writer.list(deltas, writer.float)
    })
  })
  return writer.bytes()
}

/** The values in the result are views of `bytes`. */
export function decodeCommits(bytes: Bytes): SentCommit[] {
  const reader = new Reader(bytes)
  const present = (): SnapshotRow => {
    const { key, value } = reader.row()
    if (value === undefined) throw new TypeError('a row of a range has no value')
    return { key, value }
  }
  const range = (): ReadRange => ({
    from: reader.text(),
    to: reader.text(),
    limit: reader.number(),
    reverse: reader.number() === 1,
    rows: reader.list(present),
  })
  return reader.list(() => {
    const seen = reader.count()
    const again = reader.number() === 1
    const reads = new ReadSet(reader.list(reader.row), reader.list(range))
    const rows = new Map(reader.list(reader.row).map(({ key, value }) => [key, value]))
    const deltas = new Map(reader.list(() => [reader.text(), reader.list(reader.float)]))
    return { changes: { reads, writes: new WriteSet(rows, deltas) }, seen, again }
  })
}

class Writer {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  bytes(): Bytes {
    return this.#buffer.subarray(0, this.#length)
  }

  readonly number = (value: number): void => {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length)
  }

  readonly float = (value: number): void => {
    this.#length = this.#room(8).writeDoubleLE(value, this.#length)
  }

  readonly count = (value: bigint): void => {
    this.#length = this.#room(8).writeBigInt64LE(value, this.#length)
  }

  readonly text = (value: KeyText): void => {
    this.number(value.length)
    this.#length += this.#room(value.length).write(value, this.#length, 'latin1')
  }

  readonly row = ({ key, value }: ReadKey): void => {
    this.text(key)
    this.number(value?.length ?? ABSENT)
    if (value === undefined) return
    this.#room(value.length).set(value, this.#length)
    this.#length += value.length
  }

  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.number(items.length)
    for (const item of items) write(item)
  }

  #room(bytes: number): Buffer {
    const needed = this.#length + bytes
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    return this.#buffer
  }
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor({ buffer, byteOffset, length }: Bytes) {
    this.#bytes = Buffer.from(buffer, byteOffset, length)
  }

  readonly number = (): number => {
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }

  readonly float = (): number => {
    this.#at += 8
    return this.#bytes.readDoubleLE(this.#at - 8)
  }

  readonly count = (): bigint => {
    this.#at += 8
    return this.#bytes.readBigInt64LE(this.#at - 8)
  }

  readonly text = (): KeyText => {
    const length = this.number()
    this.#at += length
    return this.#bytes.toString('latin1', this.#at - length, this.#at)
  }

  readonly row = (): ReadKey => {
    const key = this.text()
    const length = this.number()
    if (length === ABSENT) return { key, value: undefined }
    this.#at += length
    return { key, value: this.#bytes.subarray(this.#at - length, this.#at) }
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read)
  }
}
