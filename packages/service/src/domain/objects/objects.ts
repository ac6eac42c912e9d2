import { base64, upperHex } from '@bindery/bytes'
import { type BucketName, type ObjectKey, OssError } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type BlobInfo,
  type ByteSource,
  type Reader,
  type Transaction,
  together,
} from '@bindery/storage'
import { type BucketAndMore, type ReadMore, readBucket } from '../buckets/buckets.js'
import { commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { discardObject } from '../bytes/garbage.js'
import { type Domain, newId } from '../domain.js'
import { count } from '../stored/counters.js'
import { bucketRows, objectRows } from '../stored/keyspace.js'
import type { BucketRecord, CountedRows, ObjectAcl, ObjectDescription, ObjectRecord } from '../stored/model.js'

export interface NewObject {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly owner: string
  readonly description: ObjectDescription
  readonly acl: ObjectAcl
  readonly forbidOverwrite: boolean
  /** What the bytes must hash to, 16 bytes. */
  readonly contentMd5: Uint8Array | undefined
}

/** Stores an object at once. Throws noSuchBucket, fileAlreadyExists, invalidDigestMismatch, entityTooLarge. */
export async function putObject(domain: Domain, object: NewObject, source: ByteSource): Promise<ObjectRecord> {
  const place = objectRows.key(object)
  const blob = await storeBytes(domain, source, { owner: place }, object.contentMd5)
  const [manifest, reference] = [newId(domain), newId(domain)]
  return commitBlob(domain, blob, place, () =>
    domain.metadata.transact(async (tx) => {
      const [bucket, , old] = await together(
        readBucket(domain, tx, object.bucket),
        requireLiving(domain, tx),
        readObject(tx, object.bucket, object.key),
      )
      const record = { ...describe(domain, object, bucket, blob), manifest, reference }
      replaceObject(domain, tx, object, old, record)
      return record
    }),
  )
}

function describe(
  { clock }: Domain,
  { owner, description, acl }: NewObject,
  bucket: BucketRecord,
  blob: BlobInfo,
): Omit<ObjectRecord, 'manifest' | 'reference'> {
  return {
    type: 'Normal',
    owner,
    size: blob.size,
    etag: upperHex(blob.md5),
    crc64: blob.crc64,
    contentMd5: base64(blob.md5),
    modifiedAt: clock(),
    headers: description.headers,
    userMetadata: description.userMetadata,
    tagging: description.tagging,
    acl,
    storageClass: description.storageClass ?? bucket.storageClass,
    bytes: { kind: 'blob', blob: blob.id },
  }
}

/** Makes a record the current version of its key in place of `old`, which is un-named. Throws fileAlreadyExists. */
export function replaceObject(
  domain: Domain,
  tx: Transaction,
  { bucket, key, forbidOverwrite }: { bucket: BucketName; key: ObjectKey; forbidOverwrite: boolean },
  old: ObjectRecord | undefined,
  record: ObjectRecord,
): void {
  const place = objectRows.key({ bucket, key })
  if (old !== undefined && forbidOverwrite) throw new OssError('fileAlreadyExists')
  const objects = [{ storageClass: record.storageClass, count: 1, bytes: record.size }]
  if (old !== undefined) {
    discardObject(domain, tx, place, old, 'overwritten')
    objects.push({ storageClass: old.storageClass, count: -1, bytes: -old.size })
  }
  tx.set(place, objectRows.encode(record))
  count(tx, bucket, { objects })
}

/** OSS looks before it reads a body. Throws fileAlreadyExists. */
export async function checkOverwrite(
  domain: Domain,
  bucket: BucketName,
  key: ObjectKey,
  forbidOverwrite: boolean,
): Promise<void> {
  if (!forbidOverwrite) return
  const isThere = await domain.metadata.read(
    async (reader) => (await reader.get(objectRows.key({ bucket, key }))) !== undefined,
  )
  if (isThere) throw new OssError('fileAlreadyExists')
}

/** Throws noSuchKey. */
export function findObject(domain: Domain, bucket: BucketName, key: ObjectKey): Awaitable<ObjectRecord> {
  return domain.metadata.read((reader) => requireObject(reader, bucket, key))
}

/** Deletes an object; one that is not there counts as deleted. Throws noSuchBucket. */
export async function deleteObject(domain: Domain, bucket: BucketName, key: ObjectKey): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const [, record] = await together(readBucket(domain, tx, bucket), readObject(tx, bucket, key))
    if (record === undefined) return
    const place = objectRows.key({ bucket, key })
    tx.delete(place)
    discardObject(domain, tx, place, record, 'deleted')
    count(tx, bucket, { objects: [{ storageClass: record.storageClass, count: -1, bytes: -record.size }] })
  })
}

/** Its time of modification stays. Throws noSuchBucket, noSuchKey. */
export async function setObjectAcl(domain: Domain, bucket: BucketName, key: ObjectKey, acl: ObjectAcl): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const [, record] = await together(readBucket(domain, tx, bucket), requireObject(tx, bucket, key))
    objectRows.set(tx, { bucket, key }, { ...record, acl })
  })
}

/** ETag and time of modification stay. Throws noSuchBucket, noSuchKey. */
export async function setObjectTagging(
  domain: Domain,
  bucket: BucketName,
  key: ObjectKey,
  tagging: ObjectRecord['tagging'],
): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const [, record] = await together(readBucket(domain, tx, bucket), requireObject(tx, bucket, key))
    objectRows.set(tx, { bucket, key }, { ...record, tagging })
  })
}

/** Keeps the rows that were counted in an object, unless it was replaced meanwhile. Throws noSuchBucket, noSuchKey. */
export async function setCountedRows(
  domain: Domain,
  bucket: BucketName,
  key: ObjectKey,
  counted: ObjectRecord,
  rows: CountedRows,
): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const [, record] = await together(readBucket(domain, tx, bucket), requireObject(tx, bucket, key))
    if (record.reference === counted.reference) objectRows.set(tx, { bucket, key }, { ...record, rows })
  })
}

/** A bucket and one object in it, from one state of the store. */
export interface BucketAndObject<T> extends BucketAndMore<T> {
  readonly object: ObjectRecord | undefined
}

/** Throws noSuchBucket. */
export function findBucketAndObject<T>(
  domain: Domain,
  bucket: BucketName,
  key: ObjectKey,
  readMore: ReadMore<T>,
): Awaitable<BucketAndObject<T>> {
  const keys = [bucketRows.key({ bucket }), objectRows.key({ bucket, key })]
  return domain.metadata.read((reader) =>
    andThen(reader.getMany(keys), ([bucketRow, objectRow]) => {
      if (bucketRow === undefined) throw new OssError('noSuchBucket', { BucketName: bucket })
      const record = domain.bucketCache.decode(bucketRow, bucket)
      const object = objectRow && objectRows.decode(objectRow, { bucket, key })
      return andThen(readMore(reader, record), (more) => ({ bucket: record, object, more }))
    }),
  )
}

export function readObject(reader: Reader, bucket: BucketName, key: ObjectKey): Awaitable<ObjectRecord | undefined> {
  return objectRows.read(reader, { bucket, key })
}

/** Throws noSuchKey. */
export function requireObject(reader: Reader, bucket: BucketName, key: ObjectKey): Awaitable<ObjectRecord> {
  return andThen(readObject(reader, bucket, key), (record) => there(record, key))
}

/** The record of an object that was looked for. Throws noSuchKey. */
export function there(record: ObjectRecord | undefined, key: ObjectKey): ObjectRecord {
  if (record === undefined) throw new OssError('noSuchKey', { Key: key })
  return record
}
