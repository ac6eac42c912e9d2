/** Thousands of parts as columns: a Complete compares and sums them without an object per part. */
import { bytesToString, Crc64Chain } from '@bindery/bytes'
import type { Bytes, Row } from '@bindery/storage'
import { partNumberOf, partRows } from './keyspace.js'
import type { ETag, PartChecksum, PartList, PartRecord } from './model.js'
import { checksumOf, readPart } from './records/part.js'

/** Bytes of a typical ETag. */
const ETAG_BYTES = 32

/** Parts in ascending order of their numbers. */
export class PartTable {
  #length = 0
  readonly #partNumbers: Uint16Array
  readonly #sizes: Float64Array
  readonly #modifiedAt: Float64Array
  readonly #crc64: Uint32Array
  readonly #depths: Uint8Array
  /** The ETags concatenated, and the end of each. */
  #etags: Uint8Array
  readonly #etagEnds: Uint32Array
  /** By the numbers of the parts that have one. */
  readonly #checksums = new Map<number, PartChecksum>()

  /** `room`: the maximum number of parts. */
  constructor(room: number) {
    this.#partNumbers = new Uint16Array(room)
    this.#sizes = new Float64Array(room)
    this.#modifiedAt = new Float64Array(room)
    this.#crc64 = new Uint32Array(2 * room)
    this.#depths = new Uint8Array(room)
    this.#etags = new Uint8Array(ETAG_BYTES * room)
    this.#etagEnds = new Uint32Array(room)
  }

  static of(parts: readonly PartRecord[]): PartTable {
    const table = new PartTable(parts.length)
    for (const part of parts) table.#appendRow(part.partNumber, partRows.encode(part))
    return table
  }

  /** Throws StorageError corrupt. */
  static ofRows(rows: readonly Row[]): PartTable {
    const table = new PartTable(rows.length)
    table.append(rows)
    return table
  }

  /** Appends the next parts. Throws StorageError corrupt. */
  append(rows: readonly Row[]): void {
    for (const { key, value } of rows) this.#appendRow(partNumberOf(key), value)
  }

  /**
   * The listed parts, in ascending order, matched by number and ETag; or the index in the list of the first that does
   * not match.
   */
  select(listed: PartList): PartTable | number {
    const indexes = new Uint16Array(listed.length)
    let index = 0
    for (let position = 0; position < listed.length; position += 1) {
      const partNumber = listed.partNumber(position)
      while (index < this.#length && this.partNumber(index) < partNumber) index += 1
      if (index === this.#length || this.partNumber(index) !== partNumber) return position
      if (!listed.hasETag(position, this.#etags, this.#etagStart(index), this.#etagEnd(index))) return position
      indexes[position] = index
    }
    return listed.length === this.#length ? this : this.#only(indexes)
  }

  get length(): number {
    return this.#length
  }

  get partNumbers(): Uint16Array {
    return this.#partNumbers.subarray(0, this.#length)
  }

  partNumber(index: number): number {
    return this.#partNumbers[index] ?? 0
  }

  /** Bytes. */
  size(index: number): number {
    return this.#sizes[index] ?? 0
  }

  modifiedAt(index: number): number {
    return this.#modifiedAt[index] ?? 0
  }

  crc64(index: number): bigint {
    return (BigInt(this.#crc64[2 * index] ?? 0) << 32n) | BigInt(this.#crc64[2 * index + 1] ?? 0)
  }

  etag(index: number): ETag {
    return bytesToString(this.#etags.subarray(this.#etagStart(index), this.#etagEnd(index)))
  }

  /** The bytes of all ETags, concatenated. */
  get joinedETags(): Uint8Array {
    return this.#etags.subarray(0, this.#etagEnd(this.#length - 1))
  }

  /** The end of each ETag in them. */
  get etagEnds(): Uint32Array {
    return this.#etagEnds.subarray(0, this.#length)
  }

  /** Undefined where the part has none. */
  checksum(index: number): PartChecksum | undefined {
    return this.#checksums.get(this.partNumber(index))
  }

  /** Bytes of all parts. */
  get bytes(): number {
    let sum = 0
    for (let index = 0; index < this.#length; index += 1) sum += this.size(index)
    return sum
  }

  /** CRC-64 of the bytes of all parts. */
  get joinedCrc64(): bigint {
    const chain = new Crc64Chain()
    for (let index = 0; index < this.#length; index += 1) {
      chain.append(this.#crc64[2 * index] ?? 0, this.#crc64[2 * index + 1] ?? 0, this.size(index))
    }
    return chain.value
  }

  /** The number of manifests that a read of the deepest part passes through. */
  get depth(): number {
    let depth = 0
    for (let index = 0; index < this.#length; index += 1) depth = Math.max(depth, this.#depths[index] ?? 0)
    return depth
  }

  #appendRow(partNumber: number, row: Bytes): void {
    const fields = readPart(row)
    const { size, modifiedAt, crc64High, crc64Low, depth, etagStart, etagEnd } = fields
    const index = this.#admit()
    this.#partNumbers[index] = partNumber
    this.#sizes[index] = size
    this.#modifiedAt[index] = modifiedAt
    this.#crc64[2 * index] = crc64High
    this.#crc64[2 * index + 1] = crc64Low
    this.#depths[index] = depth
    this.#appendETag(index, row, etagStart, etagEnd)
    const checksum = fields.sourceStart > fields.stateEnd ? checksumOf(row, fields) : undefined
    if (checksum !== undefined) this.#checksums.set(partNumber, checksum)
  }

  #admit(): number {
    if (this.#length === this.#partNumbers.length) throw new RangeError(`a table of ${this.#length} parts is full`)
    this.#length += 1
    return this.#length - 1
  }

  #only(indexes: Uint16Array): PartTable {
    const chosen = new PartTable(indexes.length)
    for (const index of indexes) chosen.#appendFrom(this, index)
    return chosen
  }

  #appendFrom(source: PartTable, from: number): void {
    const index = this.#admit()
    this.#partNumbers[index] = source.partNumber(from)
    this.#sizes[index] = source.size(from)
    this.#modifiedAt[index] = source.modifiedAt(from)
    this.#crc64[2 * index] = source.#crc64[2 * from] ?? 0
    this.#crc64[2 * index + 1] = source.#crc64[2 * from + 1] ?? 0
    this.#depths[index] = source.#depths[from] ?? 0
    this.#appendETag(index, source.#etags, source.#etagStart(from), source.#etagEnd(from))
    const checksum = source.checksum(from)
    if (checksum !== undefined) this.#checksums.set(source.partNumber(from), checksum)
  }

  #appendETag(index: number, source: Uint8Array, start: number, end: number): void {
    const first = this.#etagStart(index)
    const last = first + end - start
    if (last > this.#etags.length) {
      const larger = new Uint8Array(2 * last)
      larger.set(this.#etags)
      this.#etags = larger
    }
    for (let offset = 0; offset < end - start; offset += 1) this.#etags[first + offset] = source[start + offset] ?? 0
    this.#etagEnds[index] = last
  }

  #etagStart(index: number): number {
    return this.#etagEnd(index - 1)
  }

  #etagEnd(index: number): number {
    return this.#etagEnds[index] ?? 0
  }
}
