import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, systemCode } from '../failure.js'
import { createFolder, FORMAT_FILE, type FolderFormat } from './data-folder.js'
import { writeDurably } from './durable-file.js'

/** Present in a folder that is being filled, and in a finished backup. */
export const MARKER_FILE = 'backup.json'

const VERSION = 1

/** The content of `backup.json`; format and layout are those of the copied data folder. */
export interface BackupMarker extends FolderFormat {
  readonly version: number
  /** unfinished: being written, or interrupted; a later run continues it. */
  readonly state: 'unfinished' | 'finished'
  /** When the copy was started, as ISO text. */
  readonly begunAt: string
}

/** Replaces the marker of a folder; it is durable when this resolves. Rejects with the error of the file system. */
export async function writeMarker(folder: string, marker: Omit<BackupMarker, 'version'>): Promise<void> {
  await writeDurably(join(folder, MARKER_FILE), `${JSON.stringify({ version: VERSION, ...marker })}\n`, 0o600)
}

/** Undefined if there is no marker. Throws Failure `fileDamaged`, `formatNewer`. */
export async function readMarker(folder: string): Promise<BackupMarker | undefined> {
  const file = join(folder, MARKER_FILE)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const marker: BackupMarker = { layout: 1, ...JSON.parse(text) }
    if (marker.version > VERSION)
      throw new Failure('formatNewer', { folder, format: marker.version, supported: VERSION })
    if (marker.state === 'finished' || marker.state === 'unfinished') return marker
  } catch (error) {
    if (error instanceof Failure) throw error
  }
  throw new Failure('fileDamaged', { file })
}

/**
 * Creates a folder to fill. An existing one must be empty, or contain a marker and not yet be a data folder. Throws
 * Failure `targetNotEmpty`.
 */
export async function prepareTarget(folder: string): Promise<void> {
  await createFolder(folder)
  const names = await readdir(folder)
  if (names.includes(FORMAT_FILE)) throw new Failure('targetNotEmpty', { folder })
  if ((await readMarker(folder)) !== undefined) return
  // A marker that was being written when its run was interrupted.
  if (names.some((name) => name !== 'lost+found' && name !== `${MARKER_FILE}.new`)) {
    throw new Failure('targetNotEmpty', { folder })
  }
}
