import { join } from 'node:path'
import type { BlobEntry, BlobId } from '@bindery/storage'
import { blobIdOf, incarnationFolder, isCounter, isIncarnation, isShard } from './blob-place.js'
import { readFooter } from './blob-reader.js'
import { type FileOperations, isSystemError } from './files.js'
import { decodeHeader, HEADER_BYTES } from './format.js'

/** What a listing needs of its store. */
export interface ListContext {
  readonly folder: string
  readonly files: FileOperations
  readonly incarnation: string
  /** Whether a write of this process is still under way. */
  isUnfinished(id: BlobId): boolean
}

/** Lists blobs as `BlobStore.list` says, folder by folder. Files that are none of the store's are passed over. */
export async function* listBlobs(context: ListContext, after: BlobId | undefined): AsyncGenerator<BlobEntry, void> {
  const { folder } = context
  for (const incarnation of await namesIn(context, folder, isIncarnation)) {
    // All ids of an incarnation go on with a hyphen, which the dot follows in ASCII.
    if (after !== undefined && `${incarnation}.` <= after) continue
    const incarnationPath = incarnationFolder(folder, incarnation)
    for (const shard of await namesIn(context, incarnationPath, isShard)) {
      if (after !== undefined && `${incarnation}-${shard}fff` <= after) continue
      for (const counter of await namesIn(context, join(incarnationPath, shard), isCounter)) {
        const id = blobIdOf({ incarnation, counter: Number.parseInt(counter, 16) })
        if (!counter.startsWith(shard) || (after !== undefined && id <= after)) continue
        const entry = await describe(context, id, incarnation, join(incarnationPath, shard, counter))
        if (entry !== undefined) yield entry
      }
    }
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

/** The entry of a file, or undefined if it is gone or a write of this process has not ended. */
async function describe(
  context: ListContext,
  id: BlobId,
  incarnation: string,
  path: string,
): Promise<BlobEntry | undefined> {
  const { files } = context
  if (context.isUnfinished(id)) return undefined
  let file: number
  try {
    file = await files.open(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    await files.read(file, header, 0)
    const footer = await readFooter(files, id, file)
    const size = footer?.size ?? Math.max((await files.size(file)) - HEADER_BYTES, 0)
    return { id, incarnation, size, hint: decodeHeader(id, header) }
  } finally {
    await files.close(file)
  }
}
