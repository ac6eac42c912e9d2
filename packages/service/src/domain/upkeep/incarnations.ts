/**
 * Incarnations: each run of a process that writes blobs. A blob that no record names is looked for only among the blobs
 * of an incarnation that was declared dead, and declaring it so comes first: from then on none of its commits goes
 * through. The caller knows which processes have ended.
 */
import { type BlobEntry, type BlobId, type Bytes, together } from '@bindery/storage'
import { isWhole, namesBlob } from '../bytes/blobs.js'
import { discardBlob, isGarbageBlob } from '../bytes/garbage.js'
import { bury, incarnationsIn } from '../cluster/members.js'
import type { Domain } from '../domain.js'
import { skippingDamage, unlessDamaged } from '../stored/damage.js'
import { graveRows, incarnationRows, ownerRows } from '../stored/keyspace.js'

/** Each writes three keys. */
const BURIALS_AT_ONCE = 100
/** Blobs examined in one transaction: two reads each, and at most a write. */
const BLOBS_AT_ONCE = 200

/**
 * Declares dead every process that is not among the living, all of which have ended, and turns the blobs that ended ones
 * left unnamed into garbage. A living process that others declared dead may still be writing a blob: it is searched later.
 */
export async function recoverDead(domain: Domain, living: readonly string[]): Promise<void> {
  const { metadata, blobs } = domain
  const alive = new Set([...living, blobs.incarnation])
  await buryEnded(domain, alive)
  for (const incarnation of await incarnationsIn(metadata, graveRows)) {
    if (alive.has(incarnation)) continue
    await findOrphans(domain, incarnation)
    await metadata.transact(async (tx) => graveRows.delete(tx, { incarnation }))
  }
}

/** Milliseconds after a process was declared dead at which its blobs are searched for orphans. */
const SEARCHES_AT_MS = [0, 600_000, 3_600_000, 86_400_000, 604_800_000]

/**
 * Searches the blobs of processes that were declared dead, whether they have really ended or not. What one of them still
 * writes may appear after a search, so each is searched again until a week has passed; the clock decides only when
 * leaked space is found. `fence` is called before the search of an incarnation. Returns how many were searched.
 */
export async function recoverBuried(
  domain: Domain,
  fence: (incarnation: string) => Promise<void> = async () => {},
): Promise<number> {
  const { metadata, clock } = domain
  let searched = 0
  for (const incarnation of await incarnationsIn(metadata, graveRows)) {
    const grave = await unlessDamaged(metadata.read((reader) => graveRows.read(reader, { incarnation })))
    const { diedAt = 0, searches = 0 } = grave ?? {}
    if (clock() < diedAt + (SEARCHES_AT_MS[searches] ?? 0)) continue
    await fence(incarnation)
    await findOrphans(domain, incarnation)
    await metadata.transact(async (tx) => {
      const next = searches + 1
      if (next >= SEARCHES_AT_MS.length) graveRows.delete(tx, { incarnation })
      else graveRows.set(tx, { incarnation }, { diedAt, searches: next })
    })
    searched += 1
  }
  return searched
}

async function buryEnded({ metadata, clock }: Domain, alive: ReadonlySet<string>): Promise<void> {
  const members = await incarnationsIn(metadata, incarnationRows)
  const ended = members.filter((incarnation) => !alive.has(incarnation))
  for (let start = 0; start < ended.length; start += BURIALS_AT_ONCE) {
    await metadata.transact(async (tx) => {
      for (const incarnation of ended.slice(start, start + BURIALS_AT_ONCE)) bury(tx, incarnation, clock())
    })
  }
}

async function findOrphans(domain: Domain, incarnation: string): Promise<void> {
  let batch: BlobEntry[] = []
  for await (const entry of domain.blobs.list(incarnation)) {
    if (entry.incarnation !== incarnation) break
    batch.push(entry)
    if (batch.length === BLOBS_AT_ONCE) {
      await discardOrphans(domain, await suspectsAmong(domain, batch))
      batch = []
    }
  }
  await discardOrphans(domain, await suspectsAmong(domain, batch))
}

/** A blob that a dead process wrote, or began to. */
interface Suspect {
  readonly id: BlobId
  /** Where its record was to be; undefined if its write never ended, so that no record can name it. */
  readonly owner: Bytes | undefined
  readonly size: number | undefined
}

/**
 * The blobs that may be orphans. One with a damaged header, which hides its owner, is left to the audit if it is whole.
 */
async function suspectsAmong(domain: Domain, entries: readonly BlobEntry[]): Promise<Suspect[]> {
  const looks = entries.map(async ({ id, size, hint }): Promise<Suspect[]> => {
    const owner = (await hint())?.owner
    return owner === undefined && (await isWhole(domain, id)) ? [] : [{ id, owner, size }]
  })
  return (await Promise.all(looks)).flat()
}

/** Turns orphans into garbage. A blob whose record is damaged stays, since the record may name it. */
async function discardOrphans(domain: Domain, suspects: readonly Suspect[]): Promise<void> {
  const discard = (some: readonly Suspect[]) => discardUnnamed(domain, some)
  await skippingDamage(suspects, discard, ({ id, owner }, error) =>
    domain.damage.add(owner ?? ownerRows.key({ blob: id }), error),
  )
}

async function discardUnnamed(domain: Domain, suspects: readonly Suspect[]): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const moved = await tx.getMany(suspects.map(({ id }) => ownerRows.key({ blob: id })))
    const standings = suspects.map(async ({ id, size, ...suspect }, index) => {
      const owner = moved[index] ?? suspect.owner
      // A blob that already has a garbage row may still be read; that row names the reads to wait for, a new one would not.
      const [isNamed, isGarbage] = await together(owner && namesBlob(tx, owner, id), isGarbageBlob(tx, id))
      return { id, owner, size, isOrphan: isNamed !== true && !isGarbage }
    })
    for (const { id, owner, size, isOrphan } of await together(...standings)) {
      if (isOrphan) discardBlob(domain, tx, id, 'orphan', owner, size)
    }
  })
}
