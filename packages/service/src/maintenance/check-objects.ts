import { carriesBytes } from '@bindery/storage'
import { objectRows, partRows } from '../domain/stored/keyspace.js'
import type { Manifest } from '../domain/stored/manifest.js'
import type { Inspection } from './inspection.js'
import { BLOBS_AT_ONCE, holderToken, manifestsOf, nameToken } from './inspection.js'
import { type EntryOf, forAll, inGroups, walk } from './walk.js'

/** As many as the manifests that one read may take. */
const OBJECTS_AT_ONCE = 90

/** Every object: its bucket, what it counts for, and that its blob or its manifest is there and is of its size. */
export async function checkObjects(inspection: Inspection): Promise<void> {
  const objects = walk(inspection.metadata, objectRows, inspection.damaged)
  for await (const group of inGroups(objects, OBJECTS_AT_ONCE)) {
    await checkManifestsOf(inspection, group)
    for (const { bucket, record } of group) {
      inspection.progress.objects += 1
      const { storageClass, size } = record
      await inspection.count(bucket, { objects: [{ storageClass, count: 1, bytes: size }] })
    }
    await forAll(group, BLOBS_AT_ONCE, (object) => checkBlobOf(inspection, object))
    inspection.step()
  }
}

async function checkManifestsOf(inspection: Inspection, objects: readonly EntryOf<typeof objectRows>[]): Promise<void> {
  const shared = objects.filter(({ record }) => record.bytes.kind === 'manifest')
  const ids = [...new Set(shared.map(({ record }) => record.manifest))]
  const manifests = await manifestsOf(inspection.metadata, ids)
  for (const { bucket, key, record } of shared) {
    const { manifest, reference, size } = record
    inspection.holders.due.add(holderToken(manifest, reference))
    const found = manifests.get(manifest)
    if (found === undefined) await inspection.findings.add('manifestMissing', { bucket, key, manifest })
    else if (found.size !== size) {
      const sizes = { expected: String(size), found: String(found.size) }
      await inspection.findings.add('sizeWrong', { bucket, key, manifest, ...sizes })
    } else await checkCrc64(inspection, bucket, key, record, found)
  }
}

async function checkCrc64(
  inspection: Inspection,
  bucket: string,
  key: string,
  { manifest, crc64 }: EntryOf<typeof objectRows>['record'],
  list: Manifest,
): Promise<void> {
  const found = await inspection.crc64OfParts(manifest, list)
  if (found === undefined || found === crc64) return
  const facts = { bucket, key, manifest, expected: String(crc64), found: String(found) }
  await inspection.findings.add('crc64Wrong', facts)
}

async function checkBlobOf(
  inspection: Inspection,
  { row, bucket, key, record }: EntryOf<typeof objectRows>,
): Promise<void> {
  const { bytes, size, crc64 } = record
  if (bytes.kind === 'manifest') return
  if (!carriesBytes(bytes.blob)) inspection.names.due.add(nameToken(row.key, bytes.blob))
  await inspection.checkBlob({ blob: bytes.blob, size, crc64 }, { bucket, key })
}

/** Follows what was lost of manifests to the objects that show it, by copies of any depth. */
export async function findTouched({ metadata, lostManifests, findings }: Inspection): Promise<void> {
  if (lostManifests.size === 0) return
  for (let before = -1; before !== lostManifests.size; ) {
    before = lostManifests.size
    for await (const { manifest, record } of walk(metadata, partRows)) {
      if (record.bytes.kind === 'blob') continue
      if (record.bytes.slices.some((slice) => lostManifests.has(slice.manifest))) lostManifests.add(manifest)
    }
  }
  for await (const { bucket, key, record } of walk(metadata, objectRows)) {
    const isTouched = record.bytes.kind === 'manifest' && lostManifests.has(record.manifest)
    if (isTouched) await findings.add('objectTouched', { bucket, key, manifest: record.manifest })
  }
}
