import { resolve } from 'node:path'
import type { Finding } from '@bindery/service'
import { prepareTarget, writeMarker } from './backup-marker.js'
import type { CopyProgress } from './copy-blobs.js'
import { type CopyReport, copyFolder, requireApart } from './copy-folder.js'
import { FOLDER_FORMAT, readFormat } from './data-folder.js'
import { requireDataFolder } from './data-stores.js'
import { folderFailure } from './folder-failure.js'
import { holdFolder } from './hold.js'

/** The source and the target of a backup, and its observers. */
export interface BackupOptions {
  /** A data folder, which a server may be using. */
  readonly folder: string
  /** Empty or missing, or an earlier backup, whose blobs are kept if they are still named. */
  readonly target: string
  /** Whether all bytes of the backup are read and verified. */
  readonly bytes: boolean
  readonly onProgress: (progress: CopyProgress) => void
  readonly onFinding: (finding: Finding) => void
}

/**
 * Copies a data folder in its state at one moment. The target is marked as unfinished until it is complete, durable and
 * audited; findings of the audit are problems of the data folder itself. Throws Failure `folderMissing`,
 * `folderInside`, `targetNotEmpty`, `formatNewer`, `layoutOther`, `fileDamaged`, `folderForbidden`, `diskFull`.
 */
export async function backup(options: BackupOptions): Promise<CopyReport> {
  const { bytes, onProgress, onFinding } = options
  const [from, to] = [resolve(options.folder), resolve(options.target)]
  await requireDataFolder(from)
  await requireApart(from, to)
  const format = (await readFormat(from)) ?? FOLDER_FORMAT
  try {
    await prepareTarget(to)
    const begunAt = new Date().toISOString()
    await writeMarker(to, { state: 'unfinished', ...format, begunAt })
    // Before the metadata are copied: nothing that they name is freed until the blobs are copied too.
    const hold = await holdFolder(from)
    try {
      const report = await copyFolder({ from, to, bytes, onProgress, onFinding })
      await writeMarker(to, { state: 'finished', ...format, begunAt })
      return report
    } finally {
      await hold.release()
    }
  } catch (error) {
    throw folderFailure(error, to)
  }
}
