/**
 * Incarnations: each run of a process that writes blobs. A blob that no record names is looked for only among the blobs
 * of an incarnation that was declared dead, and declaring it so comes first: from then on none of its commits goes
 * through. No clock decides which process is dead; the process that guards the data folder knows which ones live.
 */
import { type BlobEntry, type BlobId, type Bytes, together } from '@bindery/storage'
import { isWhole, namesBlob } from '../bytes/blobs.js'
import { discardBlob, isGarbageBlob } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { skippingDamage } from '../stored/damage.js'
import { incarnationRows, ownerRows } from '../stored/keyspace.js'
import { rowsIn } from '../stored/rows-in.js'

const ROWS_AT_ONCE = 200
/** Blobs looked at in one transaction: two reads each, and at most a write. */
const BLOBS_AT_ONCE = 200

/** Makes this process known; before its first write. */
export async function registerIncarnation({ metadata, blobs }: Domain): Promise<void> {
  await metadata.transact(async (tx) => {
    incarnationRows.set(tx, { incarnation: blobs.incarnation }, { state: 'living' })
  })
}

/** Declares each process dead that is not among the living, and turns the blobs that it left without a reference into garbage. */
export async function recoverDead(domain: Domain, living: readonly string[]): Promise<void> {
  for (const incarnation of await declareDead(domain, new Set([...living, domain.blobs.incarnation]))) {
    await findOrphans(domain, incarnation)
    await domain.metadata.transact(async (tx) => tx.delete(incarnationRows.key({ incarnation })))
  }
}

async function declareDead({ metadata }: Domain, living: ReadonlySet<string>): Promise<string[]> {
  const ended: string[] = []
  const note = ({ key }: { readonly key: Bytes }): void => {
    const { incarnation } = incarnationRows.namesOf(key)
    if (!living.has(incarnation)) ended.push(incarnation)
  }
  // The key of a damaged row still says which incarnation it is about.
  for await (const row of rowsIn(metadata, incarnationRows.all, { atOnce: ROWS_AT_ONCE, onDamaged: note })) note(row)
  for (let start = 0; start < ended.length; start += ROWS_AT_ONCE) {
    await metadata.transact(async (tx) => {
      for (const incarnation of ended.slice(start, start + ROWS_AT_ONCE)) {
        incarnationRows.set(tx, { incarnation }, { state: 'dead' })
      }
    })
  }
  return ended
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

/** A damaged header hides the owner of a blob; if the blob was written to its end, only an audit can find it. */
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
  await skippingDamage(suspects, discard, ({ id, owner }, error) =>
    domain.damage.add(owner ?? ownerRows.key({ blob: id }), error),
  )
}

async function discardUnnamed(domain: Domain, suspects: readonly Suspect[]): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    const moved = await tx.getMany(suspects.map(({ id }) => ownerRows.key({ blob: id })))
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
