/**
 * Incarnations: each run of a process that writes blobs. A blob that no record names is looked for only among the blobs
 * of an incarnation that was declared dead, and declaring it so comes first: from then on none of its commits goes
 * through. No clock decides who is dead; the process that guards the data folder knows who lives.
 */
import { type BlobEntry, type BlobId, type Bytes, type DamagedRow, together } from '@bindery/storage'
import { isWhole, namesBlob } from '../bytes/blobs.js'
import { discardBlob, isGarbageBlob } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { type Page, passingOver, readPage } from '../stored/damage.js'
import { allIncarnations, incarnationKey, namesOf, ownerKey } from '../stored/keyspace.js'
import { encodeIncarnation } from '../stored/records.js'

const ROWS_AT_ONCE = 200
/** Blobs looked at in one transaction: two reads each, and at most a write. */
const BLOBS_AT_ONCE = 200

/** Makes this process known; before its first write. */
export async function registerIncarnation({ metadata, blobs }: Domain): Promise<void> {
  await metadata.transact(async (tx) => {
    tx.set(incarnationKey(blobs.incarnation), encodeIncarnation({ state: 'living' }))
  })
}

/** Declares dead whoever is not among the living, and turns the blobs that they left unnamed into garbage. */
export async function recoverDead(domain: Domain, living: readonly string[]): Promise<void> {
  for (const incarnation of await declareDead(domain, new Set([...living, domain.blobs.incarnation]))) {
    await findOrphans(domain, incarnation)
    await domain.metadata.transact(async (tx) => tx.delete(incarnationKey(incarnation)))
  }
}

async function declareDead({ metadata }: Domain, living: ReadonlySet<string>): Promise<string[]> {
  const { from, to } = allIncarnations()
  const dead = new Set<string>()
  for (let start: Bytes | undefined = from; start !== undefined; ) {
    const damaged: Bytes[] = []
    const onDamaged = ({ key }: DamagedRow) => void damaged.push(key)
    const { rows, next }: Page = await readPage(metadata, { from: start, to }, ROWS_AT_ONCE, onDamaged)
    const isEnded = (key: Bytes) => !living.has(namesOf(key)[0] ?? '')
    // A damaged row says all the same, by its key, whom it is about.
    const ended = [...damaged, ...rows.map(({ key }) => key)].filter(isEnded)
    if (ended.length > 0) {
      await metadata.transact(async (tx) => {
        for (const key of ended) tx.set(key, encodeIncarnation({ state: 'dead' }))
      })
    }
    for (const key of ended) dead.add(namesOf(key)[0] ?? '')
    start = next
  }
  return [...dead]
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

/** Damage to its header hides whose a blob is; of one that was written to its end, only an audit can tell. */
async function suspectsAmong(domain: Domain, entries: readonly BlobEntry[]): Promise<Suspect[]> {
  const looks = entries.map(async ({ id, size, hint }): Promise<Suspect[]> => {
    const owner = (await hint())?.owner
    return owner === undefined && (await isWhole(domain, id)) ? [] : [{ id, owner, size }]
  })
  return (await Promise.all(looks)).flat()
}

/** A blob whose record is damaged may be named by it, and stays. */
async function discardOrphans(domain: Domain, suspects: readonly Suspect[]): Promise<void> {
  const discard = (some: readonly Suspect[]) => discardUnnamed(domain, some)
  await passingOver(suspects, discard, ({ id, owner }, error) => domain.damage.add(owner ?? ownerKey(id), error))
}

async function discardUnnamed(domain: Domain, suspects: readonly Suspect[]): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const moved = await tx.getMany(suspects.map(({ id }) => ownerKey(id)))
    const standings = suspects.map(async ({ id, size, ...suspect }, index) => {
      const owner = moved[index] ?? suspect.owner
      // What waits to be deleted may still be read, and the rows that are there know by whom.
      const [isNamed, isGarbage] = await together(owner && namesBlob(tx, owner, id), isGarbageBlob(tx, id))
      return { id, owner, size, isOrphan: isNamed !== true && !isGarbage }
    })
    for (const { id, owner, size, isOrphan } of await together(...standings)) {
      if (isOrphan) discardBlob(domain, tx, id, 'orphan', owner, size)
    }
  })
}
