import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type AuditProgress, type AuditReport, audit, type Finding } from '@bindery/service'
import { openDataStores } from './data-stores.js'
import { openQuarantine, QUARANTINE_FOLDER } from './quarantine.js'

export interface FsckOptions {
  /** A data folder that no server uses. */
  readonly folder: string
  /** Whether all bytes are read and checked. */
  readonly bytes: boolean
  /** Whether what can be put right is. */
  readonly repair: boolean
  readonly onFinding: (finding: Finding) => void
  readonly onProgress: (progress: AuditProgress) => void
}

export interface FsckReport extends AuditReport {
  /** Absolute path of the data folder. */
  readonly folder: string
  /** Where a repair keeps what it took out of the store. */
  readonly quarantine: string
}

/** Memory for the bytes that are being checked. */
const BUFFER_BYTES = 64 * 1024 * 1024

/**
 * Audits a data folder, and repairs it if asked to.
 * Throws Failure `folderMissing`, `folderLocked`, `folderForbidden`, `formatNewer`, `layoutOther`, `fileDamaged`.
 */
export async function fsck({ folder, bytes, repair, onFinding, onProgress }: FsckOptions): Promise<FsckReport> {
  const stores = await openDataStores(folder, BUFFER_BYTES)
  const { path, metadata, blobs } = stores
  const quarantine = join(path, QUARANTINE_FOLDER)
  try {
    const report = await audit({
      metadata,
      blobs,
      random: randomBytes,
      bytes,
      quarantine: repair ? openQuarantine(path, blobs) : undefined,
      onFinding,
      onProgress,
    })
    return { ...report, folder: path, quarantine }
  } finally {
    await stores.close()
  }
}
