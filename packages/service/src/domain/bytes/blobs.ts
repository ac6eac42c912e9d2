/** Two-phase bytes: a blob is durable and named by nothing, then a commit names it. */
import { base64, equalBytes } from '@bindery/bytes'
import { OssError, PART_SIZE_MAX } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type BlobInfo,
  type ByteSource,
  type Bytes,
  carriesBytes,
  type DigestName,
  type Reader,
  type Row,
  StorageError,
  together,
  type WriteOptions,
} from '@bindery/storage'
import type { Domain } from '../domain.js'
import { incarnationRows, objectRows, ownerRows, partRows, spaceOf, versionRows } from '../stored/keyspace.js'
import type { Checksum, ChecksumName, ObjectRecord, PartRecord, VersionRecord } from '../stored/model.js'
import { isGarbageBlob } from './garbage.js'

/** A digest that the sender of bytes has announced. */
export interface ExpectedDigest {
  /** `payload`: part of what the sender signed; `checksum`: kept with the bytes. */
  readonly kind: 'payload' | 'checksum'
  readonly name: ChecksumName
  /** Called when all bytes have arrived: it may have been announced behind them. */
  readonly value: () => Uint8Array
}

/** The digests that the sender of bytes has announced. */
export interface Announced {
  /** 16 bytes. */
  readonly contentMd5?: Uint8Array | undefined
  readonly expected?: readonly ExpectedDigest[]
}

/**
 * Stores a source's bytes as a blob that the record at `options.owner` is to name, and checks them.
 * Throws invalidDigestMismatch, payloadMismatch, checksumMismatch, entityTooLarge, and what the source throws; then nothing
 * is kept.
 */
export async function storeBytes(
  domain: Domain,
  source: ByteSource,
  options: StoreOptions,
  { contentMd5, expected = [] }: Announced = {},
): Promise<BlobInfo> {
  const blob = await domain.blobs.write(source, writeOptions(options, expected))
  try {
    if (blob.size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
    if (contentMd5 !== undefined && !equalBytes(contentMd5, blob.md5)) throw new OssError('invalidDigestMismatch')
    checkDigests(expected, checksumsIn(blob))
  } catch (error) {
    await domain.blobs.delete(blob.id)
    throw error
  }
  return blob
}

/** How bytes are stored, and which checksums of them their sender does not announce, but the record needs. */
export interface StoreOptions extends Omit<WriteOptions, 'digests'> {
  readonly checksums?: readonly ChecksumName[] | undefined
}

/** The MD5 of bytes needs no request. */
function writeOptions({ checksums = [], ...options }: StoreOptions, expected: readonly ExpectedDigest[]): WriteOptions {
  const names = new Set([...checksums, ...expected.map(({ name }) => name)])
  names.delete('md5')
  return names.size === 0 ? options : { ...options, digests: [...names] as DigestName[] }
}

/** Digests of bytes, as far as they were requested. */
export type Checksums = Readonly<Partial<Record<ChecksumName, Uint8Array>>>

/** The checksums of a blob. */
export function checksumsIn({ digests, md5 }: BlobInfo): Checksums {
  return { ...digests, md5 }
}

/** Compares the digests of bytes with those that were announced. Throws payloadMismatch, checksumMismatch. */
export function checkDigests(expected: readonly ExpectedDigest[], digests: Checksums): void {
  for (const { kind, name, value } of expected) {
    const found = digests[name]
    if (found !== undefined && equalBytes(value(), found)) continue
    throw kind === 'payload'
      ? new OssError('payloadMismatch')
      : new OssError('checksumMismatch', { algorithm: name.toUpperCase() })
  }
}

/** The checksum that was announced for bytes, as it is kept with an object of them. */
export function checksumOf({ expected = [] }: Announced): Checksum | undefined {
  const announced = expected.find(({ kind }) => kind === 'checksum')
  return announced && { name: announced.name, type: 'FULL_OBJECT', value: base64(announced.value()) }
}

/** Runs the commit that names a blob. Where it fails, the blob becomes garbage, unless a record does name it. */
export async function commitBlob<T>(
  domain: Domain,
  blob: BlobInfo,
  owner: Bytes,
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit()
  } catch (error) {
    await dropUnnamed(domain, blob, owner)
    throw error
  }
}

/**
 * A failed commit proves nothing: its record may be there, and may have been copied or replaced since. So a transaction
 * must show that the blob was never named: wherever it is known to be now, no record names it, and it is not garbage,
 * which may still be read. If that fails too the blob stays, to be found as an orphan when this process has ended.
 */
async function dropUnnamed(domain: Domain, { id }: BlobInfo, owner: Bytes): Promise<void> {
  if (carriesBytes(id)) return
  try {
    const named = await domain.metadata.transact(async (tx) => {
      const ownerNow = (await tx.get(ownerRows.key({ blob: id }))) ?? owner
      const [isNamed, isGarbage] = await together(namesBlob(tx, ownerNow, id), isGarbageBlob(tx, id))
      return isNamed || isGarbage
    })
    if (!named) await domain.blobs.delete(id)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
  }
}

/** Whether the record at a key names a blob. */
export async function namesBlob(reader: Reader, owner: Bytes, blob: string): Promise<boolean> {
  return (await readNaming(reader, owner, blob)) !== undefined
}

/** The record at a key, if it names a blob. Throws StorageError `corrupt`. */
export async function readNaming(
  reader: Reader,
  owner: Bytes,
  blob: string,
): Promise<ObjectRecord | PartRecord | undefined> {
  const value = await reader.get(owner)
  if (value === undefined) return undefined
  const record = decodeOwner({ key: owner, value })
  if (record === undefined || 'deleteMarker' in record) return undefined
  return record.bytes.kind === 'blob' && record.bytes.blob === blob ? record : undefined
}

/** The record of a row that may name a blob. */
function decodeOwner(row: Row): VersionRecord | PartRecord | undefined {
  switch (spaceOf(row.key)) {
    case partRows:
      return partRows.decodeRow(row)
    case versionRows:
      return versionRows.decodeRow(row)
    case objectRows:
      return objectRows.decodeRow(row)
    default:
      return undefined
  }
}

/** Whether a blob was written to its end, so that a record may name it. Reads none of its bytes. */
export async function isWhole({ blobs }: Pick<Domain, 'blobs'>, blob: string): Promise<boolean> {
  try {
    await blobs.crc64(blob, { start: 0, end: 0 })
    return true
  } catch (error) {
    if (error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound')) return false
    throw error
  }
}

/** Every commit that names a new blob reads its writer's row: once this process is declared dead, none goes through. */
export function requireLiving(domain: Domain, tx: Reader): Awaitable<void> {
  return andThen(tx.get(incarnationRows.key({ incarnation: domain.blobs.incarnation })), (row) => {
    if (row === undefined)
      throw new StorageError('fenced', 'this process was declared dead and must not write any more')
  })
}
