import { join } from 'node:path'
import type { BlobEntry, BlobId } from '@bindery/storage'
import {
  type BlobLocation,
  blobIdOf,
  blobPath,
  counterOf,
  incarnationFolder,
  isCounter,
  isIncarnation,
  isPackName,
  isShard,
  packPath,
} from './blob-location.js'
import { readFooter } from './blob-reader.js'
import { type FileOperations, isSystemError } from './files.js'
import { decodeHeader, HEADER_BYTES } from './format.js'
import { scanPack } from './pack-scanner.js'

/** The parts of a store that a listing needs. */
export interface ListContext {
  readonly folder: string
  readonly files: FileOperations
  /** Whether a write of this process is still under way. */
  isUnfinished(id: BlobId): boolean
}

/** Lists blobs as specified for `BlobStore.list`. Files that do not belong to the store are ignored. */
export async function* listBlobs(context: ListContext, after: BlobId | undefined): AsyncGenerator<BlobEntry, void> {
  const { folder, isUnfinished } = context
  for (const incarnation of await namesIn(context, folder, isIncarnation)) {
    // All ids of an incarnation continue with a hyphen, which the dot follows in ASCII.
    if (after !== undefined && `${incarnation}.` <= after) continue
    for await (const entry of merged(filesOf(context, incarnation, after), packedOf(context, incarnation, after))) {
      if ((after === undefined || entry.id > after) && !isUnfinished(entry.id)) yield entry
    }
  }
}

/** The blobs of an incarnation that have their own files, in order. */
async function* filesOf(context: ListContext, incarnation: string, after: BlobId | undefined) {
  const path = incarnationFolder(context.folder, incarnation)
  for (const shard of await namesIn(context, path, isShard)) {
    if (after !== undefined && `${incarnation}-${shard}fff` <= after) continue
    for (const name of await namesIn(context, join(path, shard), isCounter)) {
      const location = { incarnation, counter: counterOf(name) }
      if (!name.startsWith(shard) || (after !== undefined && blobIdOf(location) <= after)) continue
      const entry = await blobEntryOf(context, location)
      if (entry !== undefined) yield entry
    }
  }
}

/** The blobs of an incarnation that are in packs, in order: those of a pack come before the counter of the next. */
async function* packedOf(context: ListContext, incarnation: string, after: BlobId | undefined) {
  const packs = await packsOf(context, incarnation)
  for (const [index, pack] of packs.entries()) {
    const next = packs[index + 1]
    if (after !== undefined && next !== undefined && blobIdOf(next) <= after) continue
    const file = await openIfThere(context, packPath(context.folder, pack))
    if (file === undefined) continue
    try {
      for await (const { id, location, owner } of scanPack(context.files, pack, file, 0)) {
        yield { id, incarnation, size: location.size, hint: async () => ({ owner }) }
      }
    } finally {
      await context.files.close(file)
    }
  }
}

async function packsOf(context: ListContext, incarnation: string): Promise<BlobLocation[]> {
  const path = incarnationFolder(context.folder, incarnation)
  const packs: BlobLocation[] = []
  for (const shard of await namesIn(context, path, isShard)) {
    for (const name of await namesIn(context, join(path, shard), isPackName)) {
      if (name.startsWith(shard)) packs.push({ incarnation, counter: counterOf(name) })
    }
  }
  return packs
}

/** Merges two sequences in order of id. */
async function* merged(
  left: AsyncGenerator<BlobEntry, void>,
  right: AsyncGenerator<BlobEntry, void>,
): AsyncGenerator<BlobEntry, void> {
  try {
    let [first, second] = await Promise.all([left.next(), right.next()])
    while (!first.done || !second.done) {
      if (!first.done && (second.done || first.value.id < second.value.id)) {
        yield first.value
        first = await left.next()
      } else if (!second.done) {
        yield second.value
        second = await right.next()
      }
    }
  } finally {
    await Promise.all([left.return(), right.return()])
  }
}

async function namesIn({ files }: ListContext, path: string, isOurs: (name: string) => boolean): Promise<string[]> {
  try {
    return (await files.names(path)).filter(isOurs).sort()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

async function openIfThere({ files }: ListContext, path: string): Promise<number | undefined> {
  try {
    return await files.open(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The entry of a file, or undefined if it is gone or a write of this process has not ended. */
async function blobEntryOf(context: ListContext, location: BlobLocation): Promise<BlobEntry | undefined> {
  const { files, folder } = context
  const id = blobIdOf(location)
  if (context.isUnfinished(id)) return undefined
  const file = await openIfThere(context, blobPath(folder, location))
  if (file === undefined) return undefined
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    await files.read(file, header, 0)
    const footer = await readFooter(files, id, file)
    const size = footer?.size ?? Math.max((await files.size(file)) - HEADER_BYTES, 0)
    const owner = decodeHeader(id, header)
    return { id, incarnation: location.incarnation, size, hint: async () => owner && { owner } }
  } finally {
    await files.close(file)
  }
}
