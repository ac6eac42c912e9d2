import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type NamedBlob, namedBlobs } from '@bindery/service'
import { type BlobStore, type MetadataStore, StorageError } from '@bindery/storage'
import { type BlobExtent, extentOf } from '@bindery/storage-local'
import { systemCode } from '../failure.js'
import { copyBytes, copyExtent } from './copy-extent.js'

/** How far a copy is. */
export interface CopyProgress {
  /** Blobs that the target has, and their bytes. */
  readonly blobs: number
  readonly bytes: number
  /** Of these, those that it had before. */
  readonly present: number
}

export interface CopyBlobsOptions {
  /** Folders of blobs; files of one blob are linked where they are on one file system, since they are never changed. */
  readonly from: string
  readonly to: string
  /** The copied metadata, and the blobs of `to`. */
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly onProgress: (progress: CopyProgress) => void
}

/** Blobs that are looked at together, so that those of one pack are copied with it open. */
const BLOBS_AT_ONCE = 1_000
const CHECKS_AT_ONCE = 8

/**
 * Copies all blobs that the metadata name to the same places of another folder, but for those that are there. Nothing is
 * synced. A blob that its own store has lost is left out.
 */
export async function copyBlobs(options: CopyBlobsOptions): Promise<CopyProgress> {
  const progress = { blobs: 0, bytes: 0, present: 0 }
  let group: NamedBlob[] = []
  const copyGroup = async () => {
    const missing = await missingOf(options.blobs, group)
    progress.present += group.length - missing.length
    await copyExtents(options, missing)
    progress.blobs += group.length
    progress.bytes += group.reduce((sum, { size }) => sum + size, 0)
    options.onProgress(progress)
    group = []
  }
  for await (const blob of namedBlobs(options.metadata)) {
    group.push(blob)
    if (group.length === BLOBS_AT_ONCE) await copyGroup()
  }
  await copyGroup()
  return progress
}

/** Those that the store does not have whole. */
async function missingOf(blobs: BlobStore, named: readonly NamedBlob[]): Promise<NamedBlob[]> {
  const missing: NamedBlob[] = []
  const rest = named.values()
  const check = async () => {
    for (const item of rest) if (!(await isThere(blobs, item))) missing.push(item)
  }
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, check))
  return missing
}

async function isThere(blobs: BlobStore, { blob, size, crc64 }: NamedBlob): Promise<boolean> {
  try {
    return (await blobs.crc64(blob, { start: 0, end: size })) === crc64
  } catch (error) {
    if (error instanceof StorageError && error.kind !== 'unavailable') return false
    throw error
  }
}

async function copyExtents({ from, to }: CopyBlobsOptions, blobs: readonly NamedBlob[]): Promise<void> {
  const byFile = new Map<string, NonNullable<BlobExtent['range']>[] | undefined>()
  for (const { blob } of blobs) {
    const extent = extentOf(blob)
    if (extent === undefined) continue
    const ranges = byFile.get(extent.path)
    if (extent.range !== undefined && ranges !== undefined) ranges.push(extent.range)
    else byFile.set(extent.path, extent.range && [extent.range])
  }
  for (const [path, ranges] of byFile) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    const copying =
      ranges === undefined
        ? copyFile(join(from, path), join(to, path))
        : copyRanges(join(from, path), join(to, path), ranges)
    await copying.catch((error) => {
      if (systemCode(error) !== 'ENOENT') throw error
    })
  }
}

/** A file of one blob. It gets its name when it is whole. */
async function copyFile(source: string, target: string): Promise<void> {
  // What has the name is damaged, or was never finished.
  await rm(target, { force: true })
  try {
    await link(source, target)
    return
  } catch (error) {
    if (!LINK_REFUSALS.has(systemCode(error) ?? '')) throw error
  }
  await copyExtent(source, undefined, `${target}.new`, 0)
  await rename(`${target}.new`, target)
}

/** Another file system, one without links, too many links, or a file of somebody else. */
const LINK_REFUSALS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EACCES', 'ENOSYS'])

/** Some blobs of a pack. Never a link: a pack's own store punches holes into it. */
async function copyRanges(
  source: string,
  target: string,
  ranges: readonly { readonly start: number; readonly end: number }[],
): Promise<void> {
  const from = await open(source, 'r')
  try {
    const to = await openForWriting(target)
    try {
      for (const range of ranges) await copyBytes(from, range, to, range.start)
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  return await open(path, 'r+').catch((error) => {
    if (systemCode(error) !== 'ENOENT') throw error
    return open(path, 'wx', 0o600)
  })
}
