import type { BlobId } from '@bindery/storage'
import {
  type BlobLocation,
  blobPath,
  isPacked,
  locationOf,
  type PackedLocation,
  packOf,
  packPath,
} from './blob-location.js'
import { keepLatest } from './keep-latest.js'
import { hasArea } from './pack-format.js'

/** Blobs whose places are remembered. */
const PLACES_MAX = 1_024

/** Where a blob is. */
export interface Place {
  readonly location: BlobLocation | PackedLocation
  /** The path of its own file, or of the pack that contains it. */
  readonly path: string
  /** The name of a blob that has a file of its own, or an area of a pack, among the open ones. */
  readonly key: string | undefined
}

/** The place of a blob below `folder`, the folder of the blobs. */
export function placeAt(folder: string, location: BlobLocation | PackedLocation): Place {
  if (!isPacked(location)) {
    const path = blobPath(folder, location)
    return { location, path, key: path }
  }
  const path = packPath(folder, packOf(location))
  return { location, path, key: hasArea(location) ? `${path}:${location.offset}` : undefined }
}

/** The places of blobs that were read lately: an id is taken apart, and its path composed, once. */
export class Places {
  readonly #folder: string
  /** The earliest first. */
  readonly #places = new Map<BlobId, Place>()

  /** @param folder of the blobs */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined for an id that is not that of a blob in a file. */
  of(id: BlobId): Place | undefined {
    const known = this.#places.get(id)
    if (known !== undefined) return known
    const location = locationOf(id)
    if (location === undefined) return undefined
    const place = placeAt(this.#folder, location)
    this.#places.set(id, place)
    keepLatest(this.#places, PLACES_MAX)
    return place
  }
}
