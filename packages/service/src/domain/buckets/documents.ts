/** Documents of a bucket's configuration: each is read, replaced and deleted as a whole. */
import type { BucketName, BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen, type Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { type DocumentKind, readDocument, writeDocument } from '../stored/documents.js'
import type { BucketRecord } from '../stored/model.js'
import { readBucket } from './buckets.js'

/** A bucket whose documents are changed, within a transaction. */
export interface BucketChange {
  readonly domain: Domain
  readonly tx: Transaction
  readonly bucket: BucketRecord
}

/** Replaces a document by what `change` returns; undefined deletes it. Throws noSuchBucket, entityTooLarge, and what `change` throws. */
export async function changeDocument<K extends keyof BucketSettings>(
  domain: Domain,
  bucket: BucketName,
  document: DocumentKind<K>,
  change: (change: BucketChange) => BucketSettings[K] | undefined | Promise<BucketSettings[K] | undefined>,
): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const record = await readBucket(domain, tx, bucket)
    writeDocument(tx, record, document, await change({ domain, tx, bucket: record }))
  })
}

/** A document of a bucket; undefined where none is set. Throws noSuchBucket. */
export function findDocument<K extends keyof BucketSettings>(
  domain: Domain,
  bucket: BucketName,
  kind: K,
): Awaitable<BucketSettings[K] | undefined> {
  return domain.metadata.read((reader) =>
    andThen(readBucket(domain, reader, bucket), (record) => readDocument(reader, record, kind)),
  )
}
