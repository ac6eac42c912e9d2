import { bytesToString, Crc64Chain } from '@bindery/bytes'
import {
  type BlobStore,
  type Bytes,
  carriesBytes,
  type MetadataStore,
  type Reader,
  type Row,
  StorageError,
} from '@bindery/storage'
import type { IdSource } from '../domain/domain.js'
import { type CounterChange, deltasOf } from '../domain/stored/counters.js'
import { unlessDamaged } from '../domain/stored/damage.js'
import type { KeyRange } from '../domain/stored/key-range.js'
import { garbageRows, holderRows, manifestRows, partRows } from '../domain/stored/keyspace.js'
import { Manifest } from '../domain/stored/manifest.js'
import type { GarbageKind } from '../domain/stored/model.js'
import { hasRows } from '../domain/stored/rows-in.js'
import { Fingerprint } from './compare.js'
import type { Facts, Findings, Fix } from './findings.js'
import type { NamedBlob } from './named-blobs.js'
import { walk } from './walk.js'

/** The progress of an audit, and at its end the totals. */
export interface AuditProgress {
  readonly objects: number
  readonly uploads: number
  readonly parts: number
  /** Blobs that were checked from the records that refer to them, except those whose bytes are in their ids. */
  readonly blobsNamed: number
  /** Bytes that records refer to. */
  readonly bytesNamed: number
  /** Blobs listed by the store, and their bytes. */
  readonly blobs: number
  readonly bytes: number
  /** Those among them without a reference, for the sweeper to free. */
  readonly blobsToFree: number
  /** Those among them that ended processes left behind, for the next start to find. */
  readonly blobsToRecover: number
}

/** The progress that the steps of an audit count up. */
export type MutableProgress = { -readonly [N in keyof AuditProgress]: AuditProgress[N] }

/** The two sides of a comparison. */
export interface Sums {
  readonly due: Fingerprint
  readonly found: Fingerprint
}

/** Damaged manifests that are followed to their objects. */
const LOST_MANIFESTS_MAX = 100_000
/** Manifests whose CRC-64 is kept for other objects that share them. */
const JOINED_MAX = 50_000
/** Blobs that are checked at the same time. */
export const BLOBS_AT_ONCE = 8

/** State that the steps of an audit share. */
export class Inspection {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly ids: IdSource
  readonly findings: Findings
  /** Whether all bytes are read. */
  readonly readsBytes: boolean
  readonly progress: MutableProgress = {
    objects: 0,
    uploads: 0,
    parts: 0,
    blobsNamed: 0,
    bytesNamed: 0,
    blobs: 0,
    bytes: 0,
    blobsToFree: 0,
    blobsToRecover: 0,
  }
  readonly names: Sums = { due: new Fingerprint(), found: new Fingerprint() }
  readonly holders: Sums = { due: new Fingerprint(), found: new Fingerprint() }
  /** The null versions that are not current, and the rows that store their places. */
  readonly nullVersions: Sums = { due: new Fingerprint(), found: new Fingerprint() }
  readonly usages: Sums = { due: new Fingerprint(), found: new Fingerprint() }
  /** Manifests with lost bytes. */
  readonly lostManifests = new Set<string>()
  /** Open uploads that have no usage row, though they have parts. */
  readonly uncounted = new Set<string>()
  /** The expected counters of each bucket. */
  readonly #tallies = new Map<string, number[]>()
  readonly #onProgress: (progress: AuditProgress) => void
  /** By manifest: the CRC-64 of its parts. */
  readonly #joined = new Map<string, bigint>()

  constructor(
    stores: { readonly metadata: MetadataStore; readonly blobs: BlobStore; readonly random: IdSource['random'] },
    findings: Findings,
    readsBytes: boolean,
    onProgress: (progress: AuditProgress) => void,
  ) {
    this.metadata = stores.metadata
    this.blobs = stores.blobs
    this.ids = { random: stores.random }
    this.findings = findings
    this.readsBytes = readsBytes
    this.#onProgress = onProgress
  }

  get tallies(): ReadonlyMap<string, readonly number[]> {
    return this.#tallies
  }

  readonly damaged = (row: Row, reason: string): Promise<void> => this.findings.damagedRow(row, reason)

  addBucket(bucket: string): void {
    this.#tallies.set(bucket, deltasOf({}))
  }

  /** Adds to the totals of a bucket. A bucket without a row is a finding, once. */
  async count(bucket: string, change: CounterChange): Promise<void> {
    let tally = this.#tallies.get(bucket)
    if (tally === undefined) {
      await this.findings.add('bucketMissing', { bucket })
      tally = deltasOf({})
      this.#tallies.set(bucket, tally)
    }
    for (const [index, delta] of deltasOf(change).entries()) tally[index] = (tally[index] ?? 0) + delta
  }

  /**
   * CRC-64 of all parts in a manifest's list, computed from their rows; undefined if one is missing or has another
   * size, which the check of the parts finds.
   */
  async crc64OfParts(manifest: string, list: Manifest): Promise<bigint | undefined> {
    const known = this.#joined.get(manifest)
    if (known !== undefined) return known
    const chain = new Crc64Chain()
    let next = 0
    for await (const { record } of walk(this.metadata, partRows, undefined, partRows.rangeUnder({ manifest }))) {
      if (next === list.partCount) break
      const { partNumber, start, end } = list.at(next)
      if (partNumber !== record.partNumber) continue
      if (record.size !== end - start) return undefined
      chain.append(Number(record.crc64 >> 32n), Number(record.crc64 & 0xffffffffn), record.size)
      next += 1
    }
    if (next < list.partCount) return undefined
    if (this.#joined.size === JOINED_MAX) this.#joined.clear()
    this.#joined.set(manifest, chain.value)
    return chain.value
  }

  step(): void {
    this.#onProgress(this.progress)
  }

  lose(manifest: string): void {
    if (this.lostManifests.size < LOST_MANIFESTS_MAX) this.lostManifests.add(manifest)
  }

  /** Checks a blob against the record that refers to it; a blob that is not sound is a finding. */
  async checkBlob(
    named: NamedBlob,
    facts: Facts,
    fix?: (kind: 'missing' | 'damaged') => Fix,
  ): Promise<'sound' | 'lost' | 'repaired'> {
    if (!carriesBytes(named.blob)) this.progress.blobsNamed += 1
    this.progress.bytesNamed += named.size
    const state = await this.#stateOf(named)
    if (state === 'sound') return 'sound'
    const kind = state === 'missing' ? 'blobMissing' : 'blobDamaged'
    return (await this.findings.add(kind, { ...facts, blob: named.blob }, fix?.(state))) ? 'repaired' : 'lost'
  }

  async #stateOf({ blob, size, crc64 }: NamedBlob): Promise<'sound' | 'missing' | 'damaged'> {
    try {
      const range = { start: 0, end: size }
      // Combined from the stored checksums of the chunks: reads no bytes.
      if ((await this.blobs.crc64(blob, range)) !== crc64) return 'damaged'
      if (this.readsBytes) for await (const piece of this.blobs.read(blob, range, { asStored: true })) piece.release()
      return 'sound'
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (error.kind === 'notFound') return 'missing'
      // misuse: the blob is shorter than the size in the record.
      if (error.kind === 'corrupt' || error.kind === 'misuse') return 'damaged'
      throw error
    }
  }
}

/** Represents the fact that the record at a key refers to a blob. */
export const nameToken = (owner: Bytes, blob: string): string => `${bytesToString(owner)}\0${blob}`
/** Represents a holder row. */
export const holderToken = (manifest: string, reference: string): string => `${manifest}${reference}`

/** Whether an id has a garbage row. */
export async function isGarbage(reader: Reader, kind: GarbageKind, id: string): Promise<boolean> {
  return mayHaveRows(reader, garbageRows.rangeUnder({ garbageKind: kind, garbageId: id }))
}

/** Whether a manifest has a holder. True also where a damaged row makes the answer uncertain. */
export async function isReferenced(reader: Reader, manifest: string): Promise<boolean> {
  return mayHaveRows(reader, holderRows.rangeUnder({ manifest }))
}

/** Whether a range has rows, damaged or not. */
export async function mayHaveRows(reader: Reader, range: KeyRange): Promise<boolean> {
  return (await unlessDamaged(hasRows(reader, range))) ?? true
}

/** Manifests by their ids; those that are missing or damaged are left out. */
export async function manifestsOf(metadata: MetadataStore, ids: readonly string[]): Promise<Map<string, Manifest>> {
  const rows = await metadata.read((reader) =>
    Promise.all(ids.map((id) => unlessDamaged(reader.get(manifestRows.key({ manifest: id }))))),
  )
  const found = new Map<string, Manifest>()
  ids.forEach((id, index) => {
    const row = rows[index]
    if (row === undefined) return
    try {
      found.set(id, new Manifest(row))
    } catch (error) {
      // The walk over manifests finds the damage.
      if (!(error instanceof StorageError)) throw error
    }
  })
  return found
}
