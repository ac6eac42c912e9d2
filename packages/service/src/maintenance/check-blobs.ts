import { type BlobEntry, type Bytes, carriesBytes, type MetadataStore, type Reader } from '@bindery/storage'
import { isWhole, readNaming } from '../domain/bytes/blobs.js'
import { discardBlob } from '../domain/bytes/garbage.js'
import { isDamage, unlessDamaged } from '../domain/stored/damage.js'
import { onlyKey } from '../domain/stored/key-range.js'
import { graveRows, incarnationRows, namesIn, ownerRows, partRows } from '../domain/stored/keyspace.js'
import { compare } from './compare.js'
import type { Facts, Fix } from './findings.js'
import { type Inspection, isGarbage, mayHaveRows, nameToken } from './inspection.js'
import { dataVersions, namedBlobs } from './named-blobs.js'
import { inGroups, walk } from './walk.js'

/** Three reads each, of which one may be of a record as large as the engine allows. */
const BLOBS_AT_ONCE = 90
/** Blobs without an owner that are looked for among the garbage at once. */
const UNNAMED_AT_ONCE = 50_000

interface Unnamed {
  readonly entry: BlobEntry
  readonly owner: Bytes | undefined
  /** Whether the process that wrote it is still to be searched for what it left. */
  readonly isToRecover: boolean
}

type Standing =
  | { readonly kind: 'named'; readonly owner: Bytes; readonly size: number }
  | { readonly kind: 'garbage' }
  | ({ readonly kind: 'unnamed' } & Unnamed)

/** Every blob that the store has: that a record names it, or that it is garbage; and that each is named by its owner. */
export async function checkBlobs(inspection: Inspection): Promise<void> {
  const { metadata, findings, names } = inspection
  const unnamed = unnamedOnes(inspection)
  for await (const group of inGroups(unnamed, UNNAMED_AT_ONCE)) await checkUnnamed(inspection, group)
  await compare({
    sums: names,
    due: () => dueNames(metadata),
    found: () => foundNames(inspection),
    // A record that names a blob which is not there was found with the record.
    missing: async ({ owner, blob, facts }) => {
      if (!(await isWhole(inspection, blob))) return
      const [known, size] = await metadata.read((reader) =>
        Promise.all([unlessDamaged(reader.get(ownerRows.key({ blob }))), sizeIfNamed(reader, owner, blob)]),
      )
      // servers may run: its record was freed since it was read
      if (size === undefined) return
      // Its owner is known, and yet the store does not list it: its own header, which no read needs, is damaged.
      if (known !== undefined && nameToken(known, blob) === nameToken(owner, blob)) {
        await findings.add('blobDamaged', { ...facts, blob, found: 'header' })
      } else
        await findings.add('ownerWrong', { ...facts, blob }, { commit: (tx) => tx.set(ownerRows.key({ blob }), owner) })
    },
    shared: async () => {},
    stray: async () => {},
  })
  inspection.step()
}

/** Walks all blobs; yields those that neither a record nor a garbage row of their own names. */
async function* unnamedOnes(inspection: Inspection): AsyncGenerator<Unnamed> {
  const { metadata, blobs, findings, names, progress } = inspection
  for await (const group of inGroups(blobs.list(), BLOBS_AT_ONCE)) {
    const standings = await standingsOf(metadata, group)
    for (const [index, entry] of group.entries()) {
      const standing = standings[index]
      progress.blobs += 1
      progress.bytes += entry.size ?? 0
      if (standing?.kind === 'named') {
        names.found.add(nameToken(standing.owner, entry.id))
        if (standing.size !== entry.size && (await isWhole(inspection, entry.id))) {
          await findings.add('sizeWrong', {
            blob: entry.id,
            expected: String(standing.size),
            found: String(entry.size ?? 'unknown'),
          })
        }
      } else if (standing?.kind === 'garbage') progress.blobsToFree += 1
      else if (standing !== undefined) yield standing
    }
    inspection.step()
  }
}

async function standingsOf(metadata: MetadataStore, entries: readonly BlobEntry[]): Promise<Standing[]> {
  const hints = await Promise.all(entries.map(({ hint }) => hint()))
  return metadata.read((reader) =>
    Promise.all(entries.map((entry, index) => standingOf(reader, entry, hints[index]?.owner))),
  )
}

async function standingOf(reader: Reader, entry: BlobEntry, hinted: Bytes | undefined): Promise<Standing> {
  const owner = (await unlessDamaged(reader.get(ownerRows.key({ blob: entry.id })))) ?? hinted
  const size = owner === undefined ? undefined : await sizeIfNamed(reader, owner, entry.id)
  if (owner !== undefined && size !== undefined) return { kind: 'named', owner, size }
  if (await isGarbage(reader, 'blob', entry.id)) return { kind: 'garbage' }
  const isToRecover = await isMemberOrGrave(reader, entry)
  return { kind: 'unnamed', entry, owner, isToRecover }
}

/** Whether the next start searches the blobs of this blob's writer for orphans. */
async function isMemberOrGrave(reader: Reader, { incarnation }: BlobEntry): Promise<boolean> {
  const rows = [incarnationRows.key({ incarnation }), graveRows.key({ incarnation })]
  const found = await Promise.all(rows.map((key) => mayHaveRows(reader, onlyKey(key))))
  return found.includes(true)
}

/** The size that the record at a key gives of a blob; undefined if it names another, or cannot be understood. */
async function sizeIfNamed(reader: Reader, owner: Bytes, blob: string): Promise<number | undefined> {
  try {
    return (await readNaming(reader, owner, blob))?.size
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

async function checkUnnamed(inspection: Inspection, group: readonly Unnamed[]): Promise<void> {
  const { progress, findings } = inspection
  const named = await namedAmong(inspection, group)
  for (const item of group) {
    const { id } = item.entry
    // The next start frees unnamed blobs; where records may have been lost, this blob must be reported instead.
    if (item.isToRecover && findings.mayFree) progress.blobsToRecover += 1
    else if (named.has(id)) await findings.add('blobDamaged', { blob: id, found: 'header' })
    else await checkStray(inspection, item)
  }
}

/** The blobs with a damaged header, which hides their owner, that a record nevertheless names. */
async function namedAmong({ metadata }: Inspection, group: readonly Unnamed[]): Promise<ReadonlySet<string>> {
  const ownerless = new Set(group.filter(({ owner }) => owner === undefined).map(({ entry }) => entry.id))
  const named = new Set<string>()
  if (ownerless.size === 0) return named
  for await (const { blob } of namedBlobs(metadata)) if (ownerless.has(blob)) named.add(blob)
  return named
}

async function checkStray({ findings, ids }: Inspection, { entry, owner }: Unnamed): Promise<void> {
  const { id } = entry
  const fix: Fix = findings.mayFree
    ? { commit: (tx) => discardBlob(ids, tx, id, 'orphan', owner) }
    : { before: (quarantine) => quarantine.blob(id) }
  // Whose it was, if a record that is lost has named it.
  const names = owner === undefined ? {} : namesIn(owner)
  await findings.add('blobStray', { ...names, blob: id, found: String(entry.size ?? 'unknown') }, fix)
}

interface Name {
  readonly token: string
  readonly owner: Bytes
  readonly blob: string
  readonly facts: Facts
}

async function* dueNames(metadata: MetadataStore): AsyncGenerator<Name> {
  for await (const { row, record, ...names } of dataVersions(metadata)) {
    const { bytes } = record
    if (bytes.kind === 'blob' && !carriesBytes(bytes.blob)) yield nameOf(row.key, bytes.blob, names)
  }
  for await (const { row, manifest, record } of walk(metadata, partRows)) {
    const { bytes, partNumber } = record
    if (bytes.kind === 'blob' && !carriesBytes(bytes.blob)) yield nameOf(row.key, bytes.blob, { manifest, partNumber })
  }
}

const nameOf = (owner: Bytes, blob: string, facts: Facts): Name => ({
  token: nameToken(owner, blob),
  owner,
  blob,
  facts,
})

async function* foundNames({ metadata, blobs }: Inspection): AsyncGenerator<{ readonly token: string }> {
  for await (const group of inGroups(blobs.list(), BLOBS_AT_ONCE)) {
    for (const [index, standing] of (await standingsOf(metadata, group)).entries()) {
      const id = group[index]?.id
      if (standing.kind === 'named' && id !== undefined) yield { token: nameToken(standing.owner, id) }
    }
  }
}

/**
 * Every owner row: that the record at its key names the blob, or that the blob is to be freed. Servers may run: whatever has
 * changed since the walk read the row, the row, its record and the garbage are compared in one state of the store.
 */
export async function checkOwners({ metadata, findings, damaged }: Inspection): Promise<void> {
  for await (const { row, blob } of walk(metadata, ownerRows, damaged)) {
    const isKnown = await metadata.read(async (reader) => {
      const owner = await unlessDamaged(reader.get(row.key))
      if (owner === undefined) return true
      return (await sizeIfNamed(reader, owner, blob)) !== undefined || (await isGarbage(reader, 'blob', blob))
    })
    if (!isKnown) await findings.add('ownerStray', { blob }, { commit: (tx) => tx.delete(row.key) })
  }
}
