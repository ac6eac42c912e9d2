/** All rows of a metadata store, decoded by the table in the header of the service's `domain/stored/keyspace.ts`. */
import {
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeUpload,
  type GarbageRecord,
  Manifest,
  namesOf,
  type ObjectRecord,
  type PartRecord,
  partNumberOf,
  type UploadRecord,
} from '@bindery/service/testing'
import { decodeCounters, type MetadataStore, type Row } from '@bindery/storage'

type StoredUpload = Pick<UploadRecord, 'sequential' | 'autoComplete'>

export interface StoredRows {
  readonly buckets: Set<string>
  readonly objects: { readonly bucket: string; readonly key: string; readonly record: ObjectRecord }[]
  /** Ids of the auto-completing uploads. */
  readonly autoCompletes: string[]
  readonly uploads: { readonly bucket: string; readonly uploadId: string; readonly record: StoredUpload }[]
  /** By manifest. */
  readonly parts: Map<string, PartRecord[]>
  readonly manifests: Map<string, Manifest>
  /** Parts, bytes and edition, by upload. */
  readonly usages: Map<string, readonly number[]>
  /** `manifest reference` of each row. */
  readonly holders: Set<string>
  /** The key, as a byte string, of the record that names a blob. */
  readonly owners: Map<string, string>
  readonly receipts: Set<string>
  /** Whether it is living. */
  readonly incarnations: Map<string, boolean>
  readonly garbage: { readonly kind: string; readonly id: string; readonly record: GarbageRecord }[]
  readonly counters: Map<string, readonly number[]>
  /** Byte strings of all keys. */
  readonly keys: Set<string>
}

const ROWS_AT_ONCE = 1_000

export async function readRows(metadata: MetadataStore): Promise<StoredRows> {
  const stored = emptyRows()
  const end = new Uint8Array([0xff])
  for (let from: Uint8Array = new Uint8Array(); ; ) {
    const rows = await metadata.read((reader) => reader.range(from, end, { limit: ROWS_AT_ONCE }))
    for (const row of rows) sortIn(stored, row)
    const last = rows.at(-1)
    if (rows.length < ROWS_AT_ONCE || last === undefined) return stored
    from = Buffer.concat([last.key, new Uint8Array(1)])
  }
}

function emptyRows(): StoredRows {
  return {
    buckets: new Set(),
    objects: [],
    autoCompletes: [],
    uploads: [],
    parts: new Map(),
    manifests: new Map(),
    usages: new Map(),
    holders: new Set(),
    owners: new Map(),
    receipts: new Set(),
    incarnations: new Map(),
    garbage: [],
    counters: new Map(),
    keys: new Set(),
  }
}

const byteString = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const idAt = (key: Uint8Array, start: number): string =>
  Buffer.from(key.subarray(start, start + 16))
    .toString('hex')
    .toUpperCase()

function sortIn(stored: StoredRows, { key, value }: Row): void {
  stored.keys.add(byteString(key))
  const id = idAt(key, 1)
  const space = String.fromCharCode(key[0] ?? 0)
  const [first = '', second = '', third = ''] = 'boaucgiw'.includes(space) ? namesOf(key) : []
  switch (space) {
    case 'b':
      stored.buckets.add(first)
      break
    case 'o':
      stored.objects.push({ bucket: first, key: second, record: decodeObject(value) })
      break
    case 'u':
      stored.uploads.push({ bucket: first, uploadId: third, record: decodeUpload(value) })
      break
    case 'a':
      stored.autoCompletes.push(third)
      break
    case 'p':
      stored.parts.set(id, [...(stored.parts.get(id) ?? []), decodePart(partNumberOf(key), value)])
      break
    case 'm':
      stored.manifests.set(id, new Manifest(value))
      break
    case 's':
      stored.usages.set(id, decodeCounters(value))
      break
    case 'h':
      stored.holders.add(`${id} ${idAt(key, 17)}`)
      break
    case 'w':
      stored.owners.set(first, byteString(value))
      break
    case 'r':
      stored.receipts.add(id)
      break
    case 'i':
      stored.incarnations.set(first, decodeIncarnation(value).state === 'living')
      break
    case 'g':
      stored.garbage.push({ kind: first, id: second, record: decodeGarbage(value) })
      break
    case 'c':
      stored.counters.set(first, decodeCounters(value))
      break
    case 'd':
      break // documents are configuration and name no data
    default:
      throw new Error(`the table of key spaces has no ${space}`)
  }
}
