/** Blobs on their way from and to other engines: see `MovableBlobs`. */
import { type BlobId, METADATA_LIMITS, StorageError, type StoredBlob, type StoredChunk } from '@bindery/storage'
import { blobIdOf, keyOf, type StoredBlob as NamedBlob } from './blob-names.js'
import { type ReadContext, readChunks, readFooter, requireBlob } from './blob-reader.js'
import type { WriteContext } from './blob-writer.js'
import { chunkCount, encodeFooter, encodeTail, footerBytes, framedBytes } from './format.js'
import type { Upload } from './s3-objects.js'

/** A blob has the same key each time that it is taken over. What a failed try leaves, the next one replaces. */
const REPEATED = { isRepeated: true }

/** Implements `MovableBlobs.openStored`. */
export async function openStored(context: ReadContext, id: BlobId): Promise<StoredBlob> {
  const blob = requireBlob(id)
  const { name, size, isEncrypted } = blob
  const { md5, crc64 } = await readFooter(context, blob)
  return { form: { name, size, isEncrypted, md5, crc64 }, chunks: () => storedChunks(context, blob) }
}

async function* storedChunks(context: ReadContext, blob: NamedBlob): AsyncGenerator<StoredChunk, void> {
  if (blob.size === 0) return
  for await (const { bytes, stored, secret, release } of readChunks(
    context,
    blob,
    { start: 0, end: blob.size },
    undefined,
  )) {
    try {
      yield { bytes, stored, crc64: secret?.crc64 ?? stored, tag: secret?.tag }
    } finally {
      release()
    }
  }
}

/** Implements `MovableBlobs.adopt`. */
export async function adoptBlob(
  context: WriteContext,
  { form, chunks }: StoredBlob,
  owner: Uint8Array,
): Promise<BlobId> {
  if (owner.length > METADATA_LIMITS.keyBytes) throw new StorageError('limit', 'the owner of a blob is too long')
  const { objects, budget, partSlabs } = context
  objects.requireSpace()
  const blob = { name: form.name, ownerBytes: owner.length, size: form.size, isEncrypted: form.isEncrypted }
  const key = keyOf(blob)
  const slabs = await budget.take(Math.min(Math.max(chunkCount(form.size), 1), partSlabs))
  let upload: Upload | undefined
  try {
    const checksums: bigint[] = []
    let frames: Uint8Array[] = []
    for await (const { bytes, stored, crc64, tag } of chunks()) {
      if (frames.length === 2 * slabs.buffers.length) {
        upload ??= await objects.beginUpload(key, REPEATED)
        await upload.part(frames)
        frames = []
      }
      const slab = slabs.buffers[frames.length / 2] ?? Buffer.alloc(bytes.length)
      slab.set(bytes)
      const secret = tag && { crc64, tag }
      frames.push(slab.subarray(0, bytes.length), encodeTail(form.name, checksums.length, stored, secret))
      checksums.push(crc64)
    }
    const footer = encodeFooter(form.name, form.size, { ...form, owner, chunks: checksums })
    if (upload === undefined) await objects.put(key, [...frames, footer], REPEATED)
    else {
      await upload.part([...frames, footer])
      await upload.complete(framedBytes(blob) + footerBytes(blob))
    }
    return blobIdOf(blob)
  } catch (error) {
    await upload?.abandon()
    throw error
  } finally {
    slabs.release()
  }
}
