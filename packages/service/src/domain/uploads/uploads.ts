/**
 * Multipart uploads. A part is written only in a transaction that reads its upload's row as open; Complete and Abort
 * delete that row. What an upload holds is in its usage row, which each part's commit raises without conflict.
 */
import { upperHex } from '@bindery/bytes'
import { type BucketName, type ClientEnvelope, type ObjectKey, OssError } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type BlobInfo,
  type ByteSource,
  type Reader,
  type Row,
  StorageError,
  type Transaction,
  together,
} from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { type Announced, checksumsIn, commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { cipherFor, createDataKey, encryptionField } from '../bytes/encryption.js'
import { discardPart, discardRows } from '../bytes/garbage.js'
import { type Domain, newUploadId } from '../domain.js'
import { readObject } from '../objects/current.js'
import { count } from '../stored/counters.js'
import { isId } from '../stored/ids.js'
import type { InitiatingClient } from '../stored/initiating-client.js'
import {
  autoCompleteRows,
  PART_ROW_NUMBER_MAX,
  partNumberOf,
  partRows,
  uploadRows,
  usageRows,
} from '../stored/keyspace.js'
import type {
  AutoComplete,
  ChecksumName,
  EncryptionChoice,
  ObjectAcl,
  ObjectDescription,
  PartBytes,
  PartRecord,
  UploadRecord,
} from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import { usageCounters } from '../stored/records/counters.js'
import { RowCache } from '../stored/row-cache.js'
import { checkEnvelope, checkPartEnvelope, checkPartSize } from './client-encryption.js'

/** Names an upload. The id is as the client sent it. */
export interface UploadName {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly uploadId: string
}

/** An upload that is to be initiated. */
export interface NewUpload {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly initiator: string
  readonly client?: InitiatingClient
  readonly owner: string
  readonly description: ObjectDescription
  readonly acl?: ObjectAcl | undefined
  readonly checksum?: UploadRecord['checksum'] | undefined
  readonly sequential: boolean
  readonly forbidOverwrite: boolean
  readonly autoComplete?: AutoComplete | undefined
  /** Encrypts all parts, and so the object; absent: their bytes are stored as they are. */
  readonly encryption?: EncryptionChoice | undefined
}

/** Begins an upload; an object of its key is not touched. Throws noSuchBucket, fileAlreadyExists. */
export async function initiateUpload(domain: Domain, upload: NewUpload): Promise<UploadRecord> {
  const { bucket, key, initiator, client, owner, description, acl, checksum, sequential, autoComplete } = upload
  checkEnvelope(description)
  const uploadId = newUploadId(domain)
  const initiatedAt = domain.clock()
  const dataKey = upload.encryption && (await createDataKey(domain, upload.encryption, uploadId))
  const record = await domain.metadata.transact(async (tx) => {
    const [{ storageClass, versioning }, existing] = await together(
      readBucket(domain, tx, bucket),
      upload.forbidOverwrite ? readObject(tx, { bucket, key }) : undefined,
    )
    if (existing !== undefined && versioning === undefined) throw new OssError('fileAlreadyExists')
    const { headers, userMetadata, tagging } = description
    const record: UploadRecord = {
      bucket,
      key,
      uploadId,
      initiatedAt,
      initiator,
      ...(client !== undefined && { client }),
      owner,
      headers,
      userMetadata,
      tagging,
      storageClass: description.storageClass ?? storageClass,
      sequential,
      ...description.holds,
      ...(acl !== undefined && { acl }),
      ...(checksum !== undefined && { checksum }),
      ...(autoComplete !== undefined && { autoComplete }),
      ...encryptionField(dataKey?.encryption),
    }
    uploadRows.set(tx, record, record)
    if (autoComplete !== undefined) autoCompleteRows.set(tx, record, {})
    count(tx, bucket, { uploads: 1 })
    return record
  })
  domain.events.announce(record, { type: 'initiated', initiator })
  return record
}

/** The record of an open upload, in a read of its own. Throws noSuchUpload. */
export function findUpload(domain: Domain, name: UploadName): Awaitable<UploadRecord> {
  return domain.metadata.read((reader) => readUpload(reader, name))
}

/** The row of an open upload. Throws noSuchUpload, or the cause given. */
export function readUpload(
  reader: Reader,
  name: UploadName,
  cause: 'noSuchUpload' | 'noSuchUploadOnAbort' = 'noSuchUpload',
): Awaitable<UploadRecord> {
  return andThen(isId(name.uploadId) ? reader.get(uploadRows.key(name)) : undefined, (row) => {
    if (row === undefined) throw new OssError(cause, { uploadId: name.uploadId })
    return decoded.get(`${name.uploadId}${name.bucket}/${name.key}`, row, () => uploadRows.decode(row, name))
  })
}

/** Uploads that were read lately: each part reads the same one twice. */
const decoded = new RowCache<UploadRecord>({ records: 1_024, bytes: 4 * 1024 ** 2 })

/** A part that is to be stored. */
export interface NewPart extends UploadName, Announced {
  readonly partNumber: number
  /** Its answer has the checksum of its upload, which the Complete must list where it is to be one over checksums. */
  readonly answersChecksum?: boolean | undefined
  /** The envelope that a client which encrypts has sent with it; absent: it is not a client's part. */
  readonly envelope?: ClientEnvelope | undefined
}

/** A part that was stored. */
export interface StoredPart extends PartRecord {
  /** MD5 of its bytes. */
  readonly md5: Uint8Array
  /** The upload that it belongs to. */
  readonly upload: UploadRecord
}

/**
 * Stores a part, in place of an earlier one of its number; it does not check whether its upload is whole then.
 * Throws noSuchUpload, partNotSequential, partAlreadyExist, checksumDiffers and what storeBytes throws.
 */
export async function storePart(domain: Domain, part: NewPart, source: ByteSource): Promise<StoredPart> {
  const found = domain.metadata.read((reader) => readUploadOf(reader, part))
  // in the same turn if possible: then what has arrived is still where it came, and need not be copied
  const { upload, md5Before } = found instanceof Promise ? await found : found
  const owner = partRows.key({ manifest: part.uploadId, partNumber: part.partNumber })
  requireChecksum(upload, part)
  const checksums = checksumsOfPart(upload, part)
  if (part.envelope !== undefined) checkPartEnvelope(upload, part.envelope)
  if (source.size !== undefined) checkPartSize(upload, part.partNumber, source.size)
  const cipher = upload.encryption && (await cipherFor(domain, upload.encryption, part.uploadId))
  const blob = await storeBytes(domain, source, { owner, runningMd5: md5Before, cipher, checksums }, part)
  const record: PartRecord = {
    partNumber: part.partNumber,
    size: blob.size,
    etag: upperHex(blob.md5),
    crc64: blob.crc64,
    modifiedAt: domain.clock(),
    bytes: { kind: 'blob', blob: blob.id },
    ...(blob.runningMd5 !== undefined && { md5State: blob.runningMd5 }),
    ...partChecksum(upload, blob),
  }
  const replaced = await commitBlob(domain, blob, owner, () =>
    domain.metadata.transact((tx) => {
      // the length of a body may be known only when it has arrived
      checkPartSize(upload, part.partNumber, blob.size)
      const target = readPartTarget(domain, tx, part, part.partNumber)
      return andThen(target, (found) => putPart(domain, tx, found, record))
    }),
  )
  if (replaced) domain.meter.replacedPart()
  if (domain.events.bus.watched) await announcePart(domain, part, record)
  return { ...record, md5: blob.md5, upload }
}

/** An upload as a part needs it, with the state of the MD5 before the part where it is sequential. */
interface UploadOfPart {
  readonly upload: UploadRecord
  readonly md5Before?: Uint8Array
}

/** The upload of a part that may be stored next. Throws noSuchUpload, partNotSequential, partAlreadyExist. */
function readUploadOf(reader: Reader, part: NewPart): Awaitable<UploadOfPart> {
  return andThen(readUpload(reader, part), (upload) => {
    if (!upload.sequential) return { upload }
    return andThen(checkSequence(reader, upload, part.partNumber), () =>
      andThen(readMd5Before(reader, part), (md5Before) => ({ upload, md5Before })),
    )
  })
}

/** Throws checksumDiffers where a part announces another checksum than its upload has. */
function requireChecksum({ checksum }: UploadRecord, { expected = [] }: NewPart): void {
  const announced = expected.find(({ kind }) => kind === 'checksum')
  if (checksum === undefined || announced === undefined || announced.name === checksum.name) return
  throw new OssError('checksumDiffers', { expected: checksum.name, actual: announced.name })
}

/** The checksums that a part is stored with, whether its client announced them or not. */
function checksumsOfPart({ checksum }: UploadRecord, { answersChecksum }: NewPart): ChecksumName[] | undefined {
  const isUsed = checksum?.type === 'FULL_OBJECT' || answersChecksum === true
  return checksum !== undefined && isUsed ? [checksum.name] : undefined
}

/** The checksum of a part, where its upload has one and it was computed. */
function partChecksum({ checksum }: UploadRecord, blob: BlobInfo): Pick<PartRecord, 'checksum'> {
  const bytes = checksum && checksumsIn(blob)[checksum.name]
  return checksum === undefined || bytes === undefined ? {} : { checksum: { name: checksum.name, bytes } }
}

/** The state of the MD5 of all parts before one of a sequential upload, which are there and will not change. */
async function readMd5Before(reader: Reader, { uploadId, partNumber }: NewPart): Promise<Uint8Array> {
  if (partNumber === 1) return new Uint8Array()
  const before = await partRows.read(reader, { manifest: uploadId, partNumber: partNumber - 1 })
  return before?.md5State ?? new Uint8Array()
}

/** Publishes the event of a stored part; reads the upload's usage only when there are subscribers. */
export async function announcePart(domain: Domain, name: UploadName, { partNumber, size }: PartRecord): Promise<void> {
  if (!domain.events.bus.watched) return
  const usage = await findUsageIfAny(domain, name.uploadId)
  const isOpen = usage !== undefined && usage.parts > 0
  const held = isOpen ? { held: { parts: usage.parts, bytes: usage.bytes } } : {}
  domain.events.announce(name, { type: 'part', partNumber, size, ...held })
}

/** The upload's usage; undefined where it cannot be read. */
async function findUsageIfAny({ metadata }: Domain, uploadId: string): Promise<Usage | undefined> {
  try {
    return await metadata.read((reader) => readUsage(reader, uploadId))
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
  }
}

/** Where a part goes: an open upload, and the part that it replaces there. */
export interface PartTarget {
  readonly upload: UploadRecord
  readonly old: PartRecord | undefined
}

/**
 * The open upload that a part belongs to, and the part of that number that it would replace. Throws noSuchBucket,
 * noSuchUpload.
 */
export function readPartTarget(
  domain: Domain,
  tx: Transaction,
  name: UploadName,
  partNumber: number,
): Awaitable<PartTarget> {
  const read = together(
    readBucket(domain, tx, name.bucket),
    readUpload(tx, name),
    requireLiving(domain, tx),
    partRows.read(tx, { manifest: name.uploadId, partNumber }),
  )
  return andThen(read, ([, upload, , old]) => ({ upload, old }))
}

/**
 * Makes a part a row of its upload, as the same transaction has read its place. Resolves with whether it took the place of
 * another. Throws partNotSequential, partAlreadyExist.
 */
export function putPart(domain: Domain, tx: Transaction, target: PartTarget, part: PartRecord): Awaitable<boolean> {
  const { upload, old } = target
  // A commit whose answer was lost may be repeated: then the record exists, and its blob is not garbage.
  if (old !== undefined && isSame(old.bytes, part.bytes)) return false
  const sequence = upload.sequential ? checkSequence(tx, upload, part.partNumber) : undefined
  return andThen(sequence, () => setPart(domain, tx, target, part))
}

function setPart(domain: Domain, tx: Transaction, { upload, old }: PartTarget, part: PartRecord): boolean {
  const owner = partRows.key({ manifest: upload.uploadId, partNumber: part.partNumber })
  if (old !== undefined) discardPart(domain, tx, owner, old, 'replaced')
  tx.set(owner, partRows.encode(part), true)
  const parts = old === undefined ? 1 : 0
  const partBytes = part.size - (old?.size ?? 0)
  tx.add(usageRows.key(upload), usageCounters.deltas({ parts, bytes: partBytes, edition: 1 }))
  count(tx, upload.bucket, { parts, partBytes })
  return old !== undefined
}

/** Blobs have one owner, and references are never reused, so the same place means the same commit. */
function isSame(a: PartBytes, b: PartBytes): boolean {
  if (a.kind === 'blob') return b.kind === 'blob' && a.blob === b.blob
  if (b.kind === 'blob' || a.slices.length !== b.slices.length || a.slices.length === 0) return false
  return a.slices.every(({ reference }, index) => reference === b.slices[index]?.reference)
}

/** A sequential upload takes part n only after part n - 1, and each only once. */
async function checkSequence(reader: Reader, upload: UploadRecord, partNumber: number): Promise<void> {
  const { from, to } = partRows.rangeUnder({ manifest: upload.uploadId })
  const [last] = await reader.range(from, to, { limit: 1, reverse: true })
  const stored = last === undefined ? 0 : partNumberOf(last.key)
  if (partNumber > stored + 1) throw new OssError('partNotSequential', { partNumber })
  if (partNumber === stored + 1) return
  const part = await partRows.read(reader, { manifest: upload.uploadId, partNumber })
  throw new OssError('partAlreadyExist', { partNumber, partEtag: part?.etag ?? '' })
}

/** Parts and bytes of an upload, raised by each part's commit. `edition` counts those commits. */
export interface Usage {
  readonly parts: number
  /** Bytes of all parts. */
  readonly bytes: number
  readonly edition: number
}

/** The usage of an upload; zeros where it has no parts yet, or no longer exists. */
export async function readUsage(reader: Reader, uploadId: string): Promise<Usage> {
  return (await usageRows.read(reader, { uploadId })) ?? { parts: 0, bytes: 0, edition: 0 }
}

/**
 * Deletes an upload: its row, its usage and its share of the bucket's counters. Its parts stay as rows of its manifest.
 */
export function closeUpload(tx: Transaction, upload: UploadRecord, usage: Usage): void {
  uploadRows.delete(tx, upload)
  if (upload.autoComplete !== undefined) autoCompleteRows.delete(tx, upload)
  usageRows.delete(tx, upload)
  count(tx, upload.bucket, { uploads: -1, parts: -usage.parts, partBytes: -usage.bytes })
}

/** Ends an upload; its parts are freed, also those that are still arriving. Throws noSuchBucket, noSuchUploadOnAbort. */
export async function abortUpload(domain: Domain, name: UploadName): Promise<void> {
  await endUpload(domain, name, async () => true)
}

/** Aborts an upload if `may` allows it in the same transaction. The usage that it had; undefined where it may not. */
export async function endUpload(
  domain: Domain,
  name: UploadName,
  may: (tx: Transaction) => Promise<boolean>,
): Promise<Usage | undefined> {
  const usage = await domain.metadata.transact(async (tx) => {
    const [, upload, usage] = await together(
      readBucket(domain, tx, name.bucket),
      readUpload(tx, name, 'noSuchUploadOnAbort'),
      readUsage(tx, name.uploadId),
    )
    if (!(await may(tx))) return undefined
    closeUpload(tx, upload, usage)
    if (usage.parts > 0) discardRows(domain, tx, name.uploadId, 'aborted', usage.bytes)
    return usage
  })
  if (usage !== undefined) domain.events.announce(name, { type: 'aborted' })
  return usage
}

/** A page of the parts of an upload. */
export interface PartPage {
  readonly upload: UploadRecord
  readonly parts: PartTable
  readonly isTruncated: boolean
}

/** Parts with numbers above `after`, ascending. Throws noSuchUpload. */
export function listParts(
  domain: Domain,
  { after, maxParts, ...name }: UploadName & { readonly after: number; readonly maxParts: number },
): Awaitable<PartPage> {
  return domain.metadata.read(async (reader) => {
    const [upload, rows] = await together(
      readUpload(reader, name),
      readPartRows(reader, name.uploadId, after, maxParts + 1),
    )
    const parts = PartTable.ofRows(rows.slice(0, maxParts))
    return { upload, parts, isTruncated: rows.length > maxParts }
  })
}

/** The rows of at most `limit` parts of a manifest with numbers above `after`, ascending. */
export function readPartRows(reader: Reader, manifest: string, after: number, limit: number): Awaitable<Row[]> {
  const from = partRows.key({ manifest, partNumber: Math.min(after, PART_ROW_NUMBER_MAX) + 1 })
  return reader.range(from, partRows.rangeUnder({ manifest }).to, { limit })
}
