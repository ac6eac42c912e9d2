/**
 * Documents of a bucket's configuration, as rows: a slice of a document's text in each. The bucket's record holds how many
 * rows each has, so that a reader of the record knows which documents exist.
 */
import { type BucketSettings, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Bytes, type Reader, type Transaction } from '@bindery/storage'
import { damagedRecord } from './codec.js'
import { bucketRows, documentRows } from './keyspace.js'
import type { BucketRecord } from './model.js'
import { documentCodec, documentOf, slicesOf } from './records/document.js'
import { RowCache } from './row-cache.js'

/** Rows of all documents of a bucket at most: a transaction can delete them all. */
const ROWS_MAX = 256

/**
 * Documents that were read lately, by bucket and kind. They are compared with the rows in the store, so that the stores of
 * a process can share them.
 */
const parsed = new RowCache<unknown>({ records: 2_048, bytes: 8 * 1024 ** 2 })

/** Names a document, and bounds it; `rowsMax` by default: 1. */
export interface DocumentKind<K extends string> {
  readonly kind: K
  readonly rowsMax?: number
}

/** A document of a bucket whose record was read by the same reader; undefined where it is not set. */
export function readDocument<K extends keyof BucketSettings>(
  reader: Reader,
  { name, documents = {} }: BucketRecord,
  kind: K,
): Awaitable<BucketSettings[K] | undefined> {
  const rows = documents[kind]
  if (rows === undefined) return undefined
  const keys = Array.from({ length: rows }, (_, page) => documentRows.key({ bucket: name, document: kind, page }))
  return andThen(reader.getMany(keys), (found) => sharedDocument<BucketSettings[K]>(name, kind, found))
}

/**
 * The document of `owner`, a bucket or an account, in its rows as they are stored, none of which may be missing. Throws
 * StorageError `corrupt`.
 */
export function sharedDocument<T>(owner: string, kind: string, rows: readonly (Bytes | undefined)[]): T {
  const [first, ...others] = rows
  const whole = others.length === 0 && first !== undefined ? first : joined(rows)
  return parsed.get(`${owner} ${kind}`, whole, () => documentOf(rows.map(sliceIn))) as T
}

const sliceIn = (row: Bytes | undefined): Bytes | undefined => row && documentCodec.decode(row, {})

function joined(rows: readonly (Bytes | undefined)[]): Bytes {
  const bytes = new Uint8Array(rows.reduce((sum, row) => sum + (row?.length ?? 0), 0))
  let at = 0
  for (const row of rows) {
    if (row === undefined) throw damagedRecord()
    bytes.set(row, at)
    at += row.length
  }
  return bytes
}

/** Deletes all documents of a bucket that is deleted. */
export function deleteDocuments(tx: Transaction, { name, documents = {} }: BucketRecord): void {
  for (const [kind, rows] of Object.entries(documents)) deleteRows(tx, name, kind, 0, rows)
}

/** Replaces a document of a bucket whose record was read in the transaction; undefined deletes it. Throws entityTooLarge. */
export function writeDocument(
  tx: Transaction,
  bucket: BucketRecord,
  { kind, rowsMax = 1 }: DocumentKind<string>,
  value: unknown,
): BucketRecord {
  const { name } = bucket
  const { [kind]: rowsBefore = 0, ...others } = bucket.documents ?? {}
  const rows = value === undefined ? [] : slicesOf(value)
  const rowsOfOthers = Object.values(others).reduce((sum, count) => sum + count, 0)
  if (rows.length > rowsMax || rowsOfOthers + rows.length > ROWS_MAX) throw new OssError('entityTooLarge')
  rows.forEach((row, page) => {
    documentRows.set(tx, { bucket: name, document: kind, page }, row)
  })
  deleteRows(tx, name, kind, rows.length, rowsBefore)
  if (rows.length === rowsBefore) return bucket
  const documents = rows.length === 0 ? others : { ...others, [kind]: rows.length }
  const changed = { ...bucket, documents }
  bucketRows.set(tx, { bucket: name }, changed)
  return changed
}

/** Replaces several documents, each of one row. Throws entityTooLarge. */
export function writeDocuments(tx: Transaction, bucket: BucketRecord, settings: Partial<BucketSettings>): void {
  let record = bucket
  for (const [kind, value] of Object.entries(settings)) record = writeDocument(tx, record, { kind }, value)
}

function deleteRows(tx: Transaction, bucket: string, kind: string, from: number, to: number): void {
  for (let page = from; page < to; page += 1) documentRows.delete(tx, { bucket, document: kind, page })
}
