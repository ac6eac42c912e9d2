import { base64, upperHex } from '@bindery/bytes'
import { type BucketName, type ObjectKey, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type BlobInfo, type ByteSource, type Transaction, together } from '@bindery/storage'
import { type ReadMore, readBucket } from '../buckets/buckets.js'

import { type Announced, checksumOf, commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { createDataKey } from '../bytes/encryption.js'
import { type Domain, newId } from '../domain.js'

import type {
  BucketRecord,
  CountedRows,
  Encryption,
  EncryptionChoice,
  ObjectAcl,
  ObjectDescription,
  ObjectName,
  ObjectRecord,
} from '../stored/model.js'
import { NULL_VERSION } from '../stored/version-id.js'
import {
  type BucketAndObject,
  currentKey,
  readBucketAndObject,
  readObject,
  requireObject,
  requireStored,
  rewrite,
} from './current.js'
import { type Deleted, deleteCurrent, deleteVersion, putCurrent, readStanding, type Standing } from './versions.js'
import { requireCondition, type WriteCondition } from './write-condition.js'

/** An object that is to be written. */
export interface NewObject extends Announced {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly owner: string
  readonly description: ObjectDescription
  readonly acl: ObjectAcl
  readonly forbidOverwrite: boolean
  readonly condition?: WriteCondition | undefined
  /** Absent: its bytes are stored as they are. */
  readonly encryption?: EncryptionChoice | undefined
  /** The URL of an object that its bucket mirrors. */
  readonly mirroredFrom?: string
  /** Done in the transaction that stores the object; what it throws is thrown on, and nothing is stored. */
  readonly inCommit?: ((tx: Transaction) => Promise<void>) | undefined
}

/** Stores an object at once. Throws noSuchBucket, fileAlreadyExists, what requireCondition and storeBytes throw, and as KeyProvider. */
export function putObject(domain: Domain, object: NewObject, source: ByteSource): Promise<ObjectRecord> {
  const name: ObjectName = { bucket: object.bucket, key: object.key }
  const owner = currentKey(name)
  const [manifest, reference] = [newId(domain), newId(domain)]
  const put = andThen(object.encryption && createDataKey(domain, object.encryption, manifest), (key) =>
    andThen(storeBytes(domain, source, { owner, cipher: key?.cipher }, object), (blob) => {
      const stored: StoredBlob = { blob, manifest, reference, encryption: key?.encryption }
      return commitBlob(domain, blob, owner, () => commitPut(domain, name, object, stored))
    }),
  )
  return Promise.resolve(put)
}

function commitPut(domain: Domain, name: ObjectName, object: NewObject, stored: StoredBlob): Promise<ObjectRecord> {
  return domain.metadata.transact((tx) =>
    andThen(together(readStanding(domain, tx, name), requireLiving(domain, tx), object.inCommit?.(tx)), ([standing]) =>
      putCurrent(domain, tx, standing, object, recordOfPut(domain, object, standing.bucket, stored)),
    ),
  )
}

/** The bytes of a new object, and the names under which they are kept. */
interface StoredBlob extends Pick<ObjectRecord, 'manifest' | 'reference'> {
  readonly blob: BlobInfo
  readonly encryption: Encryption | undefined
}

function recordOfPut(
  { clock }: Domain,
  object: NewObject,
  bucket: BucketRecord,
  { blob, manifest, reference, encryption }: StoredBlob,
): ObjectRecord {
  const { owner, description, acl, mirroredFrom } = object
  const record: Writable<ObjectRecord> = {
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
    manifest,
    reference,
  }
  // each spread would copy the record once more
  const checksum = checksumOf(object)
  if (checksum !== undefined) record.checksum = checksum
  if (mirroredFrom !== undefined) record.mirroredFrom = mirroredFrom
  if (encryption !== undefined) record.encryption = encryption
  return description.holds === undefined ? record : Object.assign(record, description.holds)
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Refuses a write before its body is read, where it would fail as things are; nothing is overwritten in a bucket that keeps
 * versions. Throws fileAlreadyExists, and what requireCondition throws.
 */
export function checkOverwrite(
  domain: Domain,
  { versioning }: BucketRecord,
  name: ObjectName,
  { forbidOverwrite, condition }: Pick<NewObject, 'forbidOverwrite' | 'condition'>,
): Awaitable<void> {
  const mustBeNew = forbidOverwrite && versioning === undefined
  if (!mustBeNew && condition === undefined) return
  return andThen(
    domain.metadata.read((reader) => readObject(reader, name)),
    (existing) => {
      if (mustBeNew && existing !== undefined) throw new OssError('fileAlreadyExists')
      if (condition !== undefined) requireCondition(existing, name.key, condition)
    },
  )
}

/** The record of the version that a name denotes, in a read of its own. Throws noSuchKey, noSuchVersion. */
export function findObject(domain: Domain, name: ObjectName): Awaitable<ObjectRecord> {
  return domain.metadata.read((reader) => requireObject(reader, name))
}

/** Finds a bucket and an object in it, in one read. Throws noSuchBucket. */
export function findBucketAndObject<T>(
  domain: Domain,
  name: ObjectName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndObject<T>> {
  return domain.metadata.read((reader) => readBucketAndObject(domain, reader, name, readMore))
}

/** How an object is deleted. */
export interface Deletion {
  /** Also one that is retained in the mode GOVERNANCE. */
  readonly bypassGovernance?: boolean
  /** About the current version. */
  readonly condition?: WriteCondition | undefined
}

/**
 * Deletes an object or one of its versions; one that does not exist counts as deleted. Throws noSuchBucket, fileImmutable,
 * and what requireCondition throws.
 */
export async function deleteObject(
  domain: Domain,
  { bucket, key, version }: ObjectName,
  { bypassGovernance = false, condition }: Deletion = {},
): Promise<Deleted> {
  const name = { bucket, key }
  const now = domain.clock()
  return domain.metadata.transact(async (tx) => {
    if (condition !== undefined) requireDeletable(await readStanding(domain, tx, name), condition)
    if (version === undefined) return deleteCurrent(domain, tx, await readStanding(domain, tx, name), now)
    const record = await readBucket(domain, tx, bucket)
    if (record.versioning !== undefined)
      return deleteVersion(domain, tx, record, { ...name, version }, bypassGovernance)
    if (version !== NULL_VERSION) return { isMarker: false }
    return deleteCurrent(domain, tx, await readStanding(domain, tx, name), now)
  })
}

/** A key whose newest version is a delete marker exists, and has no tag. Throws what requireCondition throws. */
function requireDeletable({ name, current, marker }: Standing, condition: WriteCondition): void {
  if (marker !== undefined && condition.matches !== undefined) throw new OssError('preconditionFailed')
  requireCondition(current, name.key, condition)
}

/**
 * Sets the ACL of a version, whose time of modification stays. Throws noSuchBucket, noSuchKey, noSuchVersion,
 * versionIsDeleteMarker.
 */
export function setObjectAcl(domain: Domain, name: ObjectName, acl: ObjectAcl): Promise<ObjectRecord> {
  return describeAnew(domain, name, (record) => ({ ...record, acl }))
}

/**
 * Sets the tags of a version; ETag and time of modification stay. Throws noSuchBucket, noSuchKey, noSuchVersion,
 * versionIsDeleteMarker.
 */
export function setObjectTagging(
  domain: Domain,
  name: ObjectName,
  tagging: ObjectRecord['tagging'],
): Promise<ObjectRecord> {
  return describeAnew(domain, name, (record) => ({ ...record, tagging }))
}

/** Keeps the rows that were counted in an object, unless it was replaced meanwhile. Throws noSuchBucket, noSuchKey. */
export async function setCountedRows(
  domain: Domain,
  name: ObjectName,
  counted: ObjectRecord,
  rows: CountedRows,
): Promise<void> {
  await describeAnew(domain, name, (record) =>
    record.reference === counted.reference ? { ...record, rows } : undefined,
  )
}

/** Rewrites the record of a version, and returns it as it then is; undefined leaves it unchanged. */
async function describeAnew(
  domain: Domain,
  name: ObjectName,
  change: (record: ObjectRecord) => ObjectRecord | undefined,
): Promise<ObjectRecord> {
  return domain.metadata.transact(async (tx) => {
    const [, stored] = await together(readBucket(domain, tx, name.bucket), requireStored(tx, name))
    const record = change(stored.record)
    if (record !== undefined) rewrite(tx, stored, record)
    return record ?? stored.record
  })
}
