import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type AuditReport, audit, type Finding, forEachUnnamed } from '@bindery/service'
import { copyMetadata, METADATA_FILE, systemFiles } from '@bindery/storage-local'
import { Failure, systemCode } from '../failure.js'
import { MARKER_FILE } from './backup-marker.js'
import { type CopyProgress, copyBlobs } from './copy-blobs.js'
import { BLOBS_FOLDER, FORMAT_FILE, METADATA_FOLDER } from './data-folder.js'
import { openStoresIn } from './data-stores.js'
import { lockFolder } from './lock.js'

/** The source and the target of a copy, and its observers. */
export interface CopyFolderOptions {
  /** Absolute paths of a data folder or a backup, and of a folder with a marker. */
  readonly from: string
  readonly to: string
  /** Whether all bytes of the copy are read and verified. */
  readonly bytes: boolean
  readonly onProgress: (progress: CopyProgress) => void
  readonly onFinding: (finding: Finding) => void
}

/** The outcome of a copy. */
export interface CopyReport {
  readonly copied: CopyProgress
  /** The result of an audit of the copy. */
  readonly audit: AuditReport
}

const BUFFER_BYTES = 64 * 1024 * 1024
/** Files that a copy leaves out or writes itself. */
const OWN_FILES = new Set([FORMAT_FILE, MARKER_FILE])

/** Refuses a copy into its own source, also through links. Throws Failure `folderInside`. */
export async function requireApart(from: string, to: string): Promise<void> {
  const [source, target] = await Promise.all([realPath(from), realPath(to)])
  const contains = (outer: string, inner: string) => `${inner}/`.startsWith(`${outer}/`)
  if (contains(source, target) || contains(target, source))
    throw new Failure('folderInside', { folder: to, other: from })
}

/** The path without links; its last parts may not exist yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realPath(dirname(path)), basename(path))
  }
}

/**
 * Copies the files of a folder (keys), its metadata at one moment, and all blobs that they name; syncs and audits the
 * copy.
 */
export async function copyFolder(options: CopyFolderOptions): Promise<CopyReport> {
  const { to } = options
  const lock = await lockFolder(to)
  try {
    return await copyInto(options)
  } finally {
    await lock.release()
  }
}

async function copyInto({ from, to, bytes, onProgress, onFinding }: CopyFolderOptions): Promise<CopyReport> {
  await copyFiles(from, to)
  await copyMetadataInto(from, to)
  const blobFolders = { from: join(from, BLOBS_FOLDER), to: join(to, BLOBS_FOLDER) }
  await mkdir(blobFolders.to, { recursive: true, mode: 0o700 })
  const { metadata, blobs } = await openStoresIn(to, BUFFER_BYTES)
  try {
    const copied = await copyBlobs({ ...blobFolders, metadata, blobs, onProgress })
    // Left by an earlier copy into the same folder.
    await forEachUnnamed({ metadata, blobs }, (id) => blobs.delete(id))
    await syncAll(to)
    return { copied, audit: await audit({ metadata, blobs, random: randomBytes, bytes, onFinding }) }
  } finally {
    await blobs.close()
    await metadata.close()
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isFile() || OWN_FILES.has(entry.name) || entry.name.endsWith('.new')) continue
    await copyFile(join(from, entry.name), join(to, entry.name))
  }
}

async function copyMetadataInto(from: string, to: string): Promise<void> {
  const folder = join(to, METADATA_FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, METADATA_FILE)
  await rm(`${file}.new`, { force: true })
  await copyMetadata(join(from, METADATA_FOLDER), `${file}.new`)
  await rename(`${file}.new`, file)
}

/** Makes all files and names below a folder durable. */
async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncAll(path)
    else if (entry.isFile()) {
      const file = await open(path, 'r')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    }
  }
  await systemFiles.syncFolder(folder)
}
