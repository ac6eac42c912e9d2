/** The objects of a page as entries of its document, which native code prints from their rows where it can. */
import {
  type EntryColumns,
  entryPlan,
  type Piece,
  PROBE,
  type PrintRows,
  type SelfPrinting,
  templateOf,
} from '@bindery/protocol'
import type { ListedObject } from '../../domain/objects/listed-object.js'
import { LISTED, type ListedRecord } from '../../domain/stored/records/listed.js'
import { headOf, OBJECT_VERSION } from '../../domain/stored/records/object.js'

/** Rows that are printed at once, in bytes: about 150. */
const BLOCK_BYTES = 128 * 1024
/** Longer values, and longer keys with them, are printed one by one. */
const VALUE_BYTES_MAX = 4 * 1024
const LENGTH_BYTES = 4
/** More kinds of objects than these are printed one by one. */
const TEMPLATES_MAX = 8
const ROWS_UNIT = 2 ** 32

/** Both are used from the beginning to the end of a turn. */
const block = new Uint8Array(BLOCK_BYTES)
const view = new DataView(block.buffer)
const printed = new Uint8Array(BLOCK_BYTES)

/** Members of an entry that differ between objects of a kind. */
export interface ShownObject {
  readonly key: string
  readonly lastModified: number
  readonly etag: string
  readonly size: number
}

/** How a page prints its objects. */
export interface Printing<E extends ShownObject> {
  /** Absent: they are printed one by one. */
  readonly printRows: PrintRows | undefined
  /** Whether the other tag of an object is shown where it has one. */
  readonly showsDigests: boolean
  readonly shown: (object: Pick<ListedObject, 'key' | 'record'>) => E
}

/** Objects that print themselves. */
export class PrintedObjects<E extends ShownObject> implements SelfPrinting<E> {
  readonly #objects: readonly ListedObject[]
  readonly #printing: Printing<E>

  constructor(objects: readonly ListedObject[], printing: Printing<E>) {
    this.#objects = objects
    this.#printing = printing
  }

  /** Throws StorageError `corrupt`. */
  print(textOf: (entry: E) => string): readonly Piece[] {
    const { printRows, shown } = this.#printing
    const plainText = (object: ListedObject): string => textOf(shown(object))
    const [first] = this.#objects
    if (printRows === undefined || first === undefined) return this.#objects.map(plainText)
    const pieces: Piece[] = []
    const plan = entryPlan(OBJECT_VERSION, first.nameAt, LISTED)
    const templates = new Templates(this.#printing, textOf)
    const rows = new Block()
    for (let at = 0; at < this.#objects.length; at += rows.count) {
      rows.fill(this.#objects, at)
      for (let row = 0; row < rows.count; ) {
        const result = printRows(plan, templates.bytes, rows.from(row), printed)
        const bytes = result % ROWS_UNIT
        if (bytes > 0) pieces.push(printed.slice(0, bytes))
        row += (result - bytes) / ROWS_UNIT
        // they filled the room, or the next row cannot be printed: the next call distinguishes
        if (bytes > 0) continue
        // of a kind that was not seen before, or of none that a template can have
        const object = this.#objects[at + row] as ListedObject
        pieces.push(plainText(object))
        templates.learn(object.record)
        row += 1
      }
    }
    return pieces
  }
}

/** Rows as native code reads them: keys and values, each after its length. */
class Block {
  count = 0
  readonly #starts: number[] = []
  #end = 0

  /** Takes as many rows as there is room for, at least one. */
  fill(objects: readonly ListedObject[], first: number): void {
    this.count = 0
    this.#end = 0
    for (let index = first; index < objects.length; index += 1) {
      const { key, value } = (objects[index] as ListedObject).row
      const head = value.length > VALUE_BYTES_MAX ? headOf(value) : value
      // without a value it is one that no template fits
      const shown = head.length > VALUE_BYTES_MAX ? head.subarray(0, 0) : head
      if (this.#end + 2 * LENGTH_BYTES + key.length + shown.length > BLOCK_BYTES) return
      this.#starts[this.count] = this.#end
      this.#append(key)
      this.#append(shown)
      this.count += 1
    }
  }

  from(row: number): Uint8Array {
    return block.subarray(this.#starts[row], this.#end)
  }

  #append(bytes: Uint8Array): void {
    view.setUint32(this.#end, bytes.length, true)
    block.set(bytes, this.#end + LENGTH_BYTES)
    this.#end += LENGTH_BYTES + bytes.length
  }
}

const column = (name: (typeof LISTED)[number]): number => LISTED.indexOf(name)

/** The templates of the kinds of objects that a page has shown so far. */
class Templates<E extends ShownObject> {
  bytes: Uint8Array = new Uint8Array(0)
  readonly #printing: Printing<E>
  readonly #textOf: (entry: E) => string
  readonly #seen = new Set<string>()

  constructor(printing: Printing<E>, textOf: (entry: E) => string) {
    this.#printing = printing
    this.#textOf = textOf
  }

  /** Adds the template of an object, unless it is known, or shows what templates do not. */
  learn({ type, owner, storageClass, restore, movedAt, ...record }: ListedRecord): void {
    const kind = JSON.stringify([type, owner, storageClass])
    if (restore !== undefined || movedAt !== undefined || this.#seen.has(kind)) return
    if (this.#seen.size === TEMPLATES_MAX) return
    this.#seen.add(kind)
    const { shown, showsDigests } = this.#printing
    const etags = { etag: PROBE.etag, digestETag: undefined }
    const model = { ...record, ...etags, type, owner, storageClass, size: PROBE.size, modifiedAt: PROBE.lastModified }
    const columns: EntryColumns = {
      etag: column('etag'),
      otherEtag: showsDigests ? column('digestETag') : undefined,
      size: column('size'),
      lastModified: column('modifiedAt'),
      constants: [
        [column('type'), JSON.stringify(type)],
        [column('owner'), JSON.stringify(owner)],
        [column('storageClass'), JSON.stringify(storageClass)],
        [column('restore'), undefined],
        [column('movedAt'), undefined],
      ],
    }
    const template = templateOf(this.#textOf(shown({ key: PROBE.key as ListedObject['key'], record: model })), columns)
    if (template !== undefined) this.bytes = Buffer.concat([this.bytes, template])
  }
}
