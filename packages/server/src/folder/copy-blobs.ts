import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type NamedBlob, namedBlobs } from '@bindery/service'
import { type BlobStore, type MetadataStore, StorageError } from '@bindery/storage'
import { type BlobExtent, extentOf } from '@bindery/storage-local'
import { systemCode } from '../failure.js'
import { copyBytes, copyExtent } from './copy-extent.js'

/** The progress of a copy. */
export interface CopyProgress {
  /** Blobs in the target, and their bytes. */
  readonly blobs: number
  readonly bytes: number
  /** The number of them that were there before. */
  readonly present: number
}

/** The source and the target of a copy of blobs. */
export interface CopyBlobsOptions {
  /** Blob folders. Files of a single blob are hard-linked within one file system, because they never change. */
  readonly from: string
  readonly to: string
  /** The copied metadata, and the blobs of `to`. */
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly onProgress: (progress: CopyProgress) => void
}

/** Blobs that are processed together, so that those of one pack are copied while it is open. */
const BLOBS_AT_ONCE = 1_000
const CHECKS_AT_ONCE = 8

/**
 * Copies all blobs that the metadata name to the same paths of another folder, except those that exist there. Syncs
 * nothing. A blob that its own store has lost is left out.
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

/** The blobs that the store does not have completely. */
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

/** Copies a file of one blob, which gets its name when it is complete. */
async function copyFile(source: string, target: string): Promise<void> {
  // An existing file with the name is damaged, or was never finished.
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

/** Another file system, one without links, too many links, or a file of another user. */
const LINK_REFUSALS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EACCES', 'ENOSYS'])

/** Copies some blobs of a pack. Never a link: the store punches holes into its packs. */
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
