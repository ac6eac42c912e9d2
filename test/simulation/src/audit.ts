/**
 * Audits a store that is idle: every record names existing data (D2), every reference is counted once, and the counters
 * are exact. After all garbage is swept, nothing else may be left (D4, U4).
 */
import type { BucketCounters, PartRecord } from '@bindery/service/testing'
import { carriesBytes, type MetadataStore } from '@bindery/storage'
import { readRows, type StoredRows } from './rows.js'

export interface Audited {
  readonly metadata: MetadataStore
  /** Ids of all blobs. */
  readonly blobs: readonly string[]
}

/** One sentence per fault. */
export async function audit({ metadata, blobs }: Audited, { swept }: { readonly swept: boolean }): Promise<string[]> {
  const rows = await readRows(metadata)
  const found = new Findings()
  const named = checkNames(rows, new Set(blobs), found)
  checkVersions(rows, found)
  checkManifests(rows, found)
  checkHolders(rows, found)
  checkUsage(rows, found)
  checkCounters(rows, found)
  if (swept) checkLeftovers(rows, named, blobs, found)
  return found.sentences
}

class Findings {
  readonly sentences: string[] = []

  expect(holds: boolean, sentence: string): void {
    if (!holds) this.sentences.push(sentence)
  }
}

/** Each record names an existing blob, and each blob is named once. Returns the named blobs. */
function checkNames(rows: StoredRows, blobs: ReadonlySet<string>, found: Findings): ReadonlySet<string> {
  const named = new Set<string>()
  const name = (blob: string, by: string): void => {
    // it exists wherever it is named, and a copy of the record is another blob
    if (carriesBytes(blob)) return
    found.expect(blobs.has(blob), `D2: ${by} names the blob ${blob}, which does not exist`)
    found.expect(!named.has(blob), `the blob ${blob} is named twice, also by ${by}`)
    named.add(blob)
  }
  for (const { bucket, key, record } of [...rows.objects, ...rows.versions]) {
    if (record.bytes.kind === 'blob') name(record.bytes.blob, `${bucket}/${key}`)
  }
  for (const [manifest, parts] of rows.parts) {
    for (const { bytes, partNumber } of parts) {
      if (bytes.kind === 'blob') name(bytes.blob, `part ${partNumber} of ${manifest}`)
    }
  }
  return named
}

/** The newest version of a key is current unless it is a delete marker; the place of its null version is known. */
function checkVersions({ objects, places, nullPlaces }: StoredRows, found: Findings): void {
  const current = new Map(objects.map(({ bucket, key, record }) => [`${bucket}/${key}`, record]))
  for (const [name, versions] of places) {
    const [newest] = versions
    const record = current.get(name)
    const placeOfCurrent = record && (record.version?.place ?? record.modifiedAt)
    const isNewest = placeOfCurrent === undefined ? newest?.isMarker === true : placeOfCurrent > (newest?.place ?? 0)
    found.expect(isNewest, `the newest version of ${name} is not current`)
    const nulls = versions.filter(({ isNull }) => isNull)
    found.expect(nulls.length <= 1 && nulls[0]?.place === nullPlaces.get(name), `${name} has a null version elsewhere`)
    const isNull = record !== undefined && (record.version?.id ?? 'null') === 'null'
    found.expect(!isNull || nulls.length === 0, `${name} has two null versions`)
  }
  for (const name of nullPlaces.keys()) found.expect(places.has(name), `${name} has no null version`)
}

function checkManifests({ objects, versions, parts, manifests }: StoredRows, found: Findings): void {
  for (const { bucket, key, record } of [...objects, ...versions]) {
    if (record.bytes.kind === 'blob') continue
    const manifest = manifests.get(record.manifest)
    found.expect(manifest?.size === record.size, `D2: ${bucket}/${key} has no manifest of its size`)
  }
  for (const [id, manifest] of manifests) {
    const sizes = new Map(parts.get(id)?.map(({ partNumber, size }) => [partNumber, size]))
    for (let index = 0; index < manifest.partCount; index += 1) {
      const { partNumber, start, end } = manifest.at(index)
      found.expect(sizes.get(partNumber) === end - start, `D2: manifest ${id} has no part ${partNumber} of its size`)
    }
  }
}

/** There is one holder row for each record and slice that names a manifest, and no other. */
function checkHolders({ objects, versions, parts, manifests, holders }: StoredRows, found: Findings): void {
  const due = new Set<string>()
  const hold = (manifest: string, reference: string, by: string): void => {
    const holder = `${manifest} ${reference}`
    found.expect(holders.has(holder), `D4: ${by} does not hold the manifest ${manifest}`)
    found.expect(!due.has(holder), `the reference ${reference} is used twice, also by ${by}`)
    due.add(holder)
  }
  for (const { bucket, key, record } of [...objects, ...versions]) {
    if (record.bytes.kind === 'manifest') hold(record.manifest, record.reference, `${bucket}/${key}`)
  }
  for (const [id, records] of parts) {
    for (const { partNumber, bytes } of records) {
      if (bytes.kind === 'blob') continue
      for (const { manifest, reference, offset, length } of bytes.slices) {
        const by = `part ${partNumber} of ${id}`
        hold(manifest, reference, by)
        const size = manifests.get(manifest)?.size ?? -1
        found.expect(offset + length <= size, `D2: ${by} names bytes of ${manifest} that do not exist`)
      }
    }
  }
  for (const holder of holders) found.expect(due.has(holder), `the holder ${holder} is referenced by nothing`)
}

const bytesOf = (parts: readonly PartRecord[]): number => parts.reduce((sum, { size }) => sum + size, 0)

function checkUsage({ uploads, autoCompletes, usages, parts }: StoredRows, found: Findings): void {
  const open = new Set(uploads.map(({ uploadId }) => uploadId))
  for (const id of autoCompletes) found.expect(open.has(id), `${id} completes itself, and is not open`)
  for (const { uploadId: id, record } of uploads) {
    const isKnown = record.autoComplete === undefined || autoCompletes.includes(id)
    found.expect(isKnown, `${id} completes itself, but no process will check it`)
    const isRun = (parts.get(id) ?? []).every(({ partNumber }, index) => partNumber === index + 1)
    found.expect(!record.sequential || isRun, `the parts of ${id} are not in sequence`)
  }
  for (const id of usages.keys()) found.expect(open.has(id), `a usage row of ${id}, which is not open`)
  for (const id of open) {
    const { parts: count = 0, bytes = 0 } = usages.get(id) ?? {}
    const stored = parts.get(id) ?? []
    found.expect(count === stored.length, `${id} has ${stored.length} parts and counts ${count}`)
    found.expect(bytes === bytesOf(stored), `${id} has ${bytesOf(stored)} bytes and counts ${bytes}`)
  }
}

function checkCounters(rows: StoredRows, found: Findings): void {
  for (const bucket of rows.buckets) {
    const isOwn = (row: { readonly bucket: string }) => row.bucket === bucket
    const versions = rows.versions.filter(isOwn)
    const own = [...rows.objects.filter(isOwn), ...versions]
    const open = rows.uploads.filter(isOwn).map(({ uploadId }) => rows.parts.get(uploadId) ?? [])
    const inClass = (storageClass: string) => own.filter(({ record }) => record.storageClass === storageClass)
    const [standard, infrequent] = [inClass('Standard'), inClass('IA')]
    const bytesIn = (some: { readonly record: { readonly size: number } }[]) =>
      some.reduce((sum, { record }) => sum + record.size, 0)
    const expected: Partial<BucketCounters> = {
      'Standard.objects': standard.length,
      'Standard.bytes': bytesIn(standard),
      'IA.objects': infrequent.length,
      'IA.bytes': bytesIn(infrequent),
      uploads: open.length,
      parts: open.reduce((sum, stored) => sum + stored.length, 0),
      partBytes: open.reduce((sum, stored) => sum + bytesOf(stored), 0),
      versions: versions.length,
      deleteMarkers: rows.deleteMarkers.get(bucket) ?? 0,
      versionBytes: bytesIn(versions),
    }
    const counted: Partial<BucketCounters> = rows.counters.get(bucket) ?? {}
    const names = Object.keys({ ...expected, ...counted }) as (keyof BucketCounters)[]
    found.expect(
      names.every((name) => (counted[name] ?? 0) === (expected[name] ?? 0)),
      `the bucket ${bucket} holds ${JSON.stringify(expected)} and counts ${JSON.stringify(counted)}`,
    )
  }
}

/** The state after a sweep that nothing delayed. */
function checkLeftovers(rows: StoredRows, named: ReadonlySet<string>, blobs: readonly string[], found: Findings): void {
  for (const { kind, id, record } of rows.garbage) found.expect(false, `garbage: ${kind} ${id}, ${record.why}`)
  for (const blob of blobs) found.expect(named.has(blob), `the blob ${blob} is referenced by nothing`)
  const held = new Set([...rows.holders].map((holder) => holder.split(' ')[0]))
  for (const id of rows.manifests.keys()) found.expect(held.has(id), `the manifest ${id} is referenced by nothing`)
  const open = new Set(rows.uploads.map(({ uploadId }) => uploadId))
  for (const [id, parts] of rows.parts) {
    for (const { partNumber } of parts) {
      const isListed = rows.manifests.get(id)?.lists(partNumber) === true
      found.expect(open.has(id) || isListed, `part ${partNumber} of ${id} is referenced by nothing`)
    }
  }
  for (const [blob, owner] of rows.owners) {
    found.expect(
      named.has(blob) && rows.keys.has(owner),
      `an owner row of the blob ${blob}, which the record does not name`,
    )
  }
  for (const incarnation of rows.graves) {
    found.expect(false, `the incarnation ${incarnation} was not searched completely`)
  }
  for (const incarnation of rows.reports) {
    found.expect(rows.incarnations.has(incarnation), `the incarnation ${incarnation} has ended, and its report is left`)
  }
}
