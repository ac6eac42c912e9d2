import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type AuditProgress, type AuditReport, audit, type Finding } from '@bindery/service'
import type { Config } from '../config.js'
import { openIdleStores } from '../open-deployment.js'

/** The stores that are examined, how thoroughly, and the observers. */
export interface FsckOptions {
  /** A data folder, or the configuration of a server, that no server uses. */
  readonly place: string | Config
  /** Whether all bytes are read and verified. */
  readonly bytes: boolean
  /** Whether findings are repaired if possible. */
  readonly repair: boolean
  readonly onFinding: (finding: Finding) => void
  readonly onProgress: (progress: AuditProgress) => void
}

/** The outcome of an examination. */
export interface FsckReport extends AuditReport {
  /** Absolute path of the data folder, or the places of the cluster. */
  readonly folder: string
  /** The folder with the data that a repair removed from the store; undefined if this one removed nothing. */
  readonly quarantine: string | undefined
}

/** Memory for the bytes being verified. */
const BUFFER_BYTES = 64 * 1024 * 1024

/**
 * Audits stores, and repairs them on request. Throws Failure `clusterInUse`, `folderMissing`, `folderLocked`, `folderForbidden`,
 * `formatNewer`, `layoutOther`, `fileDamaged`.
 */
export async function fsck({ place, bytes, repair, onFinding, onProgress }: FsckOptions): Promise<FsckReport> {
  const stores = await openIdleStores(place, BUFFER_BYTES)
  const { location, metadata, blobs, quarantine, quarantineLocation } = stores
  try {
    const report = await audit({
      metadata,
      blobs,
      random: randomBytes,
      bytes,
      quarantine: repair ? quarantine : undefined,
      onFinding,
      onProgress,
    })
    const wasFilled = report.repaired > 0 && existsSync(quarantineLocation)
    return { ...report, folder: location, quarantine: wasFilled ? quarantineLocation : undefined }
  } finally {
    await stores.close()
  }
}
