import type { StreamDigest } from '@bindery/digest'
import type { BlobId } from '@bindery/storage'
import { type BlobPlace, blobIdOf, blobPath } from './blob-place.js'
import type { FileOperations } from './files.js'
import { encodeHeader } from './format.js'
import { encodePackedHeader, slotBytes } from './pack-format.js'
import { type PackSlot, paddingOf } from './packs.js'
import type { Shards } from './shards.js'

/** Where the image of one blob is written: header, bytes and footer. */
export interface BlobTarget {
  readonly id: BlobId
  readonly header: Uint8Array
  /** What follows the footer. */
  readonly padding: Uint8Array
  /** Writes pieces, one after the other; a position counts from the header's beginning. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>
  /** Reserves disk space for a range, whose position counts as in `write`. */
  reserve(position: number, length: number): Promise<void>
  /** Begins to write a range to the disk, whose position counts as in `write`. Makes nothing durable. */
  writeBack(position: number, length: number): Promise<void>
  /** Hashes bytes and writes them; resolves with their CRC-64. */
  hashAndWrite(digest: StreamDigest, bytes: Uint8Array, position: number): Promise<bigint>
  /** Resolves when what was written, and its name, are durable, and lets go of the file. */
  sync(): Promise<void>
  /** Lets go of the file, whatever happened, and leaves no trace of the blob. Called when no write is under way. */
  abandon(): Promise<void>
}

/** A file of the blob's own. */
export async function createFileTarget(
  files: FileOperations,
  folder: string,
  shards: Shards,
  place: BlobPlace,
  owner: Uint8Array,
): Promise<BlobTarget> {
  const id = blobIdOf(place)
  const header = encodeHeader(id, owner)
  const path = blobPath(folder, place)
  const file = await shards.create(place)
  let isOpen = true
  async function close(): Promise<void> {
    if (!isOpen) return
    isOpen = false
    await files.close(file)
  }
  return {
    id,
    header,
    padding: new Uint8Array(0),
    write: (pieces, position) => files.write(file, pieces, position),
    reserve: (position, length) => files.allocate(file, position, length),
    writeBack: (position, length) => files.writeBack(file, position, length),
    hashAndWrite: (digest, bytes, position) => files.hashAndWrite(file, digest, bytes, position),
    async sync() {
      await files.syncData(file)
      await Promise.all([close(), shards.syncNames(place)])
    },
    async abandon() {
      await close().catch(() => {})
      // A file that cannot be removed stays behind as wreckage, which `list` shows.
      await files.unlink(path).catch(() => {})
    },
  }
}

/** A slot in a pack. */
export function createPackTarget(files: FileOperations, slot: PackSlot, owner: Uint8Array): BlobTarget {
  const { id, place, pack } = slot
  let hasWritten = false
  function write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    hasWritten = true
    return pack.write(pieces, place.offset + position)
  }
  return {
    id,
    header: encodePackedHeader(id, place, owner),
    padding: paddingOf(place),
    write,
    // A slot is too small for that, and the next sync of the pack comes soon.
    reserve: async () => {},
    writeBack: async () => {},
    async hashAndWrite(digest, bytes, position) {
      // The bytes are in use until both have ended, also when one fails.
      const [hashed, written] = await Promise.allSettled([digest.update(bytes), write([bytes], position)])
      if (written.status === 'rejected') throw written.reason
      if (hashed.status === 'rejected') throw hashed.reason
      return hashed.value
    },
    async sync() {
      await pack.sync()
      await pack.leave()
    },
    async abandon() {
      // What cannot be cleared stays behind as wreckage, which `list` shows.
      if (hasWritten) await files.clear(pack.file, place.offset, slotBytes(place)).catch(() => {})
      await pack.leave()
    },
  }
}
