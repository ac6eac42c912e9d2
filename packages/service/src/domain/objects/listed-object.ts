import { utf8Text } from '@bindery/bytes'
import type { ObjectKey } from '@bindery/protocol'
import type { Row } from '@bindery/storage'
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
