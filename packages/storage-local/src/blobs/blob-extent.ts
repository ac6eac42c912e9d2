import type { BlobId } from '@bindery/storage'
import { blobPath, isPacked, packOf, packPath, placeOf } from './blob-place.js'
import { slotBytes } from './pack-format.js'

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
  const place = placeOf(id)
  if (place === undefined) return undefined
  if (!isPacked(place)) return { path: blobPath('', place), range: undefined }
  const { offset } = place
  return { path: packPath('', packOf(place)), range: { start: offset, end: offset + slotBytes(place) } }
}
