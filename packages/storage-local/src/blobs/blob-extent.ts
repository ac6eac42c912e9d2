import type { BlobId } from '@bindery/storage'
import { blobPath, isPacked, packOf, packPath, placeOf } from './blob-place.js'
import { slotBytes } from './pack-format.js'

/** Where the image of a blob (header, bytes, footer) lies in a store's folder: what a copy of it must hold. */
export interface BlobExtent {
  /** Of the file, from the store's folder. */
  readonly path: string
  /** In bytes from the file's beginning, half-open; undefined: all of the file, which is the blob's own. */
  readonly range: { readonly start: number; readonly end: number } | undefined
}

/** Where a blob lies; undefined if it lies in no file. Its image may be copied to the same place of another store. */
export function extentOf(id: BlobId): BlobExtent | undefined {
  const place = placeOf(id)
  if (place === undefined) return undefined
  if (!isPacked(place)) return { path: blobPath('', place), range: undefined }
  const { offset } = place
  return { path: packPath('', packOf(place)), range: { start: offset, end: offset + slotBytes(place) } }
}
