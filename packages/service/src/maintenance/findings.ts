import { hex } from '@bindery/bytes'
import { type Bytes, DamagedRow, type MetadataStore, type Row, type Transaction } from '@bindery/storage'
import { type RowNames, rowNamesOf } from '../domain/stored/keyspace.js'

/**
 * The kinds of findings, and their severity. lost: bytes or names can no longer be read · wrong: nothing is lost yet,
 * but a record contradicts others · left: takes up space that would never be freed.
 */
export const FINDING_KINDS = {
  rowDamaged: 'lost',
  rowUnknown: 'wrong',
  bucketMissing: 'lost',
  documentBroken: 'lost',
  blobMissing: 'lost',
  blobDamaged: 'lost',
  manifestMissing: 'lost',
  partMissing: 'lost',
  sliceBroken: 'lost',
  objectTouched: 'lost',
  sizeWrong: 'wrong',
  crc64Wrong: 'wrong',
  holderMissing: 'wrong',
  holderShared: 'wrong',
  ownerWrong: 'wrong',
  usageWrong: 'wrong',
  countersWrong: 'wrong',
  nullVersionMissing: 'wrong',
  domainMissing: 'wrong',
  entranceMissing: 'wrong',
  identityBroken: 'wrong',
  identityCountersWrong: 'wrong',
  identityStray: 'left',
  documentStray: 'left',
  domainStray: 'left',
  entranceStray: 'left',
  nullVersionStray: 'left',
  usageStray: 'left',
  holderStray: 'left',
  manifestStray: 'left',
  partStray: 'left',
  ownerStray: 'left',
  blobStray: 'left',
} as const satisfies Record<string, 'lost' | 'wrong' | 'left'>

/** The kinds of findings. */
export type FindingKind = keyof typeof FINDING_KINDS

/** The names that a finding concerns, and the expected and actual values. */
export interface Facts extends RowNames {
  /** A stored key, as hex digits. */
  readonly row?: string
  readonly expected?: string
  readonly found?: string
}

/** One inconsistency in the store. */
export interface Finding {
  readonly kind: FindingKind
  readonly facts: Facts
  /** It was repaired, so that the next audit does not find it. */
  readonly repaired: boolean
}

/** Where a repair puts damaged data: it discards nothing that a record may have referred to. */
export interface Quarantine {
  /** Keeps a row, durably, before it is deleted from the store, with the reason. */
  row(key: Bytes, value: Bytes, reason: string): Promise<void>
  /** Moves a blob out of the store and keeps it. */
  blob(id: string): Promise<void>
}

/** How a finding is repaired: first steps outside the metadata, then one commit. */
export interface Fix {
  readonly before?: (quarantine: Quarantine) => Promise<void>
  readonly commit?: (tx: Transaction) => void | Promise<void>
}

/** Collects findings, repairs those that it can and may, and passes them on. */
export class Findings {
  readonly counts: Partial<Record<FindingKind, number>> = {}
  repaired = 0
  readonly #damagedRows = new Set<string>()
  readonly #metadata: MetadataStore
  readonly #quarantine: Quarantine | undefined
  readonly #onFinding: (finding: Finding) => void

  /** Without a quarantine nothing is changed. */
  constructor(metadata: MetadataStore, quarantine: Quarantine | undefined, onFinding: (finding: Finding) => void) {
    this.#metadata = metadata
    this.#quarantine = quarantine
    this.#onFinding = onFinding
  }

  /** Whether it was repaired. */
  async add(kind: FindingKind, facts: Facts, fix?: Fix): Promise<boolean> {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    const repaired = await this.#apply(fix)
    if (repaired) this.repaired += 1
    this.#onFinding({ kind, facts, repaired })
    return repaired
  }

  async #apply(fix: Fix | undefined): Promise<boolean> {
    if (this.#quarantine === undefined || fix === undefined) return false
    await fix.before?.(this.#quarantine)
    const { commit } = fix
    try {
      if (commit !== undefined) await this.#metadata.transact(async (tx) => commit(tx))
      return true
    } catch (error) {
      // A counter that it adds to is damaged, which this pass finds as well: the next pass repairs this.
      if (error instanceof DamagedRow) return false
      throw error
    }
  }

  /**
   * Reports a row that cannot be decoded, once. A repair removes it, since it would break its readers; by default
   * nothing takes its place. `facts` are those that its key does not contain.
   */
  async damagedRow(
    { key, value }: Row,
    reason: string,
    facts: Facts = {},
    commit = (tx: Transaction): void => tx.delete(key),
  ): Promise<void> {
    const row = hex(key)
    if (this.#damagedRows.has(row)) return
    this.#damagedRows.add(row)
    const before = (quarantine: Quarantine) => quarantine.row(key, value, reason)
    await this.add('rowDamaged', { ...rowNamesOf(key), ...facts, row, found: reason }, { before, commit })
  }

  /**
   * Whether unreferenced data may be freed. False where rows are damaged or missing: one of them may have referred to
   * it.
   */
  get mayFree(): boolean {
    const { rowDamaged = 0, rowUnknown = 0, bucketMissing = 0, manifestMissing = 0, partMissing = 0 } = this.counts
    return rowDamaged + rowUnknown + bucketMissing + manifestMissing + partMissing === 0
  }
}
