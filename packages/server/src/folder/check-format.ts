import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure, systemCode } from '../failure.js'
import { readMarker } from './backup-marker.js'
import { FOLDER_FORMAT, type FolderFormat, readFormat, requireReadable } from './data-folder.js'
import { folderFailure } from './folder-failure.js'

/** A folder compared with the format of this release. */
export interface FormatCheck {
  /** Absolute. */
  readonly folder: string
  /** `new`: missing or empty. */
  readonly kind: 'data' | 'backup' | 'new'
  /** The format and layout that this release reads and writes. */
  readonly supported: FolderFormat
  /** Why a server, or a restore of the backup, would refuse the folder; undefined if it would not. */
  readonly refusal: Failure | undefined
}

/** The kinds of failures that are the result of a check. */
const REFUSALS: readonly string[] = ['formatNewer', 'layoutOther', 'backupUnfinished']

/**
 * Compares the format of a data folder or a backup with that of this release. Nothing is written, and a server may use the folder.
 * Throws Failure `folderForbidden`, `notAFolder`, `folderForeign`, `fileDamaged`.
 */
export async function checkFormat(name: string): Promise<FormatCheck> {
  const folder = resolve(name)
  const check = (kind: FormatCheck['kind'], refusal?: Failure) => ({ folder, kind, supported: FOLDER_FORMAT, refusal })
  let kind: FormatCheck['kind'] = 'data'
  try {
    if (await isMissing(folder)) return check('new')
    const marker = await readMarker(folder)
    if (marker !== undefined) {
      kind = 'backup'
      requireReadable(folder, marker)
      if (marker.state !== 'finished') throw new Failure('backupUnfinished', { folder })
      return check(kind)
    }
    return check((await readFormat(folder)) === undefined ? 'new' : 'data')
  } catch (error) {
    if (error instanceof Failure && REFUSALS.includes(error.kind)) return check(kind, error)
    throw folderFailure(error, folder)
  }
}

async function isMissing(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => false,
    (error) => {
      if (systemCode(error) === 'ENOENT') return true
      throw error
    },
  )
}
