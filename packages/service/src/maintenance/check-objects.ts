import { carriesBytes, type MetadataStore } from '@bindery/storage'
import { nullVersionRows, objectRows, partRows, versionRows } from '../domain/stored/keyspace.js'
import type { Manifest } from '../domain/stored/manifest.js'
import type { ObjectRecord } from '../domain/stored/model.js'
import { NULL_VERSION, versionIdOf } from '../domain/stored/version-id.js'
import { compare } from './compare.js'
import type { Facts } from './findings.js'
import { BLOBS_AT_ONCE, holderToken, type Inspection, manifestsOf, nameToken } from './inspection.js'
import { type DataVersion, dataVersions } from './named-blobs.js'
import { forAll, inGroups, walk } from './walk.js'

/** As many as the manifests that one read may take. */
const OBJECTS_AT_ONCE = 90

/**
 * Checks each current object: that its bucket exists, its counters, and that its blob or manifest exists with its size.
 */
export async function checkObjects(inspection: Inspection): Promise<void> {
  for await (const group of inGroups(walk(inspection.metadata, objectRows, inspection.damaged), OBJECTS_AT_ONCE)) {
    await checkData(inspection, group, 0)
  }
}

/** Every version that is not current: as objects, and that null versions and their places lead to one another. */
export async function checkVersions(inspection: Inspection): Promise<void> {
  for await (const group of inGroups(dataVersionsOf(inspection), OBJECTS_AT_ONCE)) await checkData(inspection, group, 1)
  await checkNullVersions(inspection)
}

/** Counts delete markers, and yields the other versions. */
async function* dataVersionsOf(inspection: Inspection): AsyncGenerator<DataVersion> {
  for await (const { record, ...version } of walk(inspection.metadata, versionRows, inspection.damaged)) {
    if (versionIdOf(record) === NULL_VERSION) inspection.nullVersions.due.add(nullToken(version))
    if ('deleteMarker' in record) await inspection.count(version.bucket, { deleteMarkers: 1 })
    else yield { ...version, record }
  }
}

async function checkData(inspection: Inspection, group: readonly DataVersion[], versions: number): Promise<void> {
  await checkManifestsOf(inspection, group)
  for (const { bucket, record } of group) {
    inspection.progress.objects += 1
    const { storageClass, size } = record
    const versionBytes = versions * size
    await inspection.count(bucket, { objects: [{ storageClass, count: 1, bytes: size }], versions, versionBytes })
  }
  await forAll(group, BLOBS_AT_ONCE, (version) => checkBlobOf(inspection, version))
  inspection.step()
}

async function checkManifestsOf(inspection: Inspection, versions: readonly DataVersion[]): Promise<void> {
  const shared = versions.filter(({ record }) => record.bytes.kind === 'manifest')
  const ids = [...new Set(shared.map(({ record }) => record.manifest))]
  const manifests = await manifestsOf(inspection.metadata, ids)
  for (const { row: _, record, ...names } of shared) {
    const { manifest, reference, size } = record
    inspection.holders.due.add(holderToken(manifest, reference))
    const found = manifests.get(manifest)
    if (found === undefined) await inspection.findings.add('manifestMissing', { ...names, manifest })
    else if (found.size !== size) {
      const sizes = { expected: String(size), found: String(found.size) }
      await inspection.findings.add('sizeWrong', { ...names, manifest, ...sizes })
    } else await checkCrc64(inspection, names, record, found)
  }
}

async function checkCrc64(
  inspection: Inspection,
  names: Facts,
  { manifest, crc64 }: ObjectRecord,
  list: Manifest,
): Promise<void> {
  const found = await inspection.crc64OfParts(manifest, list)
  if (found === undefined || found === crc64) return
  const facts = { ...names, manifest, expected: String(crc64), found: String(found) }
  await inspection.findings.add('crc64Wrong', facts)
}

async function checkBlobOf(inspection: Inspection, { row, record, ...names }: DataVersion): Promise<void> {
  const { bytes, size, crc64 } = record
  if (bytes.kind === 'manifest') return
  if (!carriesBytes(bytes.blob)) inspection.names.due.add(nameToken(row.key, bytes.blob))
  await inspection.checkBlob({ blob: bytes.blob, size, crc64 }, names)
}

interface NullVersion {
  readonly bucket: string
  readonly key: string
  readonly place: number
}

const nullToken = ({ bucket, key, place }: NullVersion): string => `${bucket}/${key}\0${place}`

/** Every null version that is not current has a row that gives its place, and the other way round. */
async function checkNullVersions({ metadata, findings, nullVersions, damaged }: Inspection): Promise<void> {
  for await (const { bucket, key, record } of walk(metadata, nullVersionRows, damaged)) {
    nullVersions.found.add(nullToken({ bucket, key, place: record.place }))
  }
  await compare({
    sums: nullVersions,
    due: () => dueNullVersions(metadata),
    found: () => foundNullVersions(metadata),
    missing: ({ version }) =>
      findings.add('nullVersionMissing', version, { commit: (tx) => nullVersionRows.set(tx, version, version) }),
    shared: async () => {},
    stray: ({ version }) =>
      findings.add('nullVersionStray', version, { commit: (tx) => nullVersionRows.delete(tx, version) }),
  })
}

interface NullVersionToken {
  readonly token: string
  readonly version: NullVersion
}

async function* dueNullVersions(metadata: MetadataStore): AsyncGenerator<NullVersionToken> {
  for await (const { bucket, key, place, record } of walk(metadata, versionRows)) {
    const version = { bucket, key, place }
    if (versionIdOf(record) === NULL_VERSION) yield { token: nullToken(version), version }
  }
}

async function* foundNullVersions(metadata: MetadataStore): AsyncGenerator<NullVersionToken> {
  for await (const { bucket, key, record } of walk(metadata, nullVersionRows)) {
    const version = { bucket, key, place: record.place }
    yield { token: nullToken(version), version }
  }
}

/** Finds the objects that contain parts of lost manifests, through copies of any depth. */
export async function findTouched({ metadata, lostManifests, findings }: Inspection): Promise<void> {
  if (lostManifests.size === 0) return
  for (let before = -1; before !== lostManifests.size; ) {
    before = lostManifests.size
    for await (const { manifest, record } of walk(metadata, partRows)) {
      if (record.bytes.kind === 'blob') continue
      if (record.bytes.slices.some((slice) => lostManifests.has(slice.manifest))) lostManifests.add(manifest)
    }
  }
  for await (const { row: _, record, ...names } of dataVersions(metadata)) {
    const isTouched = record.bytes.kind === 'manifest' && lostManifests.has(record.manifest)
    if (isTouched) await findings.add('objectTouched', { ...names, manifest: record.manifest })
  }
}
