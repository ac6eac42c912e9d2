/**
 * CompleteMultipartUpload, with its callback. The parts are read and checked outside any lock, in pages; one commit of about a dozen keys
 * then turns their rows, unchanged, into the rows of the object's manifest. No byte is read or moved.
 */
import { base64, Md5 } from '@bindery/bytes'
import { OssError, PART_NUMBER_MAX, PART_SIZE_MIN } from '@bindery/protocol'
import { type Awaitable, StorageError, together } from '@bindery/storage'
import { encryptionField } from '../bytes/encryption.js'
import { discardRows } from '../bytes/garbage.js'
import { type Domain, letOthersRun, newId } from '../domain.js'
import { readObject } from '../objects/current.js'
import { putCurrent, readStanding } from '../objects/versions.js'
import type { WriteCondition } from '../objects/write-condition.js'
import { holderRows, manifestRows, partRows } from '../stored/keyspace.js'
import { Manifest } from '../stored/manifest.js'
import type {
  Checksum,
  ObjectAcl,
  ObjectName,
  ObjectRecord,
  PartList,
  ReceiptRecord,
  UploadRecord,
} from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import { checksumOfParts } from './checksum.js'
import { checkComplete } from './client-encryption.js'
import { multipartETags } from './etag.js'
import {
  answerReceipt,
  claimCallback,
  digestOfAsked,
  digestOfParts,
  findReceipt,
  type Repeatable,
  settledReceipt,
  writeReceipt,
} from './receipts.js'
import { checkStatements, type Statements } from './stated-checksums.js'
import { closeUpload, findUpload, readPartRows, readUpload, readUsage, type UploadName, type Usage } from './uploads.js'

/** A callback that a Complete requests. It is made once for an upload, after the commit. */
export interface CompletionCallback<T> {
  make(object: ObjectRecord): Promise<T>
  /** The outcome as text, which the receipt keeps for repeated requests. */
  encode(outcome: T): string
}

/** A request to complete an upload. */
export interface Completion<T = never> extends Repeatable {
  /** Those listed, or `all` that are stored. */
  readonly parts: PartList | 'all'
  /** Absent: the one that the upload was begun with. */
  readonly acl: ObjectAcl | undefined
  readonly forbidOverwrite: boolean
  readonly condition?: WriteCondition | undefined
  readonly stated?: Statements
  /** Final check of the ordered parts before the commit; throws to refuse them. May run more than once. */
  readonly checkParts?: (parts: PartTable) => void
  readonly callback?: CompletionCallback<T> | undefined
}

/** The result of a Complete. */
export type Completed<T = never> = Made &
  (
    | /** This request made the object. */ { readonly kind: 'created'; readonly object: ObjectRecord }
    /** This request made the object, or was the first with a callback; it made the callback. */
    | { readonly kind: 'calledBack'; readonly object: ObjectRecord; readonly outcome: T }
    /** An earlier request made the object; `outcome` is that of its callback, if it made one and it is known. */
    | { readonly kind: 'repeated'; readonly outcome: string | undefined }
  )

/** `version` is absent in a bucket that never kept versions. */
type Made = Pick<ReceiptRecord, 'etag' | 'digestETag' | 'crc64' | 'checksum' | 'version'>

const madeOf = ({ etag, digestETag, crc64, checksum, version }: ObjectRecord): Made => ({
  etag,
  crc64,
  ...(checksum !== undefined && { checksum }),
  ...(digestETag !== undefined && { digestETag }),
  ...(version !== undefined && { version: version.id }),
})

const ATTEMPTS_MAX = 16
/** A divisor of the most parts, so that a table of these has room for every page. Rows that carry bytes fit into one read. */
const PARTS_PER_READ = 1_250

/** The open upload to complete; undefined for one whose answer can be given again. Throws noSuchUpload. */
export async function findCompletion(domain: Domain, completion: Repeatable): Promise<UploadRecord | undefined> {
  return orReceipt(findUpload(domain, completion), async () => {
    await findReceipt(domain, completion)
    return undefined
  })
}

/**
 * Makes an object of an upload's parts. A completion that fails leaves the upload as it was; one that is repeated gets
 * the answer of the first.
 * Throws noSuchBucket, noSuchUpload, invalidPartOrder, invalidPart, entityTooSmall, fileAlreadyExists, partNotSequential, and
 * what checkStatements throws.
 */
export async function completeUpload<T = never>(domain: Domain, completion: Completion<T>): Promise<Completed<T>> {
  return orReceipt(completeOpen(domain, completion), (missing) => repeat(domain, completion, missing))
}

async function repeat<T>(domain: Domain, completion: Completion<T>, missing: OssError): Promise<Completed<T>> {
  const list = digestOfAsked(domain, completion.parts)
  const { uploadId, callback } = completion
  const found = await findReceipt(domain, completion)
  if (found.list !== list && found.exactList !== list) throw missing
  if (callback !== undefined && found.callback === undefined) {
    const { version } = found
    const object = await domain.metadata.read((reader) => readObject(reader, { ...nameOf(completion), version }))
    if (object?.manifest === uploadId && (await claimCallback(domain, uploadId))) {
      return callBack(domain, uploadId, callback, object)
    }
  }
  const settled = await settledReceipt(domain, completion)
  domain.meter.answeredAgain()
  const { callback: made, etag, crc64, digestETag, checksum, version } = settled
  const outcome = made?.state === 'answered' ? made.answer : undefined
  const answer = {
    ...{ etag, crc64 },
    ...(digestETag !== undefined && { digestETag }),
    ...(checksum !== undefined && { checksum }),
    ...(version !== undefined && { version }),
  }
  return { kind: 'repeated', ...answer, outcome }
}

/** Makes the callback of a completed upload, and keeps its outcome for repeated requests. */
async function callBack<T>(
  domain: Domain,
  uploadId: string,
  callback: CompletionCallback<T>,
  object: ObjectRecord,
): Promise<Completed<T>> {
  const outcome = await callback.make(object)
  await answerReceipt(domain, uploadId, callback.encode(outcome))
  return { kind: 'calledBack', ...madeOf(object), object, outcome }
}

async function orReceipt<T, R>(first: Awaitable<T>, second: (missing: OssError) => Promise<R>): Promise<T | R> {
  try {
    return await first
  } catch (error) {
    if (error instanceof OssError && error.reason === 'noSuchUpload') return second(error)
    throw error
  }
}

async function completeOpen<T>(domain: Domain, completion: Completion<T>): Promise<Completed<T>> {
  if (completion.parts !== 'all') await pauseIfLong(domain, completion.parts)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { upload, usage, stored } = await findUploadWhole(domain, completion)
    await pauseIfLong(domain, stored)
    const chosen = choose(completion, stored)
    checkParts(upload, chosen)
    if (completion.stated !== undefined) {
      await pauseIfLong(domain, chosen)
      checkStatements(upload, chosen, completion.stated)
    }
    completion.checkParts?.(chosen)
    await pauseIfLong(domain, chosen)
    const object = await commit(domain, { completion, upload, usage, parts: chosen })
    if (object === 'changed') continue
    domain.meter.completed(chosen.length)
    const { size, etag } = object
    domain.events.announce(completion, { type: 'completed', size, etag })
    const { uploadId, callback } = completion
    return callback === undefined
      ? { kind: 'created', ...madeOf(object), object }
      : callBack(domain, uploadId, callback, object)
  }
  throw new StorageError('conflict', 'parts kept arriving while the upload was being completed')
}

function checkOrder(parts: PartList): void {
  for (let index = 1; index < parts.length; index += 1) {
    if (parts.partNumber(index - 1) >= parts.partNumber(index)) throw new OssError('invalidPartOrder')
  }
}

/** Checks the ordered parts against OSS's rules. Throws entityTooSmall, partNotSequential, envelopeIncomplete. */
export function checkParts(upload: UploadRecord, parts: PartTable): void {
  checkSizes(parts, upload.uploadId)
  if (upload.sequential) checkRun(parts)
  checkComplete(upload, parts)
}

interface WholeUpload {
  readonly upload: UploadRecord
  readonly usage: Usage
  readonly stored: PartTable
}

/**
 * Each page looks again whether the upload is open and its edition the same, so that together they are one state, of an
 * open upload: the sweeper takes the parts of others. Throws noSuchUpload.
 */
export async function findUploadWhole(domain: Domain, name: UploadName): Promise<WholeUpload> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const first = await findPage(domain, name, 0)
    const stored = new PartTable(first.rows.length < PARTS_PER_READ ? first.rows.length : PART_NUMBER_MAX)
    let page = first
    stored.append(page.rows)
    while (page.rows.length === PARTS_PER_READ && stored.length < PART_NUMBER_MAX) {
      await letOthersRun(domain)
      page = await findPage(domain, name, stored.partNumber(stored.length - 1))
      stored.append(page.rows)
    }
    const { upload, usage } = first
    if (page.usage.edition === usage.edition) return { upload, usage, stored }
  }
  throw new StorageError('conflict', 'parts kept arriving while the upload was being read')
}

/** Between two computations over all parts: with thousands of them each is a step of its own. */
async function pauseIfLong(domain: Domain, { length }: { readonly length: number }): Promise<void> {
  if (length >= PARTS_PER_READ) await letOthersRun(domain)
}

function findPage(domain: Domain, name: UploadName, after: number) {
  return domain.metadata.read(async (reader) => {
    const [upload, usage, rows] = await together(
      readUpload(reader, name),
      readUsage(reader, name.uploadId),
      readPartRows(reader, name.uploadId, after, PARTS_PER_READ),
    )
    return { upload, usage, rows }
  })
}

function choose({ uploadId, parts }: Completion<unknown>, stored: PartTable): PartTable {
  if (parts === 'all') return stored
  checkOrder(parts)
  const chosen = stored.select(parts)
  if (typeof chosen !== 'number') return chosen
  throw new OssError('invalidPart', {
    etag: parts.etag(chosen),
    partNumber: parts.partNumber(chosen),
    uploadId,
  })
}

function checkSizes(parts: PartTable, uploadId: string): void {
  for (let index = 0; index < parts.length - 1; index += 1) {
    if (parts.size(index) >= PART_SIZE_MIN) continue
    throw new OssError('entityTooSmall', {
      etag: parts.etag(index),
      minSizeAllowed: PART_SIZE_MIN,
      proposedSize: parts.size(index),
      partNumber: parts.partNumber(index),
      uploadId,
    })
  }
}

/** A sequential upload is completed from parts 1 to n. */
function checkRun(parts: PartTable): void {
  parts.partNumbers.forEach((partNumber, index) => {
    if (partNumber !== index + 1) throw new OssError('partNotSequential', { partNumber })
  })
}

const nameOf = ({ bucket, key }: UploadName): ObjectName => ({ bucket, key })

interface CommitInput {
  readonly completion: Completion<unknown>
  readonly upload: UploadRecord
  readonly usage: Usage
  readonly parts: PartTable
}

async function commit(
  domain: Domain,
  { completion, upload, usage, parts }: CommitInput,
): Promise<ObjectRecord | 'changed'> {
  const { bucket, key, uploadId, requester, callback } = completion
  const name = nameOf(completion)
  const contentMd5 = await contentMd5Of(domain, upload, parts)
  const summary = await summaryOf(domain, upload, parts)
  requireChecksum(summary.checksum, completion.stated?.checksum)
  await pauseIfLong(domain, parts)
  const record = { ...recordOf(domain, upload, parts.bytes, completion), ...summary, ...contentMd5 }
  const { modifiedAt, reference } = record
  const manifest = Manifest.of(parts)
  const exactList = digestOfParts(domain, parts)
  const list = completion.parts === 'all' ? 'all' : exactList
  return domain.metadata.transact(async (tx) => {
    const [standing, , current] = await together(
      readStanding(domain, tx, name),
      readUpload(tx, completion),
      readUsage(tx, uploadId),
    )
    if (current.edition !== usage.edition) return 'changed'
    const made = putCurrent(domain, tx, standing, completion, record)
    closeUpload(tx, upload, usage)
    manifestRows.set(tx, { manifest: uploadId }, manifest)
    holderRows.set(tx, { manifest: uploadId, reference }, undefined)
    const receipt = { bucket, key, requester, list, exactList, completedAt: modifiedAt, ...madeOf(made) }
    writeReceipt(tx, uploadId, callback === undefined ? receipt : { ...receipt, callback: { state: 'committed' } })
    if (usage.parts > parts.length) discardRows(domain, tx, uploadId, 'unlisted', usage.bytes - record.size)
    return made
  })
}

/** Throws checksumMismatch. */
function requireChecksum(checksum: Checksum | undefined, expected: string | undefined): void {
  if (checksum === undefined || expected === undefined) return
  const [bare] = checksum.value.split('-')
  if (expected !== checksum.value && expected !== bare) {
    throw new OssError('checksumMismatch', { algorithm: checksum.name.toUpperCase() })
  }
}

type Summary = Pick<ObjectRecord, 'etag' | 'digestETag' | 'checksum' | 'crc64'>

/** The values that are computed of all parts. */
async function summaryOf(domain: Domain, upload: UploadRecord, parts: PartTable): Promise<Summary> {
  const etags = multipartETags(domain, parts)
  await pauseIfLong(domain, parts)
  const crc64 = parts.joinedCrc64
  await pauseIfLong(domain, parts)
  const checksum = await checksumOfParts(domain, upload, parts)
  return { ...etags, crc64, ...(checksum !== undefined && { checksum }) }
}

/** The object that an upload becomes, without what is computed of its parts. */
function recordOf(
  domain: Domain,
  upload: UploadRecord,
  size: number,
  { acl = upload.acl ?? 'default' }: Completion<unknown>,
): Omit<ObjectRecord, keyof Summary> {
  return {
    type: 'Multipart',
    owner: upload.owner,
    size,
    modifiedAt: domain.clock(),
    headers: upload.headers,
    userMetadata: upload.userMetadata,
    tagging: upload.tagging,
    acl,
    storageClass: upload.storageClass,
    manifest: upload.uploadId,
    reference: newId(domain),
    bytes: { kind: 'manifest' },
    ...(upload.retention && { retention: upload.retention }),
    ...(upload.legalHold && { legalHold: upload.legalHold }),
    ...encryptionField(upload.encryption),
  }
}

/** The MD5 of the whole; known only for sequential uploads, whose bytes were hashed as they came. */
async function contentMd5Of(
  { metadata }: Domain,
  { sequential, uploadId }: UploadRecord,
  parts: PartTable,
): Promise<{ readonly contentMd5?: string }> {
  if (!sequential || parts.length === 0) return {}
  const last = parts.length
  const part = await metadata.read((reader) => partRows.read(reader, { manifest: uploadId, partNumber: last }))
  const state = part?.md5State
  return state === undefined ? {} : { contentMd5: base64(new Md5(state).digest()) }
}
