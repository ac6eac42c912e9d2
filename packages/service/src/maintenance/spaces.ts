/**
 * The spaces of `domain/keyspace.ts`, each with how its rows are taken apart. Decoders here are stricter than those of the
 * domain, which trust what they have written: a row that passes holds what its readers rely on.
 */
import { stringToBytes } from '@bindery/bytes'
import { type Bytes, decodeCounters, type Row, StorageError } from '@bindery/storage'
import type { GarbageKind } from '../domain/bytes/garbage.js'
import { type KeyRange, namesOf, partNumberOf, startingWith } from '../domain/stored/keyspace.js'
import { Manifest } from '../domain/stored/manifest.js'
import type { BucketRecord, ObjectRecord, PartRecord } from '../domain/stored/model.js'
import {
  decodeAutoComplete,
  decodeBucket,
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeReceipt,
  decodeUpload,
  type GarbageRecord,
  type IncarnationRecord,
} from '../domain/stored/records.js'
import { idAt } from '../domain/stored/row-names.js'

interface Named {
  readonly row: Row
}

/** A row of each space, by the space's letter. */
export interface SpaceRows {
  b: Named & { readonly bucket: string; readonly record: BucketRecord }
  d: Named & { readonly bucket: string; readonly document: string; readonly index: number }
  o: Named & { readonly bucket: string; readonly key: string; readonly record: ObjectRecord }
  u: Named & {
    readonly bucket: string
    readonly key: string
    readonly uploadId: string
    readonly sequential: boolean
  }
  a: Named & { readonly bucket: string; readonly key: string; readonly uploadId: string }
  p: Named & { readonly manifest: string; readonly record: PartRecord }
  m: Named & { readonly manifest: string; readonly record: Manifest }
  s: Named & { readonly uploadId: string; readonly values: readonly number[] }
  h: Named & { readonly manifest: string; readonly reference: string }
  w: Named & { readonly blob: string; readonly owner: Bytes }
  r: Named & { readonly uploadId: string }
  i: Named & { readonly incarnation: string; readonly record: IncarnationRecord }
  g: Named & { readonly kind: GarbageKind; readonly id: string; readonly record: GarbageRecord }
  c: Named & { readonly bucket: string; readonly values: readonly number[] }
}

export type Space = keyof SpaceRows

interface SpaceKind<T> {
  /** Rows of a step: many where values are a few kilobytes at most, few where they may be as large as the engine allows. */
  readonly rowsAtOnce: number
  /** Throws StorageError `corrupt`. */
  readonly decode: (row: Row) => T
}

const FEW = 90
const MANY = 1_500
const ID_BYTES = 16

export const SPACES: { readonly [S in Space]: SpaceKind<SpaceRows[S]> } = {
  b: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [bucket] = names(row, 1)
      const record = decodeBucket(row.value)
      return sound(record.name === bucket && isText(record.owner) && isText(record.storageClass), {
        row,
        bucket,
        record,
      })
    },
  },
  d: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [bucket, document] = names({ ...row, key: row.key.subarray(0, -2) }, 2)
      return sound(row.key.at(-2) === 0, { row, bucket, document, index: row.key.at(-1) ?? 0 })
    },
  },
  o: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [bucket, key] = names(row, 2)
      const record = decodeObject(row.value)
      return sound(isObject(record), { row, bucket, key, record })
    },
  },
  u: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [bucket, key, uploadId] = names(row, 3)
      const { owner, initiator, storageClass, sequential } = decodeUpload(row.value)
      const isSound = isId(uploadId) && isText(owner) && isText(initiator) && isText(storageClass)
      return sound(isSound, { row, bucket, key, uploadId, sequential })
    },
  },
  a: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [bucket, key, uploadId] = names(row, 3)
      const { failure } = decodeAutoComplete(row.value)
      return sound(isId(uploadId) && (failure === undefined || isText(failure.code)), { row, bucket, key, uploadId })
    },
  },
  p: {
    rowsAtOnce: MANY,
    decode: (row) => {
      const [manifest] = ids(row, 1, 2)
      return { row, manifest, record: decodePart(partNumberOf(row.key), row.value) }
    },
  },
  m: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [manifest] = ids(row, 1)
      return { row, manifest, record: new Manifest(row.value) }
    },
  },
  s: {
    rowsAtOnce: MANY,
    decode: (row) => {
      const [uploadId] = ids(row, 1)
      return { row, uploadId, values: decodeCounters(row.value) }
    },
  },
  h: {
    rowsAtOnce: MANY,
    decode: (row) => {
      const [manifest, reference] = ids(row, 2)
      return { row, manifest, reference }
    },
  },
  w: {
    rowsAtOnce: MANY,
    decode: (row) => {
      const [blob] = names(row, 1)
      return sound(row.value.length > 0, { row, blob, owner: row.value })
    },
  },
  r: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [uploadId] = ids(row, 1)
      const { etag, bucket, key } = decodeReceipt(row.value)
      return sound(isText(etag) && isText(bucket) && isText(key), { row, uploadId })
    },
  },
  i: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [incarnation] = names(row, 1)
      const record = decodeIncarnation(row.value)
      return sound(record.state === 'living' || record.state === 'dead', { row, incarnation, record })
    },
  },
  g: {
    rowsAtOnce: FEW,
    decode: (row) => {
      const [kind, id] = names(row, 3)
      const record = decodeGarbage(row.value)
      return sound(isGarbageKind(kind) && isText(record.why), { row, kind: kind as GarbageKind, id, record })
    },
  },
  c: {
    rowsAtOnce: MANY,
    decode: (row) => {
      const [bucket] = names(row, 1)
      return { row, bucket, values: decodeCounters(row.value) }
    },
  },
}

export function spaceRange(space: Space): KeyRange {
  return startingWith(stringToBytes(space))
}

/** The keys that belong to no space, in ranges. */
export function* gapsBetweenSpaces(): Generator<KeyRange> {
  let from: Bytes = new Uint8Array()
  for (const space of (Object.keys(SPACES) as Space[]).sort()) {
    const range = spaceRange(space)
    yield { from, to: range.from }
    from = range.to
  }
  yield { from, to: Uint8Array.of(0xff, 0xff) }
}

type Texts<N extends number> = N extends 1 ? [string] : N extends 2 ? [string, string] : [string, string, string]

function names<N extends 1 | 2 | 3>({ key }: Row, count: N): Texts<N> {
  const found = namesOf(key)
  if (found.length !== count || found.some((name) => name === '')) throw damaged('its key does not hold its names')
  return found as Texts<N>
}

function ids<N extends 1 | 2>({ key }: Row, count: N, more = 0): Texts<N> {
  if (key.length !== 1 + count * ID_BYTES + more) throw damaged('its key does not hold its ids')
  return Array.from({ length: count }, (_, index) => idAt(key, 1 + index * ID_BYTES)) as Texts<N>
}

function sound<T>(isSound: boolean, entry: T): T {
  if (!isSound) throw damaged('a field is missing or of the wrong kind')
  return entry
}

const damaged = (why: string): StorageError => new StorageError('corrupt', why)
const isText = (value: unknown): value is string => typeof value === 'string'
const isId = (value: unknown): boolean => isText(value) && /^[0-9A-F]{32}$/.test(value)
const isGarbageKind = (kind: string): boolean => kind === 'blob' || kind === 'manifest' || kind === 'rows'

function isObject({ size, etag, manifest, reference, bytes, storageClass }: ObjectRecord): boolean {
  const isPlaced = bytes?.kind === 'manifest' || (bytes?.kind === 'blob' && isText(bytes.blob))
  const isNamed = isId(manifest) && isId(reference) && isText(etag) && isText(storageClass)
  return Number.isSafeInteger(size) && size >= 0 && isPlaced && isNamed
}
