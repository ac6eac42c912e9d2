/**
 * The audit of a whole store at rest: every row can be read, every record refers to existing data, everything that is
 * held is held once, the counters are exact, and there is no data that would never be freed. Memory does not grow with
 * the store; its rows are walked once, and again only where something is wrong.
 */
import { hex } from '@bindery/bytes'
import { type BlobStore, encodeCounters, type MetadataStore } from '@bindery/storage'
import {
  boundDomainRows,
  bucketRows,
  counterRows,
  documentRows,
  entranceRows,
  holderRows,
  manifestRows,
  nullVersionRows,
  objectRows,
  ownerRows,
  partRows,
  SPACES,
  uploadRows,
  usageRows,
  versionRows,
} from '../domain/stored/keyspace.js'
import { type BucketCounters, bucketCounters } from '../domain/stored/records/counters.js'
import type { Space } from '../domain/stored/space.js'
import { checkBlobs, checkOwners } from './check-blobs.js'
import { checkBuckets } from './check-buckets.js'
import { checkDomains } from './check-domains.js'
import { checkEntrances } from './check-entrances.js'
import { checkIdentities, IDENTITY_SPACES } from './check-identities.js'
import { checkHolders, checkManifests, checkParts } from './check-manifests.js'
import { checkObjects, checkVersions, findTouched } from './check-objects.js'
import { checkUploads, checkUsages } from './check-uploads.js'
import { FINDING_KINDS, type Finding, type FindingKind, Findings, type Quarantine } from './findings.js'
import { type AuditProgress, Inspection } from './inspection.js'
import { gapsBetweenSpaces, rowsOf, walk } from './walk.js'

/** The stores of an audit, and what it does about its findings. */
export interface AuditOptions {
  /** At rest: no process writes to the stores meanwhile. */
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly random: (bytes: number) => Uint8Array
  /** Whether to read and check all bytes of all blobs that records refer to, not only their existence. */
  readonly bytes: boolean
  /** Present: findings are repaired where possible. */
  readonly quarantine?: Quarantine | undefined
  readonly onFinding: (finding: Finding) => void
  /** Called often; the same object each time. */
  readonly onProgress?: (progress: AuditProgress) => void
}

/** The outcome of an audit. */
export interface AuditReport {
  readonly findings: Readonly<Partial<Record<FindingKind, number>>>
  /** Findings that were repaired. */
  readonly repaired: number
  /** Findings that mean that something can no longer be read. */
  readonly lost: number
  readonly checked: AuditProgress
}

/** Audits the stores, and repairs them if a quarantine is given. */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const findings = new Findings(options.metadata, options.quarantine, options.onFinding)
  const inspection = new Inspection(options, findings, options.bytes, options.onProgress ?? (() => {}))
  await checkBuckets(inspection)
  await checkDomains(inspection)
  await checkEntrances(inspection)
  await checkIdentities(inspection)
  await checkOthers(inspection)
  await checkObjects(inspection)
  await checkVersions(inspection)
  await checkUploads(inspection)
  await checkUsages(inspection)
  await checkManifests(inspection)
  await checkParts(inspection)
  await checkHolders(inspection)
  await checkCounters(inspection)
  await checkOwners(inspection)
  await checkBlobs(inspection)
  await findTouched(inspection)
  const lost = Object.entries(findings.counts).filter(([kind]) => FINDING_KINDS[kind as FindingKind] === 'lost')
  return {
    findings: findings.counts,
    repaired: findings.repaired,
    lost: lost.reduce((sum, [, count]) => sum + count, 0),
    checked: inspection.progress,
  }
}

/** The spaces whose rows are checked against others. */
const CHECKED: ReadonlySet<unknown> = new Set([
  boundDomainRows,
  bucketRows,
  documentRows,
  entranceRows,
  objectRows,
  versionRows,
  nullVersionRows,
  uploadRows,
  usageRows,
  manifestRows,
  partRows,
  holderRows,
  counterRows,
  ownerRows,
  ...IDENTITY_SPACES,
])

/** Checks rows that only need to be readable and to belong to an existing bucket, and rows outside all spaces. */
async function checkOthers(inspection: Inspection): Promise<void> {
  const { metadata, findings, damaged } = inspection
  for (const space of SPACES) {
    if (CHECKED.has(space)) continue
    for await (const { bucket } of walk(metadata, space as Space, damaged)) {
      if (bucket !== undefined) await inspection.count(bucket, {})
    }
  }
  for (const gap of gapsBetweenSpaces()) {
    for await (const { key } of rowsOf(metadata, gap, 90, damaged)) await findings.add('rowUnknown', { row: hex(key) })
  }
}

async function checkCounters({ metadata, findings, tallies, damaged }: Inspection): Promise<void> {
  const counted = new Map<string, BucketCounters>()
  for await (const { row, bucket, record } of walk(metadata, counterRows, damaged)) {
    if (tallies.has(bucket)) counted.set(bucket, record)
    else await findings.add('bucketMissing', { bucket }, { commit: (tx) => tx.delete(row.key) })
  }
  for (const [bucket, expected] of tallies) {
    const found = bucketCounters.deltas(counted.get(bucket) ?? {})
    if (expected.every((value, index) => value === found[index])) continue
    const facts = { bucket, expected: expected.join(' '), found: found.join(' ') }
    await findings.add('countersWrong', facts, {
      commit: (tx) => tx.set(counterRows.key({ bucket }), encodeCounters(expected)),
    })
  }
}
