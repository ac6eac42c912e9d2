/**
 * CopyObject by reference: the copy names the source's manifest, and a holder row in the same commit keeps it. No byte is
 * moved, unless encryption demands it. Below the reserve of disk copies are refused as bodies are: what they name cannot be freed, and rows take space.
 */
import { base64 } from '@bindery/bytes'
import { type BucketName, type ObjectKey, OssError, PART_SIZE_MAX } from '@bindery/protocol'
import { StorageError, together } from '@bindery/storage'
import { findBucket, readBucket } from '../buckets/buckets.js'
import { checksumsIn, commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { createDataKey, encryptionField, isSameCipher, isSameWrapping, rewrapFor } from '../bytes/encryption.js'
import { findManifest } from '../bytes/manifest-bytes.js'
import { withLent } from '../bytes/sources.js'
import { type Domain, newId } from '../domain.js'
import { type Scope, withScope } from '../scope.js'
import { holderRows } from '../stored/keyspace.js'
import type {
  BucketRecord,
  ChecksumName,
  Encryption,
  EncryptionChoice,
  ObjectAcl,
  ObjectDescription,
  ObjectName,
  ObjectRecord,
} from '../stored/model.js'
import { Changed } from './changed.js'
import { currentKey, requireStored } from './current.js'
import { openObject } from './open-object.js'
import { promote } from './promote.js'
import { type SnapshotIds, snapshot } from './snapshot.js'
import { putCurrent, readStanding, withRewritten } from './versions.js'
import type { WriteCondition } from './write-condition.js'

/** A copy that is to be made. */
export interface CopiedObject {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly owner: string
  /** Undefined: the source's. */
  readonly acl: ObjectAcl | undefined
  readonly forbidOverwrite: boolean
  readonly condition?: WriteCondition | undefined
  readonly source: ObjectName
  /** Absent: the bytes of the copy are plain. */
  readonly encryption?: EncryptionChoice | undefined
  /** The checksum that the copy is to have; absent: the source's. */
  readonly checksum?: ChecksumName | undefined
  /** Checks the source (conditions), and returns how the copy is described. May be called more than once. */
  readonly descriptionOf: (source: ObjectRecord) => ObjectDescription
}

/** The object that a copy made, and its source. */
export interface Copied<T> {
  readonly made: T
  readonly source: ObjectRecord
}

const ATTEMPTS_MAX = 16

/**
 * Copies a whole object in one commit. Bytes are moved only where the copy is to be encrypted by another cipher than its
 * source, only one of them is encrypted, or a checksum is requested that the source lacks.
 * Throws noSuchBucket, noSuchKey, noSuchVersion, fileAlreadyExists, entityTooLarge, what `descriptionOf` throws, and as KeyProvider.
 */
export async function copyObject(domain: Domain, copy: CopiedObject): Promise<Copied<ObjectRecord>> {
  await domain.blobs.requireSpace?.()
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      // almost all copies are of plain bytes, which need no look at the source before the commit
      if (attempt === 0 && copy.encryption === undefined && copy.checksum === undefined) {
        return await commitCopy(domain, copy, undefined)
      }
      return await withScope((scope) => copyOpen(domain, scope, copy))
    } catch (error) {
      if (!(error instanceof Changed)) throw error
    }
  }
  throw new StorageError('conflict', 'the source kept changing while it was being copied')
}

/** A copy whose source has been read. */
interface Prepared {
  readonly source: ObjectRecord
  /** The encryption of the copy. */
  readonly encryption: Encryption | undefined
  /** The source, with the data key that a snapshot of it is to hold, and the ids of that. */
  readonly snapshot?: { readonly source: ObjectRecord; readonly ids: SnapshotIds }
  /** The bytes, if they were copied rather than referenced. */
  readonly written?: Pick<ObjectRecord, 'manifest' | 'bytes' | 'checksum'>
}

/** Throws Changed. */
async function copyOpen(domain: Domain, scope: Scope, copy: CopiedObject): Promise<Copied<ObjectRecord>> {
  const open = await openObject(domain, scope, copy.source)
  const source = open.record
  // a source that must not be copied is refused before bytes are moved
  copy.descriptionOf(source)
  const bucket = await findBucket(domain, copy.bucket)
  const keepsKey = source.type === 'Symlink' || (source.type === 'Appendable' && replacesSource(bucket, copy))
  if (keepsKey) return commitCopy(domain, copy, { source, encryption: source.encryption })
  const checksum = missingChecksum(source, copy)
  if (checksum === undefined && (await sharesBytes(domain, source, copy.encryption)))
    return commitCopy(domain, copy, await wrap(domain, copy, source))
  if (source.size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
  const manifest = newId(domain)
  const key = await createDataKey(domain, copy.encryption, manifest)
  const owner = currentKey(copy)
  const options = { owner, cipher: key?.cipher, checksums: checksum && [checksum] }
  const blob = await withLent(open.read(), source.size, async (bytes) => storeBytes(domain, bytes, options))
  const value = checksum && checksumsIn(blob)[checksum]
  const computed = checksum &&
    value && { checksum: { name: checksum, type: 'FULL_OBJECT', value: base64(value) } as const }
  const written = { manifest, bytes: { kind: 'blob', blob: blob.id }, ...computed } as const
  return commitBlob(domain, blob, owner, () =>
    commitCopy(domain, copy, { source, encryption: key?.encryption, written }),
  )
}

/** The requested checksum, unless the source has it. */
function missingChecksum(source: ObjectRecord, { checksum }: CopiedObject): ChecksumName | undefined {
  return source.checksum?.name === checksum && source.checksum?.type === 'FULL_OBJECT' ? undefined : checksum
}

/**
 * Whether a copy can name the bytes of its source. Slices hold data keys of their own, which are not wrapped again:
 * they are shared only where what wraps them stays the same.
 */
async function sharesBytes(
  domain: Domain,
  { encryption, type, bytes, manifest }: ObjectRecord,
  choice: EncryptionChoice | undefined,
): Promise<boolean> {
  if (!isSameCipher(encryption, choice)) return false
  if (type === 'Appendable' || bytes.kind === 'blob' || isSameWrapping(encryption, choice)) return true
  return (await findManifest(domain, manifest)).depth === 0
}

/** Wraps the data keys of shared bytes for a copy. */
async function wrap(domain: Domain, { encryption: choice }: CopiedObject, source: ObjectRecord): Promise<Prepared> {
  const encryption = await rewrapFor(domain, source.encryption, source.manifest, choice)
  if (source.type !== 'Appendable') return { source, encryption }
  const ids = newSnapshotIds(domain)
  const key = await createDataKey(domain, choice, ids.manifest)
  const { encryption: _, ...plain } = source
  const snapshot = { source: { ...plain, ...encryptionField(encryption) }, ids }
  return { source, encryption: key?.encryption, snapshot }
}

const newSnapshotIds = (domain: Domain): SnapshotIds => ({ manifest: newId(domain), reference: newId(domain) })

/** Throws Changed if the source is not the one that was read, or is encrypted and was not read. */
async function commitCopy(
  domain: Domain,
  copy: CopiedObject,
  prepared: Prepared | undefined,
): Promise<Copied<ObjectRecord>> {
  const name: ObjectName = { bucket: copy.bucket, key: copy.key }
  const reference = newId(domain)
  const ids = prepared?.snapshot?.ids ?? newSnapshotIds(domain)
  const modifiedAt = domain.clock()
  return domain.metadata.transact(async (tx) => {
    const [standing, , found] = await together(
      readStanding(domain, tx, name),
      readBucket(domain, tx, copy.source.bucket),
      requireStored(tx, copy.source),
      prepared?.written && requireLiving(domain, tx),
    )
    if (!isAsPrepared(found.record, prepared)) throw new Changed()
    const description = copy.descriptionOf(found.record)
    // a version that can still grow is shared with nothing but what takes its place
    const grows = found.record.type === 'Appendable' && !replacesSource(standing.bucket, copy)
    const source = grows || prepared?.written !== undefined ? found.record : promote(tx, found)
    const bytes =
      prepared?.written ?? (grows ? snapshot(tx, prepared?.snapshot?.source ?? source, ids) : pickBytes(source))
    // the copy is a version of its own
    const copied = ofItself(grows ? unsealed(source) : source)
    const record: ObjectRecord = {
      ...copied,
      ...bytes,
      ...encryptionField(prepared?.encryption),
      owner: copy.owner,
      acl: copy.acl ?? source.acl,
      modifiedAt,
      reference,
      headers: description.headers,
      userMetadata: description.userMetadata,
      tagging: description.tagging,
      storageClass: description.storageClass ?? standing.bucket.storageClass,
      ...description.holds,
    }
    if (record.bytes.kind === 'manifest') holderRows.set(tx, record, undefined)
    // a source of the same key is replaced, or kept, as the promotion has left it
    const made = putCurrent(domain, tx, withRewritten(standing, source), copy, record)
    return { made, source }
  })
}

function isAsPrepared({ manifest, size, encryption }: ObjectRecord, prepared: Prepared | undefined): boolean {
  if (prepared === undefined) return encryption === undefined
  return manifest === prepared.source.manifest && size === prepared.source.size
}

const pickBytes = ({ manifest, bytes }: ObjectRecord): Pick<ObjectRecord, 'manifest' | 'bytes'> => ({ manifest, bytes })

/** Whether a copy onto its source leaves nothing of the version that it copies. */
function replacesSource({ versioning }: BucketRecord, { bucket, key, source }: CopiedObject): boolean {
  return versioning === undefined && source.bucket === bucket && source.key === key
}

/** An object of the type Normal, as one that is no longer appended to. */
function unsealed({ sealedAt: _, ...record }: ObjectRecord): ObjectRecord {
  return { ...record, type: 'Normal' }
}

/** A record without the facts of one version, which its copy does not share. */
function ofItself(source: ObjectRecord) {
  const {
    version: _,
    encryption: __,
    restore: ___,
    movedAt: ____,
    retention: _____,
    legalHold: ______,
    mirroredFrom: _______,
    ...record
  } = source
  return record
}
