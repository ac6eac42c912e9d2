/**
 * The sweeper frees what garbage rows name. It runs in one process at a time, and every step may be the last: each is
 * idempotent, and what it has not done stays as a row.
 *
 * manifest: once no read in any process may use it, and it has no holder, its own row goes and its part rows become
 *           garbage of the kind `rows`.
 * rows:     part rows that no manifest lists go in steps, and their blobs become garbage of the kind `blob`.
 * blob:     once no read may use it, and unless the record at the owner key names it, the blob is deleted, and then the
 *           garbage row.
 *
 * Where a damaged row blocks a step, the step waits until the row is gone; everything else continues.
 */
import { stringToBytes } from '@bindery/bytes'
import { type Bytes, type Reader, type Row, type StorageError, type Transaction, together } from '@bindery/storage'
import { namesBlob } from '../bytes/blobs.js'
import { discardCost, discardPart, discardRows } from '../bytes/garbage.js'
import type { Domain } from '../domain.js'
import { isDamage, skippingDamage } from '../stored/damage.js'
import { garbageRows, holderRows, manifestRows, ownerRows, partNumberOf, partRows } from '../stored/keyspace.js'
import type { Manifest } from '../stored/manifest.js'
import type { GarbageKind, GarbageRecord } from '../stored/model.js'
import { hasRows } from '../stored/rows-in.js'
import { dropExpired } from '../uploads/receipts.js'

/** Garbage rows for which reports are requested at once: as many as one read returns, however long their keys are. */
const GARBAGE_AT_ONCE = 500
/** Blobs deleted at once: each reads a record of at most 40 kB, and writes at most two keys. */
const BLOBS_AT_ONCE = 200
/** Rows of manifests in one transaction: each writes at most three keys. */
const MANIFESTS_AT_ONCE = 100
/** Part rows examined in one step, and keys that it writes. */
const PARTS_AT_ONCE = 1_000
const KEYS_AT_ONCE = 400

/** The outcome of one pass of the sweeper. */
export interface SweepReport {
  /** Blobs deleted. */
  readonly freed: number
  /** Their bytes, where the garbage names them: not those of writes that never ended. */
  readonly freedBytes: number
  /** Garbage rows that wait for a reader. */
  readonly waiting: number
  /** There is more to do at once. */
  readonly more: boolean
}

interface Garbage {
  readonly key: Bytes
  readonly kind: GarbageKind
  readonly id: string
  readonly record: GarbageRecord
}

/** The sweeper of one process, which remembers how far its last pass came. */
export class Sweeper {
  readonly #domain: Domain
  #after: Bytes | undefined
  #afterReceipt: Bytes | undefined

  constructor(domain: Domain) {
    this.#domain = domain
  }

  /** One pass over the next garbage rows, from the beginning again after the last. The signal ends its waits. */
  async sweep(signal?: AbortSignal): Promise<SweepReport> {
    const garbage = await this.#next()
    // After the rows were seen: a read or backup that begins later cannot find the dropped ids.
    const busy = garbage.length === 0 ? new Set<string>() : await this.#domain.cluster.settled(signal)
    if (busy === 'any') return { freed: 0, freedBytes: 0, waiting: garbage.length, more: false }
    const free = garbage.filter((item) => !busy.has(readRegisteredUnder(item) ?? ''))
    const blobs = free.filter(({ kind }) => kind === 'blob')
    const manifests = free.filter(({ kind }) => kind === 'manifest')
    let stepped = 0
    for (let start = 0; start < manifests.length; start += MANIFESTS_AT_ONCE) {
      const some = manifests.slice(start, start + MANIFESTS_AT_ONCE)
      stepped += await skippingDamage(some, (items) => this.#sweepManifests(items), this.#passOver)
    }
    for (const item of free) {
      if (item.kind !== 'rows') continue
      stepped += await skippingDamage([item], () => this.#sweepRows(item), this.#passOver)
    }
    let freed = 0
    let freedBytes = 0
    for (let start = 0; start < blobs.length; start += BLOBS_AT_ONCE) {
      const deleted = await this.#sweepBlobs(blobs.slice(start, start + BLOBS_AT_ONCE))
      freed += deleted.length
      freedBytes = deleted.reduce((sum, { record }) => sum + (record.bytes ?? 0), freedBytes)
    }
    this.#afterReceipt = await dropExpired(this.#domain, this.#afterReceipt)
    return {
      freed,
      freedBytes,
      waiting: garbage.length - free.length,
      more: this.#after !== undefined || stepped > 0,
    }
  }

  async #next(): Promise<Garbage[]> {
    const { metadata, damage } = this.#domain
    const { from, to } = garbageRows.all
    const { rows, next } = await damage.page(metadata, { from: this.#after ?? from, to }, GARBAGE_AT_ONCE)
    this.#after = next
    return rows.flatMap((row) => {
      const { garbageKind: kind, garbageId: id } = garbageRows.namesOf(row.key)
      const record = damage.skip(row.key, () => garbageRows.decodeRow(row))
      return record === undefined ? [] : [{ key: row.key, kind, id, record }]
    })
  }

  /** Bytes that a damaged row may still reference wait until the row is gone. */
  readonly #passOver = ({ key }: Garbage, error: StorageError): void => this.#domain.damage.add(key, error)

  /** Many rows at once: a manifest of many holders leaves one with each of them. */
  async #sweepManifests(garbage: readonly Garbage[]): Promise<void> {
    await this.#domain.metadata.transact(async (tx) => {
      const manifests = new Map<string, Garbage[]>()
      for (const item of garbage) manifests.set(item.id, [...(manifests.get(item.id) ?? []), item])
      const standings = await together(...[...manifests].map(([id, items]) => readStanding(tx, id, items)))
      for (const { id, waiting, isReferenced, isThere } of standings) {
        for (const { key } of waiting) tx.delete(key)
        const [first] = waiting
        if (first === undefined || isReferenced || !isThere) continue
        tx.delete(manifestRows.key({ manifest: id }))
        discardRows(this.#domain, tx, id, first.record.why, first.record.bytes)
      }
    })
  }

  async #sweepRows({ key, id }: Garbage): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after
      after = await this.#domain.metadata.transact(async (tx) => {
        const [row, manifest, parts] = await together(
          tx.get(key),
          manifestRows.read(tx, { manifest: id }),
          tx.range(partRows.key({ manifest: id, partNumber: from + 1 }), partRows.rangeUnder({ manifest: id }).to, {
            limit: PARTS_AT_ONCE,
          }),
        )
        if (row === undefined) return undefined
        const last = this.#sweepPartRows(tx, manifest, parts, from)
        if (last === undefined) tx.delete(key)
        return last
      })
    }
  }

  /** One step over the part rows after a number; the last number seen, or undefined at the end. */
  #sweepPartRows(
    tx: Transaction,
    manifest: Manifest | undefined,
    rows: readonly Row[],
    after: number,
  ): number | undefined {
    let written = 0
    let seen = after
    for (const row of rows) {
      const partNumber = partNumberOf(row.key)
      if (!manifest?.lists(partNumber)) {
        const part = partRows.decodeRow(row)
        written += 1 + discardCost(part)
        if (written > KEYS_AT_ONCE) return seen
        tx.delete(row.key)
        discardPart(this.#domain, tx, row.key, part, 'unlisted')
      }
      seen = partNumber
    }
    return rows.length < PARTS_AT_ONCE ? undefined : seen
  }

  /** Resolves with the garbage whose blobs it has deleted. */
  async #sweepBlobs(garbage: readonly Garbage[]): Promise<readonly Garbage[]> {
    const { blobs, metadata, damage } = this.#domain
    const standings = await metadata.read((reader) =>
      Promise.all(
        garbage.map(async (item) => {
          try {
            return (await isNamed(reader, item)) ? 'named' : 'unnamed'
          } catch (error) {
            if (!isDamage(error)) throw error
            damage.add(item.key, error)
            return 'unknown'
          }
        }),
      ),
    )
    const unnamed = garbage.filter((_, index) => standings[index] === 'unnamed')
    // All at once, since what is deleted together becomes durable by few syncs.
    const deletions = await Promise.allSettled(unnamed.map(({ id }) => blobs.delete(id)))
    const failed = new Set(unnamed.filter((_, index) => deletions[index]?.status === 'rejected'))
    const done = garbage.filter((item, index) => standings[index] !== 'unknown' && !failed.has(item))
    if (done.length > 0) {
      const gone = new Set(unnamed)
      await metadata.transact(async (tx) => {
        for (const item of done) {
          tx.delete(item.key)
          // the owner row of a blob that stays leads to the record that names it
          if (gone.has(item)) tx.delete(ownerRows.key({ blob: item.id }))
        }
      })
    }
    for (const deletion of deletions) if (deletion.status === 'rejected') throw deletion.reason
    return unnamed
  }
}

/** The manifest by whose id reads of it are registered; undefined where none can be. */
function readRegisteredUnder({ kind, id, record }: Garbage): string | undefined {
  return kind === 'blob' ? record.manifest : id
}

async function isNamed(reader: Reader, { id, record }: Garbage): Promise<boolean> {
  const owner = ownerOf(record)
  return owner !== undefined && (await namesBlob(reader, owner, id))
}

/** State of a manifest that garbage rows name, in one transaction. */
interface ManifestStanding {
  readonly id: string
  /** The garbage rows that still exist. */
  readonly waiting: readonly Garbage[]
  readonly isReferenced: boolean
  readonly isThere: boolean
}

async function readStanding(reader: Reader, id: string, items: readonly Garbage[]): Promise<ManifestStanding> {
  const [rows, isReferenced, manifest] = await together(
    reader.getMany(items.map(({ key }) => key)),
    hasRows(reader, holderRows.rangeUnder({ manifest: id })),
    reader.get(manifestRows.key({ manifest: id })),
  )
  const waiting = items.filter((_, index) => rows[index] !== undefined)
  return { id, waiting, isReferenced, isThere: manifest !== undefined }
}

function ownerOf({ owner }: GarbageRecord): Bytes | undefined {
  return owner === undefined ? undefined : stringToBytes(owner)
}
