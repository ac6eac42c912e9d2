/** Blobs on their way from and to other engines: see `MovableBlobs`. */
import { type BlobId, blobNameOf, StorageError, type StoredBlob, type StoredChunk } from '@bindery/storage'
import { blobPath, locationOf } from './blob-location.js'
import { footerOf, type ReadContext, readBlob } from './blob-reader.js'
import { createFileTarget } from './blob-target.js'
import type { WriteContext } from './blob-writer.js'
import { isSystemError } from './files.js'
import { CHUNK_BYTES, encodeFooter, type Footer, HEADER_BYTES, requireOwner } from './format.js'

/** Implements `MovableBlobs.openStored`. */
export async function openStored(context: ReadContext, id: BlobId): Promise<StoredBlob> {
  const footer = await footerOf(context, id)
  const { size, md5, crc64, encryption } = footer
  const form = { name: blobNameOf(id), size, isEncrypted: encryption !== undefined, md5, crc64 }
  return { form, chunks: () => storedChunks(context, id, footer) }
}

/** Joins the pieces of a read, none of which crosses the border of a chunk. */
async function* storedChunks(
  context: ReadContext,
  id: BlobId,
  { size, chunks, encryption }: Footer,
): AsyncGenerator<StoredChunk, void> {
  const buffer = Buffer.allocUnsafe(Math.min(size, CHUNK_BYTES))
  let index = 0
  let filled = 0
  for await (const { bytes, release } of readBlob(context, id, undefined, { asStored: true })) {
    buffer.set(bytes, filled)
    filled += bytes.length
    release()
    if (filled < Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES)) continue
    const crc64 = chunks[index] ?? 0n
    const stored = encryption?.stored[index] ?? crc64
    yield { bytes: buffer.subarray(0, filled), stored, crc64, tag: encryption?.tags[index] }
    index += 1
    filled = 0
  }
}

/** Implements `MovableBlobs.adopt`: every blob gets a file of its own, since packs have numbers that other blobs may have. */
export async function adoptBlob(
  context: WriteContext,
  { form, chunks }: StoredBlob,
  owner: Uint8Array,
): Promise<BlobId> {
  const { files, folder, shards, freeSpace } = context
  requireOwner(owner)
  const location = locationOf(form.name)
  if (location === undefined) throw new StorageError('misuse', `not the name of a blob: ${form.name}`)
  await freeSpace.check(form.size)
  // one that an earlier run has left, or that another record owned
  await files.unlink(blobPath(folder, location)).catch((error) => {
    if (!isSystemError(error, 'ENOENT')) throw error
  })
  const target = await createFileTarget(files, folder, shards, location, owner)
  try {
    const kept = { chunks: [] as bigint[], stored: [] as bigint[], tags: [] as Uint8Array[] }
    await target.write([target.header], 0)
    let position = HEADER_BYTES
    for await (const { bytes, stored, crc64, tag } of chunks()) {
      await target.write([bytes], position)
      position += bytes.length
      kept.chunks.push(crc64)
      kept.stored.push(stored)
      if (tag !== undefined) kept.tags.push(Uint8Array.from(tag))
    }
    const encryption = form.isEncrypted ? { stored: kept.stored, tags: kept.tags } : undefined
    await target.write([encodeFooter(target.id, { ...form, chunks: kept.chunks, encryption })], position)
    await target.sync()
    return target.id
  } catch (error) {
    await target.abandon()
    throw error
  }
}
