import { access, constants, mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'
import { folderFailure, openFolderFailure } from './folder-failure.js'
import { type FolderLock, LOCK_FOLDER, lockFolder } from './lock.js'

/** Version of everything in a data folder. A server reads its own format and older ones. */
export const FORMAT = 1
/**
 * Counts the changes of format 1 before its first release. A server reads only its own layout; the release of a format
 * fixes its layout.
 */
const LAYOUT = 2

/** The format and layout of a data folder. */
export interface FolderFormat {
  readonly format: number
  /** 1 if it is absent: the first builds did not record it. */
  readonly layout: number
}

/** The format and layout that this release reads and writes. */
export const FOLDER_FORMAT: FolderFormat = { format: FORMAT, layout: LAYOUT }

/** The folder of the metadata file in a data folder. */
export const METADATA_FOLDER = 'metadata'
/** The folder of the blobs in a data folder. */
export const BLOBS_FOLDER = 'blobs'
/** The file that makes a folder a data folder. */
export const FORMAT_FILE = 'format.json'
/** Files that a future data folder may contain: traces of an earlier start, and of the root of a disk. */
const IGNORED = new Set([LOCK_FOLDER, `${FORMAT_FILE}.new`, 'lost+found'])

/** Whether a folder has been used by a server. */
export async function isDataFolder(folder: string): Promise<boolean> {
  return access(join(folder, FORMAT_FILE)).then(
    () => true,
    () => false,
  )
}

/** A data folder that is locked and has a format that this server reads. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string
  readonly isNew: boolean
  readonly lock: FolderLock
}

/**
 * Opens a data folder, and creates it if it is missing or empty. Throws Failure `folderForbidden`, `notAFolder`,
 * `folderDangling`, `folderDeleted`, `folderForeign`, `folderLocked`, `formatNewer`, `layoutOther`, `fileDamaged`, `diskFull`; and the reason of `givenUp` if that is aborted while the folder is in use.
 */
export async function openDataFolder(name: string, givenUp?: AbortSignal): Promise<DataFolder> {
  const path = resolve(name)
  try {
    await createFolder(path)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    // Before anything is written to a folder of another program.
    await readFormat(path)
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? openFolderFailure(error, path) : folderFailure(error, path)
  }
  const lock = await lockFolder(path, undefined, givenUp)
  try {
    const format = await readFormat(path)
    if (format === undefined) await writeFormat(path, FOLDER_FORMAT)
    return { path, isNew: format === undefined, lock }
  } catch (error) {
    await lock.release()
    throw openFolderFailure(error, path)
  }
}

/**
 * Creates a folder and the missing ones above it, one at a time: the recursive mkdir of Node.js never ends where a file
 * system such as /proc refuses new names. Throws Failure
 * `folderDangling`, `notAFolder`.
 */
export async function createFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (found?.isDirectory()) return
  if (found !== undefined) throw new Failure('notAFolder', { folder: path })
  const target = await readlink(path).catch(() => undefined)
  if (target !== undefined) {
    throw new Failure('folderDangling', { folder: path, target: resolve(dirname(path), target) })
  }
  await createFolder(dirname(path))
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    // another process may have created it meanwhile; a parent that exists but takes no name, as in /proc, forbids it
    if (systemCode(error) === 'ENOENT') throw new Failure('folderForbidden', { folder: path }, { cause: error })
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** Makes a folder a data folder. */
export async function writeFormat(folder: string, format: FolderFormat): Promise<void> {
  await writeDurably(join(folder, FORMAT_FILE), `${JSON.stringify(format)}\n`, 0o600)
}

/**
 * The format of a folder; undefined if it is empty. Throws Failure `folderForeign`, `fileDamaged`, `formatNewer`,
 * `layoutOther`.
 */
export async function readFormat(folder: string): Promise<FolderFormat | undefined> {
  const file = join(folder, FORMAT_FILE)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) {
    const names = await readdir(folder)
    if (names.some((name) => !IGNORED.has(name))) throw new Failure('folderForeign', { folder })
    return undefined
  }
  const format = parseFormat(text)
  if (format === undefined) throw new Failure('fileDamaged', { file })
  requireReadable(folder, format)
  return format
}

/** Refuses a format or layout that this server does not read. Throws Failure `formatNewer`, `layoutOther`. */
export function requireReadable(folder: string, { format, layout }: FolderFormat): void {
  if (format > FORMAT) throw new Failure('formatNewer', { folder, format, supported: FORMAT })
  if (layout !== LAYOUT) throw new Failure('layoutOther', { folder, layout, supported: LAYOUT })
}

function parseFormat(text: string): FolderFormat | undefined {
  try {
    const { format, layout = 1 } = JSON.parse(text) as Record<keyof FolderFormat, unknown>
    return isVersion(format) && isVersion(layout) ? { format, layout } : undefined
  } catch {
    return undefined
  }
}

const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1
