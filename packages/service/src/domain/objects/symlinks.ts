/** Objects that stand for another of their bucket. They have a manifest without parts. */
import { upperHex, utf8Bytes } from '@bindery/bytes'
import { type ObjectKey, OssError } from '@bindery/protocol'
import { type Domain, newId } from '../domain.js'
import type { Scope } from '../scope.js'
import { holderRows, manifestRows } from '../stored/keyspace.js'
import { Manifest } from '../stored/manifest.js'
import type { ObjectName, ObjectRecord } from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import type { NewObject } from './objects.js'
import { type OpenObject, openObject } from './open-object.js'
import { putCurrent, readStanding } from './versions.js'

/** A symlink that is to be written. */
export interface NewSymlink extends Omit<NewObject, 'contentMd5'> {
  /** Need not exist. */
  readonly target: ObjectKey
}

/** Writes a symlink; its target need not exist. Throws noSuchBucket, fileAlreadyExists. */
export async function putSymlink(domain: Domain, link: NewSymlink): Promise<ObjectRecord> {
  const { bucket, key, owner, description, acl, target } = link
  await domain.blobs.requireSpace?.()
  const name: ObjectName = { bucket, key }
  const made = {
    type: 'Symlink',
    owner,
    size: 0,
    etag: upperHex(domain.digests.md5(utf8Bytes(`symlink ${target}`))),
    crc64: 0n,
    modifiedAt: domain.clock(),
    headers: description.headers,
    userMetadata: description.userMetadata,
    tagging: description.tagging,
    acl,
    manifest: newId(domain),
    reference: newId(domain),
    bytes: { kind: 'manifest' },
    target,
    ...description.holds,
  } as const
  return domain.metadata.transact(async (tx) => {
    const standing = await readStanding(domain, tx, name)
    const record = { ...made, storageClass: description.storageClass ?? standing.bucket.storageClass }
    manifestRows.set(tx, record, Manifest.of(PartTable.of([])))
    holderRows.set(tx, record, undefined)
    return putCurrent(domain, tx, standing, link, record)
  })
}

/**
 * The target of a symlink, open, and described as reads through the symlink show it: its bytes, with the metadata of the
 * symlink. Throws symlinkTargetNotExist, invalidTargetType, and what `check` throws.
 */
export async function openTarget(
  domain: Domain,
  scope: Scope,
  { bucket }: ObjectName,
  link: ObjectRecord & { readonly target: ObjectKey },
  check: (target: ObjectRecord) => void = () => {},
): Promise<OpenObject> {
  const open = await openIfAny(domain, scope, { bucket, key: link.target })
  if (open === undefined) throw new OssError('symlinkTargetNotExist')
  const { record } = open
  if (record.type === 'Symlink') throw new OssError('invalidTargetType')
  check(record)
  const { contentMd5: _, checksum: __, ...own } = link
  const { size, etag, digestETag, crc64, contentMd5, checksum, encryption, rows } = record
  const modifiedAt = Math.max(link.modifiedAt, record.modifiedAt)
  const ofTarget = {
    size,
    etag,
    ...(digestETag !== undefined && { digestETag }),
    crc64,
    ...(contentMd5 && { contentMd5 }),
    ...(checksum && { checksum }),
    ...(encryption && { encryption }),
    ...(rows && { rows }),
  }
  return { ...open, record: { ...own, ...ofTarget, modifiedAt } }
}

async function openIfAny(domain: Domain, scope: Scope, name: ObjectName): Promise<OpenObject | undefined> {
  try {
    return await openObject(domain, scope, name)
  } catch (error) {
    if (error instanceof OssError && error.reason === 'noSuchKey') return undefined
    throw error
  }
}
