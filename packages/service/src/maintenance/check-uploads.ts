import { type Bytes, DamagedRow, type MetadataStore, type Row, type Transaction } from '@bindery/storage'
import { isDamage } from '../domain/stored/damage.js'
import { partRows, uploadRows, usageRows } from '../domain/stored/keyspace.js'
import { usageCounters } from '../domain/stored/records/counters.js'
import type { Usage } from '../domain/uploads/uploads.js'
import { checkSlices } from './check-manifests.js'
import { compare } from './compare.js'
import type { Facts, Fix } from './findings.js'
import { BLOBS_AT_ONCE, type Inspection } from './inspection.js'
import { type EntryOf, forAll, inGroups, UNSEALED, walk } from './walk.js'

type Upload = EntryOf<typeof uploadRows>

const PARTS_AT_ONCE = 64

/** Checks every open upload: its bucket, its parts and their bytes, and its counts of them. */
export async function checkUploads(inspection: Inspection): Promise<void> {
  const { metadata } = inspection
  for await (const upload of walk(metadata, uploadRows, inspection.damaged)) {
    inspection.progress.uploads += 1
    const held = await checkPartsOf(inspection, upload)
    await checkUsage(inspection, upload, held)
    await inspection.count(upload.bucket, { uploads: 1, parts: held.parts, partBytes: held.bytes })
    inspection.step()
  }
}

interface Held {
  parts: number
  bytes: number
}

async function checkPartsOf(inspection: Inspection, upload: Upload): Promise<Held> {
  const held: Held = { parts: 0, bytes: 0 }
  const { bucket, key, uploadId } = upload
  const onDamaged = (row: Row, reason: string) => inspection.findings.damagedRow(row, reason, { bucket, key, uploadId })
  const parts = walk(inspection.metadata, partRows, onDamaged, partRows.rangeUnder({ manifest: uploadId }))
  for await (const group of inGroups(parts, PARTS_AT_ONCE)) {
    await forAll(group, BLOBS_AT_ONCE, async (part) => {
      if (await checkPart(inspection, upload, part)) {
        held.parts += 1
        held.bytes += part.record.size
      }
    })
  }
  return held
}

/** Whether the part stays. A damaged one is removed if allowed, so that ListParts shows that it is missing. */
async function checkPart(
  inspection: Inspection,
  { bucket, key, uploadId, record: { sequential } }: Upload,
  { row, record }: EntryOf<typeof partRows>,
): Promise<boolean> {
  const { partNumber, size, crc64, bytes } = record
  const facts: Facts = { bucket, key, uploadId, partNumber }
  if (bytes.kind === 'slices') {
    await checkSlices(inspection, record, facts)
    return true
  }
  const takeOut = (kind: 'missing' | 'damaged'): Fix => ({
    before: async (quarantine) => {
      await quarantine.row(row.key, row.value, `its blob is ${kind}`)
      if (kind === 'damaged') await quarantine.blob(bytes.blob)
    },
    commit: (tx) => {
      tx.delete(partRows.key({ manifest: uploadId, partNumber }))
      tx.add(usageRows.key({ uploadId }), usageCounters.deltas({ parts: -1, bytes: -size, edition: 1 }))
    },
  })
  // In a sequential upload only the last part could be sent again.
  const state = await inspection.checkBlob({ blob: bytes.blob, size, crc64 }, facts, sequential ? undefined : takeOut)
  return state !== 'repaired'
}

async function checkUsage(inspection: Inspection, upload: Upload, held: Held): Promise<void> {
  const { metadata, findings, usages, uncounted } = inspection
  const { bucket, key, uploadId } = upload
  const row = usageRows.key({ uploadId })
  const found = await usageIn(metadata, row)
  if (found.kind === 'none') {
    if (held.parts > 0) uncounted.add(uploadId)
  } else usages.due.add(uploadId)
  const { parts = 0, bytes = 0, edition = 0 } = found.kind === 'counted' ? found.usage : {}
  const fix = (tx: Transaction) => usageRows.set(tx, upload, { ...held, edition: edition + 1 })
  if (found.kind === 'damaged') {
    await findings.damagedRow(found.row, found.reason, { bucket, key }, fix)
  } else if (parts !== held.parts || bytes !== held.bytes) {
    const facts = { expected: `${held.parts} ${held.bytes}`, found: `${parts} ${bytes}` }
    await findings.add('usageWrong', { bucket, key, uploadId, ...facts }, { commit: fix })
  }
}

type UsageFound =
  | { readonly kind: 'none' }
  | { readonly kind: 'counted'; readonly usage: Usage }
  | { readonly kind: 'damaged'; readonly row: Row; readonly reason: string }

async function usageIn(metadata: MetadataStore, key: Bytes): Promise<UsageFound> {
  let value: Bytes | undefined
  try {
    value = await metadata.read((reader) => reader.get(key))
    return value === undefined ? { kind: 'none' } : { kind: 'counted', usage: usageCounters.decode(value, {}) }
  } catch (error) {
    if (error instanceof DamagedRow) return { kind: 'damaged', row: { key, value: error.stored }, reason: UNSEALED }
    if (!isDamage(error) || value === undefined) throw error
    return { kind: 'damaged', row: { key, value }, reason: error.message }
  }
}

/** Checks every usage row: its upload is open. */
export async function checkUsages(inspection: Inspection): Promise<void> {
  const { metadata, findings, usages } = inspection
  for await (const { uploadId } of walk(metadata, usageRows, inspection.damaged)) usages.found.add(uploadId)
  await compare({
    sums: usages,
    due: () => openUploads(metadata),
    found: () => countedUploads(metadata),
    // An upload without parts needs no usage row.
    missing: async () => {},
    shared: async () => {},
    stray: ({ uploadId }) =>
      findings.add('usageStray', { uploadId }, { commit: (tx) => tx.delete(usageRows.key({ uploadId })) }),
  })
}

async function* openUploads(metadata: MetadataStore) {
  for await (const { uploadId } of walk(metadata, uploadRows)) yield { token: uploadId }
}

async function* countedUploads(metadata: MetadataStore) {
  for await (const { uploadId } of walk(metadata, usageRows)) yield { token: uploadId, uploadId }
}
