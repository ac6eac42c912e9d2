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
import { PackedPlace } from '@bindery/storage'
import { ListedObject, type ListedObjects } from '../../domain/objects/listed-object.js'
import { LISTED, type ListedRecord } from '../../domain/stored/records/listed.js'
import { OBJECT_VERSION } from '../../domain/stored/records/object.js'

/** Entries that are printed at once, in bytes: about 300. */
const PRINTED_BYTES = 128 * 1024
/** More kinds of objects than these are printed one by one. */
const TEMPLATES_MAX = 8
const ROWS_UNIT = 2 ** 32

/** Reserved for an entry; few are longer. */
const ENTRY_BYTES = 512
/** With less room left than the longest entry may need, the next ones get other memory. */
const ROOM_MIN = 16 * 1024

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
  readonly #objects: ListedObjects
  readonly #printing: Printing<E>

  constructor(objects: ListedObjects, printing: Printing<E>) {
    this.#objects = objects
    this.#printing = printing
  }

  /** Throws StorageError `corrupt`. */
  print(textOf: (entry: E) => string): readonly Piece[] {
    const { printRows, shown } = this.#printing
    const plainText = (object: ListedObject): string => textOf(shown(object))
    if (printRows === undefined) return Array.from(this.#objects, plainText)
    const { blocks, nameAt } = this.#objects
    const pieces: Piece[] = []
    const plan = entryPlan(OBJECT_VERSION, nameAt, LISTED)
    const templates = new Templates(this.#printing, textOf)
    let room = Buffer.alloc(0)
    for (const block of blocks) {
      const place = new PackedPlace(block)
      for (let left = block.count; left > 0; ) {
        // memory that is not filled with zeros first
        if (room.length < ROOM_MIN)
          room = Buffer.allocUnsafeSlow(Math.min(PRINTED_BYTES, ROOM_MIN + left * ENTRY_BYTES))
        const result = printRows(plan, templates.bytes, place.rest, room)
        const bytes = result % ROWS_UNIT
        const rows = (result - bytes) / ROWS_UNIT
        if (bytes > 0) pieces.push(room.subarray(0, bytes))
        room = room.subarray(bytes)
        left -= rows
        if (left === 0) break
        place.skip(rows)
        // they filled the room, or the next row cannot be printed: the next call distinguishes
        if (bytes > 0) continue
        // of a kind that was not seen before, or of none that a template can have
        const object = new ListedObject(place.next(), nameAt)
        pieces.push(plainText(object))
        templates.learn(object.record)
        left -= 1
      }
    }
    return pieces
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
