import type { BlobId } from '@bindery/storage'
import { blobPath, isPacked, locationOf, packOf, packPath } from './blob-location.js'
import { paddedBytes } from './pack-format.js'

/** The location of a blob's image (header, bytes, footer) in a store's folder, for a copy of the folder. */
export interface BlobExtent {
  /** Relative to the store's folder. */
  readonly path: string
  /** In bytes from the file's beginning, half-open; undefined: the whole file, which belongs to the blob. */
  readonly range: { readonly start: number; readonly end: number } | undefined
}

/**
 * The location of a blob; undefined if it has no file. Its image may be copied to the same location of another
 * store.
 */
export function extentOf(id: BlobId): BlobExtent | undefined {
  const location = locationOf(id)
  if (location === undefined) return undefined
  if (!isPacked(location)) return { path: blobPath('', location), range: undefined }
  const { offset } = location
  return { path: packPath('', packOf(location)), range: { start: offset, end: offset + paddedBytes(location) } }
}
