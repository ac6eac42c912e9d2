/**
 * Incarnations: each run of a process that writes blobs. A blob that no record names is looked for only among the blobs
 * of an incarnation that was declared dead, and declaring it so comes first: from then on none of its commits goes
 * through. No clock decides who is dead; the process that guards the data folder knows who lives.
 */
import type { BlobEntry, Bytes } from '@bindery/storage'
import { isWhole, namesBlob } from './blobs.js'
import type { Domain } from './domain.js'
import { discardBlob, isGarbageBlob } from './garbage.js'
import { allIncarnations, following, incarnationKey, namesOf, ownerKey } from './keyspace.js'
import { decodeIncarnation, encodeIncarnation } from './records.js'

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
  const dead: string[] = []
  for (let start: Bytes | undefined = from; start !== undefined; ) {
    const first: Bytes = start
    start = await metadata.transact(async (tx) => {
      const rows = await tx.range(first, to, { limit: ROWS_AT_ONCE })
      for (const { key, value } of rows) {
        const [incarnation = ''] = namesOf(key)
        if (living.has(incarnation)) continue
        dead.push(incarnation)
        if (decodeIncarnation(value).state !== 'dead') tx.set(key, encodeIncarnation({ state: 'dead' }))
      }
      const last = rows.at(-1)
      return rows.length < ROWS_AT_ONCE || last === undefined ? undefined : following(last.key)
    })
  }
  return [...new Set(dead)]
}

async function findOrphans(domain: Domain, incarnation: string): Promise<void> {
  let batch: BlobEntry[] = []
  for await (const entry of domain.blobs.list(incarnation)) {
    if (entry.incarnation !== incarnation) break
    // Damage to its header hides whose a blob is; of one that was written to its end, only an audit can tell.
    if (entry.hint === undefined && (await isWhole(domain, entry.id))) continue
    batch.push(entry)
    if (batch.length === BLOBS_AT_ONCE) {
      await discardOrphans(domain, batch)
      batch = []
    }
  }
  await discardOrphans(domain, batch)
}

async function discardOrphans(domain: Domain, entries: readonly BlobEntry[]): Promise<void> {
  if (entries.length === 0) return
  await domain.metadata.transact(async (tx) => {
    for (const { id, hint, size } of entries) {
      // Without a hint the write never ended, so no record can name it.
      const owner = (await tx.get(ownerKey(id))) ?? hint?.owner
      const named = owner !== undefined && (await namesBlob(tx, owner, id))
      // What waits to be deleted may still be read, and the rows that are there know by whom.
      if (named || (await isGarbageBlob(tx, id))) continue
      discardBlob(domain, tx, id, 'orphan', owner, size)
    }
  })
}
