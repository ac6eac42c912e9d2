/**
 * Joins small parts at the end of an appendable object, so that many small appends leave few parts. Each byte is moved
 * twice at most. Readers that began before go on reading the parts as they were: the first part is replaced by one that
 * begins with the same bytes, and the rows of the others stay until no read uses the manifest.
 */
import { upperHex } from '@bindery/bytes'
import { StorageError, together } from '@bindery/storage'
import { commitBlob, requireLiving, storeBytes } from '../bytes/blobs.js'
import { cipherFor } from '../bytes/encryption.js'
import { discardReadBlob, discardRows } from '../bytes/garbage.js'
import { readManifest } from '../bytes/manifest-bytes.js'
import { withLent } from '../bytes/sources.js'
import type { Domain } from '../domain.js'
import { withScope } from '../scope.js'
import { manifestRows, partRows } from '../stored/keyspace.js'
import type { Manifest } from '../stored/manifest.js'
import type { ObjectName, PartRecord } from '../stored/model.js'
import { type End, isSameEnd, readEnd } from './appendable-end.js'
import { readObject } from './current.js'

/** Parts of this size are never joined, so that an object of the maximum size has some 5,000. */
const LARGE_BYTES = 1_048_576
/** This many parts of less than this size, one after another, are joined even if together they are not large. */
const SMALL_BYTES = 8_192
const SMALL_PARTS = 128

/** The index of the first of the parts at the end that are to be joined; undefined if they are few. */
export function firstToJoin(list: Manifest): number | undefined {
  let first = list.partCount
  let firstSmall = list.partCount
  for (let index = list.partCount - 1; index >= 0; index -= 1) {
    const { start, end } = list.at(index)
    if (end - start >= LARGE_BYTES) break
    if (end - start < SMALL_BYTES && firstSmall === index + 1) firstSmall = index
    first = index
  }
  if (list.partCount - first < 2) return undefined
  if (list.size - list.at(first).start >= LARGE_BYTES) return first
  return list.partCount - firstSmall >= SMALL_PARTS ? firstSmall : undefined
}

/** Joins the last parts of an object if they are many; what fails is left to a later append. */
export async function joinTail(domain: Domain, name: ObjectName): Promise<void> {
  try {
    await withScope(async (scope) => {
      const read = domain.cluster.reads.begin(scope)
      const end = await domain.metadata.read(async (reader) => {
        const record = await readObject(reader, name)
        return record?.type === 'Appendable' ? readEnd(reader, record) : undefined
      })
      const first = end && firstToJoin(end.list)
      if (end === undefined || first === undefined) return
      read.uses(end.manifest)
      await join(domain, name, end, first)
    })
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
  }
}

async function join(domain: Domain, name: ObjectName, end: End, first: number): Promise<void> {
  const { manifest, list, encryption } = end
  const { partNumber, start } = list.at(first)
  const tail = { manifest, partNumber }
  const owner = partRows.key(tail)
  const pieces = readManifest(domain, manifest, { start, end: list.size }, encryption)
  const cipher = encryption && (await cipherFor(domain, encryption, manifest))
  const options = { owner, cipher }
  const blob = await withLent(pieces, list.size - start, async (source) => storeBytes(domain, source, options))
  const part: PartRecord = {
    partNumber,
    size: blob.size,
    etag: upperHex(blob.md5),
    crc64: blob.crc64,
    modifiedAt: domain.clock(),
    bytes: { kind: 'blob', blob: blob.id },
  }
  await commitBlob(domain, blob, owner, () =>
    domain.metadata.transact(async (tx) => {
      const [, record, old] = await together(requireLiving(domain, tx), readObject(tx, name), partRows.read(tx, tail))
      const current = record?.manifest === manifest ? await readEnd(tx, record) : undefined
      if (old?.bytes.kind !== 'blob' || !isSameEnd(current, end)) {
        throw new StorageError('conflict', 'the end of the object changed while its parts were joined')
      }
      discardReadBlob(domain, tx, owner, { blob: old.bytes.blob, manifest, size: old.size }, 'replaced')
      partRows.set(tx, tail, part)
      manifestRows.set(tx, { manifest }, list.endingWith(first, part))
      discardRows(domain, tx, manifest, 'unlisted', part.size - old.size)
    }),
  )
}
