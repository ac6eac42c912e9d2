/**
 * Documents of a bucket's configuration. Each lies in rows of its own, a slice of its text a row, and its bucket's record
 * says how many: what reads the record knows without another read which documents there are, and whoever writes one
 * changes, or has read, the record.
 */
import { type BucketName, type BucketSettings, OssError } from '@bindery/protocol'
import type { Reader, Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { bucketKey, documentKey } from '../stored/keyspace.js'
import type { BucketRecord } from '../stored/model.js'
import { decodeDocument, encodeBucket, encodeDocument } from '../stored/records.js'
import { readBucket } from './buckets.js'

/** Rows of all documents of a bucket at most: a transaction can delete them all. */
const ROWS_MAX = 256

/** A bucket whose documents are changed, within a transaction. */
export interface BucketChange {
  readonly tx: Transaction
  readonly bucket: BucketRecord
}

/** Names a document, and bounds it; `rowsMax` by default: 1. */
export interface DocumentKind<K extends string> {
  readonly kind: K
  readonly rowsMax?: number
}

/** Replaces a document by what `change` returns; undefined deletes it. Throws noSuchBucket, entityTooLarge, and what `change` throws. */
export async function changeDocument<K extends keyof BucketSettings>(
  domain: Domain,
  bucket: BucketName,
  document: DocumentKind<K>,
  change: (change: BucketChange) => BucketSettings[K] | undefined | Promise<BucketSettings[K] | undefined>,
): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const record = await readBucket(tx, bucket)
    writeDocument(tx, record, document, await change({ tx, bucket: record }))
  })
}

/** A document of a bucket; undefined where none is set. Throws noSuchBucket. */
export function findDocument<K extends keyof BucketSettings>(
  domain: Domain,
  bucket: BucketName,
  kind: K,
): Promise<BucketSettings[K] | undefined> {
  return domain.metadata.read(async (reader) => readDocument(reader, await readBucket(reader, bucket), kind))
}

/** As findDocument, of a bucket whose record was read by the same reader. */
export async function readDocument<K extends keyof BucketSettings>(
  reader: Reader,
  { name, documents = {} }: BucketRecord,
  kind: K,
): Promise<BucketSettings[K] | undefined> {
  const rows = documents[kind]
  if (rows === undefined) return undefined
  const keys = Array.from({ length: rows }, (_, index) => documentKey(name, kind, index))
  return decodeDocument(await reader.getMany(keys)) as BucketSettings[K]
}

/** Deletes all documents of a bucket that is deleted. */
export function deleteDocuments(tx: Transaction, { name, documents = {} }: BucketRecord): void {
  for (const [kind, rows] of Object.entries(documents)) deleteRows(tx, name, kind, 0, rows)
}

function writeDocument(
  tx: Transaction,
  bucket: BucketRecord,
  { kind, rowsMax = 1 }: DocumentKind<string>,
  value: unknown,
): void {
  const { name } = bucket
  const { [kind]: rowsBefore = 0, ...others } = bucket.documents ?? {}
  const rows = value === undefined ? [] : encodeDocument(value)
  const rowsOfOthers = Object.values(others).reduce((sum, count) => sum + count, 0)
  if (rows.length > rowsMax || rowsOfOthers + rows.length > ROWS_MAX) throw new OssError('entityTooLarge')
  rows.forEach((row, index) => {
    tx.set(documentKey(name, kind, index), row)
  })
  deleteRows(tx, name, kind, rows.length, rowsBefore)
  if (rows.length === rowsBefore) return
  const documents = rows.length === 0 ? others : { ...others, [kind]: rows.length }
  tx.set(bucketKey(name), encodeBucket({ ...bucket, documents }))
}

function deleteRows(tx: Transaction, bucket: string, kind: string, from: number, to: number): void {
  for (let index = from; index < to; index += 1) tx.delete(documentKey(bucket, kind, index))
}
