import { decodeCounters, encodeCounters, type MetadataStore } from '@bindery/storage'
import { partKey, partsOf, usageKey } from '../domain/keyspace.js'
import { checkSlices } from './check-manifests.js'
import { compare } from './compare.js'
import type { Facts, Fix } from './findings.js'
import { BLOBS_AT_ONCE, type Inspection } from './inspection.js'
import type { SpaceRows } from './spaces.js'
import { forAll, inGroups, walk } from './walk.js'

type Upload = SpaceRows['u']

const PARTS_AT_ONCE = 64

/** Every open upload: its bucket, its parts and their bytes, and what it counts of them. */
export async function checkUploads(inspection: Inspection): Promise<void> {
  const { metadata } = inspection
  for await (const upload of walk(metadata, 'u', inspection.damaged)) {
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
  const parts = walk(inspection.metadata, 'p', undefined, partsOf(upload.uploadId))
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

/** Whether the part stays. A damaged one goes if that may be, so that ListParts asks for it again. */
async function checkPart(
  inspection: Inspection,
  { bucket, key, uploadId, sequential }: Upload,
  { row, record }: SpaceRows['p'],
): Promise<boolean> {
  const { partNumber, size, crc64, bytes } = record
  const facts: Facts = { bucket, key, uploadId, partNumber }
  if (bytes.kind === 'slices') {
    await checkSlices(inspection, record, facts)
    return true
  }
  const takeOut = (kind: 'missing' | 'damaged'): Fix => ({
    before: async (quarantine) => {
      await quarantine.row(row.key, row.value)
      if (kind === 'damaged') await quarantine.blob(bytes.blob)
    },
    commit: (tx) => {
      tx.delete(partKey(uploadId, partNumber))
      tx.add(usageKey(uploadId), [-1, -size, 1])
    },
  })
  // Of a sequential upload only the last part could be sent again.
  const state = await inspection.checkBlob({ blob: bytes.blob, size, crc64 }, facts, sequential ? undefined : takeOut)
  return state !== 'repaired'
}

async function checkUsage(
  { metadata, findings, usages, uncounted }: Inspection,
  upload: Upload,
  held: Held,
): Promise<void> {
  const { bucket, key, uploadId } = upload
  const row = await metadata.read((reader) => reader.get(usageKey(uploadId)))
  if (row !== undefined) usages.due.add(uploadId)
  else if (held.parts > 0) uncounted.add(uploadId)
  const [parts = 0, bytes = 0, edition = 0] = row === undefined ? [] : countedIn(row)
  if (parts === held.parts && bytes === held.bytes) return
  const facts = { expected: `${held.parts} ${held.bytes}`, found: `${parts} ${bytes}` }
  const counted = encodeCounters([held.parts, held.bytes, edition + 1])
  await findings.add(
    'usageWrong',
    { bucket, key, uploadId, ...facts },
    { commit: (tx) => tx.set(usageKey(uploadId), counted) },
  )
}

/** A damaged row counts nothing: it is found where all usage rows are walked. */
function countedIn(row: Uint8Array): number[] {
  try {
    return decodeCounters(row)
  } catch {
    return []
  }
}

/** Every usage row: that its upload is open. */
export async function checkUsages(inspection: Inspection): Promise<void> {
  const { metadata, findings, usages } = inspection
  for await (const { uploadId } of walk(metadata, 's', inspection.damaged)) usages.found.add(uploadId)
  await compare({
    sums: usages,
    due: () => openUploads(metadata),
    found: () => usageRows(metadata),
    // An upload without parts needs none.
    missing: async () => {},
    shared: async () => {},
    stray: ({ uploadId }) =>
      findings.add('usageStray', { uploadId }, { commit: (tx) => tx.delete(usageKey(uploadId)) }),
  })
}

async function* openUploads(metadata: MetadataStore) {
  for await (const { uploadId } of walk(metadata, 'u')) yield { token: uploadId }
}

async function* usageRows(metadata: MetadataStore) {
  for await (const { uploadId } of walk(metadata, 's')) yield { token: uploadId, uploadId }
}
