import type { Awaitable, BlobId } from '@bindery/storage'
import {
  AREA_BYTES,
  type BlobLocation,
  PAGE_BYTES,
  type PackedLocation,
  packedIdOf,
  packPath,
} from './blob-location.js'
import type { FileOperations } from './files.js'
import type { BlobShape } from './format.js'
import { Pack } from './pack.js'
import {
  hasArea,
  type ImageShape,
  imageBytes,
  PACKED_BYTES_MAX,
  packedHeaderBytes,
  paddedBytes,
  slotBytes,
} from './pack-format.js'
import type { PackSpace } from './pack-space.js'
import type { Shards } from './shards.js'

/** A location in a pack of this process, for one blob. */
export interface PackSlot {
  readonly id: BlobId
  readonly location: PackedLocation
  readonly pack: Pack
}

const ZEROS = new Uint8Array(PAGE_BYTES)

/** The bytes that fill the last page of an image. */
export function paddingOf(location: PackedLocation): Uint8Array {
  return ZEROS.subarray(0, paddedBytes(location) - imageBytes(location))
}

/** The packs that this process fills, one after the other. */
export class Packs {
  readonly #files: FileOperations
  readonly #folder: string
  readonly #shards: Shards
  readonly #space: PackSpace
  #current: Promise<Pack | undefined> | undefined
  /** The pack that `#current` has resolved with. */
  #open: Pack | undefined

  constructor(files: FileOperations, folder: string, shards: Shards, space: PackSpace) {
    this.#files = files
    this.#folder = folder
    this.#shards = shards
    this.#space = space
  }

  /**
   * A slot for a blob; undefined if it is too large, or where packs are not used because their space could not be
   * reclaimed.
   */
  takeSlot({ size, isEncrypted }: BlobShape, owner: Uint8Array): Awaitable<PackSlot | undefined> {
    const shape = { headerBytes: packedHeaderBytes(owner, { size, isEncrypted }), size, isEncrypted }
    if (size > PACKED_BYTES_MAX) return undefined
    const slot = this.#open && this.#slotIn(this.#open, shape)
    return slot ?? this.#takeSlotAnew(shape)
  }

  async #takeSlotAnew(shape: ImageShape): Promise<PackSlot | undefined> {
    for (;;) {
      this.#current ??= this.#create()
      const current = this.#current
      const pack = await current
      if (pack === undefined) return undefined
      const slot = this.#slotIn(pack, shape)
      if (slot !== undefined) {
        if (this.#current === current) this.#open = pack
        return slot
      }
      if (this.#current === current) {
        this.#current = undefined
        this.#open = undefined
      }
      await pack.retire()
    }
  }

  #slotIn(pack: Pack, shape: ImageShape): PackSlot | undefined {
    const offset = pack.takeSlot(slotBytes(shape), hasArea(shape) ? AREA_BYTES : PAGE_BYTES)
    if (offset === undefined) return undefined
    // In one step with the offset: the blobs of a pack lie in the order of their counters.
    const counter = this.#shards.nextCounter()
    const { incarnation, counter: packCounter } = pack.location
    const location = { incarnation, counter, pack: packCounter, offset, ...shape }
    return { id: packedIdOf(location), location, pack }
  }

  /** Closes the pack that is being filled, when its last user has left. */
  async close(): Promise<void> {
    await (await this.#current?.catch(() => undefined))?.retire()
  }

  async #create(): Promise<Pack | undefined> {
    try {
      const location = this.#shards.nextLocation()
      const file = await this.#shards.create(location, packPath(this.#folder, location))
      return await this.#prepare(location, file)
    } catch (error) {
      // The next blob tries again.
      this.#current = undefined
      throw error
    }
  }

  async #prepare(location: BlobLocation, file: number): Promise<Pack | undefined> {
    const path = packPath(this.#folder, location)
    try {
      if ((await this.#files.canPunch(file)) && (await this.#files.tryLock(file))) {
        await this.#shards.syncNames(location)
        return new Pack(this.#files, location, file, () => this.#closed(location))
      }
    } catch (error) {
      await this.#drop(path, file)
      throw error
    }
    await this.#drop(path, file)
    return undefined
  }

  async #drop(path: string, file: number): Promise<void> {
    await this.#files.close(file).catch(() => {})
    await this.#files.unlink(path).catch(() => {})
  }

  /** All its blobs may have been deleted while it was open. */
  async #closed(location: BlobLocation): Promise<void> {
    // A pack that cannot be inspected stays until the next delete there; if no delete comes, it is empty and costs a
    // name.
    await this.#space.unlinkIfEmpty(location).catch(() => {})
  }
}
