import { utf8Text } from '@bindery/bytes'
import type { ObjectKey } from '@bindery/protocol'
import { PackedPlace, type PackedRows, type Row } from '@bindery/storage'
import { decodeListed, type ListedRecord } from '../stored/records/listed.js'

/** An object of a listing. Its row is decoded when something of it is looked at, because most are printed as they are stored. */
export class ListedObject {
  readonly kind = 'object'
  readonly row: Row
  /** Where its key begins in that of the row. */
  readonly nameAt: number
  #record: ListedRecord | undefined

  constructor(row: Row, nameAt: number) {
    this.row = row
    this.nameAt = nameAt
  }

  get key(): ObjectKey {
    return (utf8Text(this.row.key.subarray(this.nameAt)) ?? '') as ObjectKey
  }

  /** Throws StorageError `corrupt`. */
  get record(): ListedRecord {
    this.#record ??= decodeListed(this.row.value)
    return this.#record
  }
}

/** Objects of a listing, as they are stored. */
export class ListedObjects {
  readonly blocks: readonly PackedRows[]
  /** Where their keys begin in those of the rows. */
  readonly nameAt: number

  constructor(blocks: readonly PackedRows[], nameAt: number) {
    this.blocks = blocks
    this.nameAt = nameAt
  }

  get count(): number {
    return this.blocks.reduce((sum, { count }) => sum + count, 0)
  }

  *[Symbol.iterator](): Generator<ListedObject, void, undefined> {
    for (const block of this.blocks) {
      const place = new PackedPlace(block)
      for (let left = block.count; left > 0; left -= 1) yield new ListedObject(place.next(), this.nameAt)
    }
  }
}
