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
  INLINE_BYTES_MAX,
  type Reader,
  type Row,
  StorageError,
  settle,
  type Transaction,
  together,
  type WriteOptions,
} from '@bindery/storage'
import type { Domain } from '../domain.js'
import { incarnationRows, objectRows, ownerRows, partRows, spaceOf, versionRows } from '../stored/keyspace.js'
import type { Checksum, ChecksumName, ObjectRecord, PartRecord, VersionRecord } from '../stored/model.js'
import { discardBlob, isGarbageBlob } from './garbage.js'
import type { UnnamedBlob } from './unnamed-blobs.js'

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
export function storeBytes(
  domain: Domain,
  source: ByteSource,
  options: StoreOptions,
  announced: Announced = {},
): Awaitable<BlobInfo> {
  return andThen(writtenBlob(domain, source, writeOptions(options, announced.expected)), (blob) =>
    settle(
      () => checkBlob(blob, announced),
      () => blob,
      async (error) => {
        await deleteUnnamed(domain, blob, options.owner)
        throw error
      },
    ),
  )
}

/** A short source that has arrived as a whole is in the store at once. */
function writtenBlob({ blobs }: Domain, source: ByteSource, options: WriteOptions): Awaitable<BlobInfo> {
  const written = (): Awaitable<BlobInfo> => {
    const { whole } = source
    const carried = whole && blobs.carry?.(whole, options, source.md5)
    if (carried === undefined) return blobs.write(source, options)
    source.taken?.()
    return carried
  }
  const { whole, size = Number.POSITIVE_INFINITY } = source
  const mayBeCarried = blobs.carry !== undefined && size <= INLINE_BYTES_MAX
  // clients may send a short body behind the head, in a piece of its own
  return whole === undefined && mayBeCarried ? source.ready().then(written) : written()
}

function checkBlob(blob: BlobInfo, { contentMd5, expected = [] }: Announced): void {
  if (blob.size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
  if (contentMd5 !== undefined && !equalBytes(contentMd5, blob.md5)) throw new OssError('invalidDigestMismatch')
  if (expected.length > 0) checkDigests(expected, checksumsIn(blob))
}

/** How bytes are stored, and which checksums of them their sender does not announce, but the record needs. */
export interface StoreOptions extends Omit<WriteOptions, 'digests'> {
  readonly checksums?: readonly ChecksumName[] | undefined
}

/** The MD5 of bytes needs no request. */
function writeOptions(asked: StoreOptions, expected: readonly ExpectedDigest[] = []): WriteOptions {
  const { checksums = [] } = asked
  if (checksums.length + expected.length === 0) return asked
  const names = new Set([...checksums, ...expected.map(({ name }) => name)])
  names.delete('md5')
  return names.size === 0 ? asked : { ...asked, digests: [...names] as DigestName[] }
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

/**
 * Runs the commit that names a blob. Where it fails, the blob is freed, unless a record does name it: a failure of the
 * store leaves open whether the commit went through, any other means that it did not.
 */
export function commitBlob<T>(domain: Domain, blob: BlobInfo, owner: Bytes, commit: () => Promise<T>): Promise<T> {
  return commit().catch(async (error) => {
    if (!(error instanceof StorageError)) await deleteUnnamed(domain, blob, owner)
    else if (!carriesBytes(blob.id)) {
      const unnamed = { id: blob.id, size: blob.size, owner }
      domain.unnamedBlobs.add(unnamed)
      await free(domain, unnamed)
    }
    throw error
  })
}

/** Deletes a blob of which it is certain that no commit has named it or will; where that fails, it is freed later. */
async function deleteUnnamed({ blobs, unnamedBlobs }: Domain, { id, size }: BlobInfo, owner: Bytes): Promise<void> {
  try {
    await blobs.delete(id)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    unnamedBlobs.add({ id, size, owner })
  }
}

/**
 * Gives the sweeper the blobs that this process could not free, as far as the store answers. It may still carry out a commit whose
 * answer was given up for lost, but later ones of this process come behind that. So a commit, which validates that no record
 * names a blob, makes it garbage, and nothing is deleted on the strength of a read.
 */
export async function freeUnnamed(domain: Domain): Promise<void> {
  for (const blob of domain.unnamedBlobs.all()) if (!(await free(domain, blob))) return
}

/** Whether the store has answered. */
async function free(domain: Domain, blob: UnnamedBlob): Promise<boolean> {
  try {
    await domain.metadata.transact((tx) => discardUnlessNamed(domain, tx, blob))
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    // a damaged row blocks its own blob, not those behind it
    return error.kind !== 'unavailable'
  }
  domain.unnamedBlobs.remove(blob)
  return true
}

/** A record that the commit wrote may have been copied or replaced since: the blob is named, or garbage, elsewhere then. */
async function discardUnlessNamed(domain: Domain, tx: Transaction, { id, size, owner }: UnnamedBlob): Promise<void> {
  const ownerNow = (await tx.get(ownerRows.key({ blob: id }))) ?? owner
  const [isNamed, isGarbage] = await together(namesBlob(tx, ownerNow, id), isGarbageBlob(tx, id))
  if (!isNamed && !isGarbage) discardBlob(domain, tx, id, 'orphan', owner, size)
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
