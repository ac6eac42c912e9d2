import { open } from 'node:fs/promises'
import { type BlobId, type BlobStore, StorageError } from '@bindery/storage'

/** Keeps the bytes of a blob as they are stored, up to the first chunk that is damaged. */
export async function keepBlob(blobs: BlobStore, id: BlobId, path: string): Promise<boolean> {
  const file = await open(path, 'w', 0o600)
  try {
    for await (const { bytes, release } of blobs.read(id, undefined, { asStored: true })) {
      await file.write(bytes)
      release()
    }
  } catch (error) {
    if (!(error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound'))) throw error
  } finally {
    await file.sync()
    await file.close()
  }
  return true
}
