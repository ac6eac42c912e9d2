import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Finding } from '@bindery/service'
import { systemFiles } from '@bindery/storage-local'
import { Failure } from '../failure.js'
import { MARKER_FILE, prepareTarget, readMarker, writeMarker } from './backup-marker.js'
import type { CopyProgress } from './copy-blobs.js'
import { type CopyReport, copyFolder } from './copy-folder.js'
import { requireReadable, writeFormat } from './data-folder.js'
import { folderFailure } from './folder-failure.js'

/** The source and the target of a restore, and its observers. */
export interface RestoreOptions {
  /** A finished backup. */
  readonly backup: string
  /** Empty or missing, or left by an interrupted restore. */
  readonly folder: string
  /** Whether all bytes are read and verified. */
  readonly bytes: boolean
  readonly onProgress: (progress: CopyProgress) => void
  readonly onFinding: (finding: Finding) => void
}

/**
 * Creates a data folder from a backup. Until it is complete, durable and audited, no server accepts it. Throws Failure
 * `backupUnfinished`, `targetNotEmpty`, `formatNewer`, `layoutOther`, `fileDamaged`, `folderForbidden`, `diskFull`.
 */
export async function restore(options: RestoreOptions): Promise<CopyReport> {
  const { bytes, onProgress, onFinding } = options
  const [from, to] = [resolve(options.backup), resolve(options.folder)]
  const marker = await readMarker(from)
  if (marker?.state !== 'finished') throw new Failure('backupUnfinished', { folder: from })
  const { format, layout, begunAt } = marker
  requireReadable(from, marker)
  try {
    await prepareTarget(to)
    if ((await readMarker(to))?.state === 'finished') throw new Failure('targetNotEmpty', { folder: to })
    await writeMarker(to, { state: 'unfinished', format, layout, begunAt })
    const report = await copyFolder({ from, to, bytes, onProgress, onFinding })
    await writeFormat(to, { format, layout })
    await rm(join(to, MARKER_FILE))
    await systemFiles.syncFolder(to)
    return report
  } catch (error) {
    throw folderFailure(error, to)
  }
}
