/**
 * AppendObject. An appendable object has a manifest from birth, and each append adds a part to it, so that it costs its
 * own bytes alone. Nothing that a reader may be using is taken away by it: a part is replaced only by one that begins with
 * the same bytes, and `joinTail` leaves the rows of the parts that it joins to the sweeper.
 */
import { crc64, crc64Combine, equalBytes, upperHex, utf8Bytes } from '@bindery/bytes'
import { APPENDABLE_SIZE_MAX, type BucketName, type ObjectKey, OssError } from '@bindery/protocol'
import {
  type Awaitable,
  type BlobInfo,
  type ByteSource,
  carriesBytes,
  StorageError,
  type Transaction,
  together,
} from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { cipherFor, createDataKey, type DataKey, encryptionField } from '../bytes/encryption.js'
import { readAll, sourceOf, takeAll } from '../bytes/sources.js'
import { type Domain, newId } from '../domain.js'
import { count } from '../stored/counters.js'
import { holderRows, manifestRows, PART_ROW_NUMBER_MAX, partRows } from '../stored/keyspace.js'
import { Manifest } from '../stored/manifest.js'
import type {
  EncryptionChoice,
  ObjectAcl,
  ObjectDescription,
  ObjectName,
  ObjectRecord,
  PartRecord,
} from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import { type End, isSameEnd, readEnd } from './appendable-end.js'
import { Changed } from './changed.js'
import { currentKey, readObject, requireStored, rewrite, type StoredObject } from './current.js'
import { firstToJoin, joinTail } from './join-tail.js'
import { putCurrent, readStanding, requireMutable, type Standing } from './versions.js'

/** An append to an object, which creates the object at position 0. */
export interface Append {
  readonly bucket: BucketName
  readonly key: ObjectKey
  /** Bytes from the start of the object: its length. */
  readonly position: number
  /** The owner of an object that is created by it. */
  readonly owner: string
  readonly description: ObjectDescription
  /** Undefined: stays as it is; `default` for a new object. */
  readonly acl: ObjectAcl | undefined
  /** The expected MD5 of the bytes, 16 bytes. */
  readonly contentMd5: Uint8Array | undefined
  /** Encrypts an object that is created by it; absent: its bytes are stored as they are. */
  readonly encryption?: EncryptionChoice | undefined
}

/** Longer bytes are streamed into a part of their own; others may be added to the part before them. */
const SMALL_BYTES_MAX = 4_096
const ATTEMPTS_MAX = 16
const NO_BYTES = new Uint8Array()

/**
 * Appends bytes to an object, or creates one.
 * Throws noSuchBucket, objectNotAppendable, appendableSealed, positionNotEqualToLength, invalidDigestMismatch, entityTooLarge,
 * and as KeyProvider.
 */
export async function appendObject(domain: Domain, append: Append, source: ByteSource): Promise<ObjectRecord> {
  const isSmall = source.size !== undefined && source.size <= SMALL_BYTES_MAX
  const { record, list } = await (isSmall ? appendSmall : appendLarge)(domain, append, source)
  if (firstToJoin(list) !== undefined) await joinTail(domain, append)
  return record
}

/** An object after an append, and its parts. */
interface Appended {
  readonly record: ObjectRecord
  readonly list: Manifest
}

/** The position of an append is not the length of its object. */
export class WrongPosition extends OssError {
  /** Bytes of the object. */
  readonly length: number

  constructor(length: number) {
    super('positionNotEqualToLength')
    this.length = length
  }
}

/** Checks an append before its body is read. Throws objectNotAppendable, appendableSealed, positionNotEqualToLength. */
export async function checkAppend({ metadata }: Domain, append: ObjectName & Pick<Append, 'position'>): Promise<void> {
  requireAppendable(await metadata.read((reader) => readObject(reader, append)), append.position)
}

/**
 * Ends the appends to an object for good. Resolves with the time of its first seal, in milliseconds since 1970.
 * Throws noSuchBucket, noSuchKey, objectNotAppendable, positionNotEqualToLength.
 */
export async function sealObject(domain: Domain, name: ObjectName, position: number): Promise<number> {
  const now = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const [, stored] = await together(readBucket(domain, tx, name.bucket), requireStored(tx, name))
    const { sealedAt, ...record } = stored.record
    requireAppendable(record, position)
    if (sealedAt !== undefined) return sealedAt
    rewrite(tx, stored, { ...record, sealedAt: now })
    return now
  })
}

/** Throws objectNotAppendable, appendableSealed, positionNotEqualToLength. */
function requireAppendable(record: ObjectRecord | undefined, position: number): void {
  if (record !== undefined && record.type !== 'Appendable') throw new OssError('objectNotAppendable')
  if (record?.sealedAt !== undefined) throw new OssError('appendableSealed')
  const length = record?.size ?? 0
  if (position !== length) throw new WrongPosition(length)
}

/** Undefined where there is no object yet. Throws as `requireAppendable`. */
function findEnd({ metadata }: Domain, append: Append): Awaitable<End | undefined> {
  return metadata.read(async (reader) => {
    const record = await readObject(reader, append)
    requireAppendable(record, append.position)
    return record && readEnd(reader, record)
  })
}

/** Where a part is to be added. */
interface Position {
  /** The end that was found; undefined: the object is to be created. */
  readonly end: End | undefined
  readonly manifest: string
  readonly partNumber: number
  /** The parts of the manifest that stay, before it. */
  readonly kept: number
  /** Undefined if the bytes are plain. */
  readonly key: DataKey | undefined
}

async function positionAfter(domain: Domain, append: Append, end: End | undefined): Promise<Position> {
  if (end === undefined) {
    const manifest = newId(domain)
    return { end, manifest, partNumber: 1, kept: 0, key: await createDataKey(domain, append.encryption, manifest) }
  }
  const { manifest, list, lastNumber } = end
  if (lastNumber === PART_ROW_NUMBER_MAX) {
    throw new StorageError('unavailable', 'readers keep the rows of joined parts, and no number is left for a new part')
  }
  return { end, manifest, partNumber: lastNumber + 1, kept: list.partCount, key: await keyOf(domain, end) }
}

async function positionOfTail(domain: Domain, end: End, { partNumber }: PartRecord): Promise<Position> {
  const { manifest, list } = end
  return { end, manifest, partNumber, kept: list.partCount - 1, key: await keyOf(domain, end) }
}

async function keyOf(domain: Domain, { encryption, manifest }: End): Promise<DataKey | undefined> {
  const cipher = await cipherFor(domain, encryption, manifest)
  return encryption && cipher && { encryption, cipher }
}

/** The appended bytes. */
interface Added {
  readonly size: number
  readonly crc64: bigint
}

/** Streams the bytes into a part of their own. They can be read only once, so the object must not change meanwhile. */
async function appendLarge(domain: Domain, append: Append, source: ByteSource): Promise<Appended> {
  const position = await positionAfter(domain, append, await findEnd(domain, append))
  const options = { owner: partRows.key(position), cipher: position.key?.cipher }
  const blob = await storeBytes(domain, source, options, append)
  try {
    return await commitPart(domain, append, position, blob, blob)
  } catch (error) {
    if (!(error instanceof Changed)) throw error
    throw new StorageError('conflict', 'the end of the object changed while bytes were appended', { cause: error })
  }
}

/** Adds few bytes to the last part where its record carries its bytes, so that small appends make few parts. */
async function appendSmall(domain: Domain, append: Append, source: ByteSource): Promise<Appended> {
  const bytes = await readAll(source, SMALL_BYTES_MAX)
  if (append.contentMd5 !== undefined && !equalBytes(append.contentMd5, domain.digests.md5(bytes))) {
    throw new OssError('invalidDigestMismatch')
  }
  const added = { size: bytes.length, crc64: crc64(bytes) }
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const end = await findEnd(domain, append)
    try {
      if (added.size === 0)
        return await commit(domain, append, await positionAfter(domain, append, end), undefined, added)
      return await storeSmall(domain, append, end, bytes)
    } catch (error) {
      if (!(error instanceof Changed)) throw error
    }
  }
  throw new StorageError('conflict', 'the end of the object kept changing while bytes were appended')
}

async function storeSmall(domain: Domain, append: Append, end: End | undefined, bytes: Uint8Array): Promise<Appended> {
  const tail = end?.tail
  const grows = end !== undefined && tail?.bytes.kind === 'blob' && carriesBytes(tail.bytes.blob)
  const position = await (grows ? positionOfTail(domain, end, tail) : positionAfter(domain, append, end))
  const cipher = position.key?.cipher
  const range = { start: 0, end: tail?.size ?? 0 }
  const before = grows ? await takeAll(domain.blobs.read(tail.bytes.blob, range, { cipher }), range.end) : NO_BYTES
  const blob = await storeBytes(domain, sourceOf([before, bytes]), { owner: partRows.key(position), cipher })
  return commitPart(domain, append, position, blob, { size: bytes.length, crc64: crc64(bytes) })
}

/** Throws Changed, and as `commit`. */
function commitPart(
  domain: Domain,
  append: Append,
  position: Position,
  blob: BlobInfo,
  added: Added,
): Promise<Appended> {
  const part: PartRecord = {
    partNumber: position.partNumber,
    size: blob.size,
    etag: upperHex(blob.md5),
    crc64: blob.crc64,
    modifiedAt: domain.clock(),
    bytes: { kind: 'blob', blob: blob.id },
  }
  return commitBlob(domain, blob, partRows.key(position), () => commit(domain, append, position, part, added))
}

/** Throws Changed, entityTooLarge, noSuchBucket and as `requireAppendable`. */
async function commit(
  domain: Domain,
  append: Append,
  position: Position,
  part: PartRecord | undefined,
  added: Added,
): Promise<Appended> {
  const { manifest, kept, end, key } = position
  const [reference, modifiedAt] = [newId(domain), domain.clock()]
  const size = append.position + added.size
  if (size > APPENDABLE_SIZE_MAX) throw new OssError('entityTooLarge')
  return domain.metadata.transact(async (tx) => {
    const [standing] = await together(readStanding(domain, tx, append), requireLiving(domain, tx))
    const stored = standing.current && { row: currentKey(append), record: standing.current }
    const current = stored?.record.type === 'Appendable' ? await readEnd(tx, stored.record) : undefined
    // a commit whose answer was lost may come again
    if (stored && current && part && isSamePart(current.tail, part)) {
      return { record: stored.record, list: current.list }
    }
    requireAppendable(stored?.record, append.position)
    if (!isSameEnd(current, end)) throw new Changed()
    if (standing.objectWorm !== undefined) throw new OssError('appendUnderObjectWorm')
    if (stored !== undefined) requireMutable({ domain, ...standing, bypassGovernance: false }, stored.record)
    const before = current?.list ?? Manifest.of(PartTable.of([]))
    const list = part === undefined ? before : before.endingWith(kept, part)
    if (part !== undefined) partRows.set(tx, position, part)
    manifestRows.set(tx, { manifest }, list)
    const crc = crc64Combine(stored?.record.crc64 ?? 0n, added.crc64, added.size)
    const state = { size, crc64: crc, modifiedAt, etag: etagOf(domain, manifest, size, crc) }
    const record =
      stored === undefined
        ? create(domain, tx, standing, append, { ...state, manifest, reference, ...encryptionField(key?.encryption) })
        : extend(tx, stored, append, state)
    return { record, list }
  })
}

const isSamePart = (one: PartRecord | undefined, other: PartRecord): boolean =>
  one?.bytes.kind === 'blob' && other.bytes.kind === 'blob' && one.bytes.blob === other.bytes.blob

type State = Pick<ObjectRecord, 'size' | 'crc64' | 'modifiedAt' | 'etag'>

function create(
  domain: Domain,
  tx: Transaction,
  standing: Standing,
  append: Append,
  state: State & Pick<ObjectRecord, 'manifest' | 'reference' | 'encryption'>,
): ObjectRecord {
  const { headers, userMetadata, tagging, storageClass = standing.bucket.storageClass } = append.description
  const record: ObjectRecord = {
    type: 'Appendable',
    owner: append.owner,
    ...state,
    headers,
    userMetadata,
    tagging,
    acl: append.acl ?? 'default',
    storageClass,
    bytes: { kind: 'manifest' },
  }
  holderRows.set(tx, record, undefined)
  return putCurrent(domain, tx, standing, { forbidOverwrite: false }, record)
}

/** The object stays the same version. Rows that were counted in it are no longer all. */
function extend(tx: Transaction, stored: StoredObject, { bucket, acl }: Append, state: State): ObjectRecord {
  const { rows: _, ...before } = stored.record
  const record: ObjectRecord = { ...before, ...state, acl: acl ?? before.acl }
  rewrite(tx, stored, record)
  const bytes = record.size - before.size
  count(tx, bucket, { objects: [{ storageClass: record.storageClass, count: 0, bytes }] })
  return record
}

/** Changes with each append. It ends in zeros, as those of OSS, and is not an MD5. */
function etagOf({ digests }: Domain, manifest: string, size: number, crc: bigint): string {
  return `${upperHex(digests.md5(utf8Bytes(`${manifest}/${size}/${crc}`))).slice(0, 24)}00000000`
}
