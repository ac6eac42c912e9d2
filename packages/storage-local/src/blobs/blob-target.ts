import type { StreamDigest } from '@bindery/digest'
import type { Awaitable, BlobId } from '@bindery/storage'
import { type BlobLocation, blobIdOf, blobPath } from './blob-location.js'
import type { FileOperations } from './files.js'
import { encodeHeader } from './format.js'
import { encodePackedHeader, slotBytes } from './pack-format.js'
import { type PackSlot, paddingOf } from './packs.js'
import type { Shards } from './shards.js'

/** Where the image of one blob is written: header, bytes and footer. */
export interface BlobTarget {
  readonly id: BlobId
  readonly header: Uint8Array
  /** The bytes after the footer. */
  readonly padding: Uint8Array
  /** Writes pieces, one after the other; a position counts from the beginning of the header. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>
  /** Writes the whole image. It may be durable already when this resolves; `sync` is called nevertheless. */
  store(bytes: Uint8Array, footer: Uint8Array): Promise<void>
  /** Reserves disk space for a range, with a position as in `write`. */
  reserve(position: number, length: number): Promise<void>
  /** Starts writing a range to the disk, with a position as in `write`. Makes nothing durable. */
  writeBack(position: number, length: number): Promise<void>
  /** Hashes bytes and writes them; resolves with their CRC-64. */
  hashAndWrite(digest: StreamDigest, bytes: Uint8Array, position: number): Promise<bigint>
  /** Resolves when the written bytes and their name are durable, and releases the file; at once if they are. */
  sync(): Awaitable<void>
  /** Releases the file in any state, and leaves no trace of the blob. Called when no write is under way. */
  abandon(): Promise<void>
}

/** A separate file for the blob. */
export async function createFileTarget(
  files: FileOperations,
  folder: string,
  shards: Shards,
  location: BlobLocation,
  owner: Uint8Array,
): Promise<BlobTarget> {
  const id = blobIdOf(location)
  const header = encodeHeader(id, owner)
  const path = blobPath(folder, location)
  const file = await shards.create(location)
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
    store: (bytes, footer) => files.write(file, [header, bytes, footer], 0),
    reserve: (position, length) => files.allocate(file, position, length),
    writeBack: (position, length) => files.writeBack(file, position, length),
    hashAndWrite: (digest, bytes, position) => files.hashAndWrite(file, digest, bytes, position),
    async sync() {
      await files.syncData(file)
      await Promise.all([close(), shards.syncNames(location)])
    },
    async abandon() {
      await close().catch(() => {})
      // A file that cannot be removed stays behind as wreckage, which `list` reports.
      await files.unlink(path).catch(() => {})
    },
  }
}

/** A slot in a pack. */
export function createPackTarget(files: FileOperations, slot: PackSlot, owner: Uint8Array): BlobTarget {
  const { id, location, pack } = slot
  const header = encodePackedHeader(id, location, owner)
  const padding = paddingOf(location)
  let hasWritten = false
  let isDurable = false
  function write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    hasWritten = true
    return pack.write(pieces, location.offset + position)
  }
  return {
    id,
    header,
    padding,
    write,
    store(bytes, footer) {
      hasWritten = true
      return pack.store([header, bytes, footer, padding], location.offset).then(() => {
        isDurable = true
      })
    },
    // A slot is too small for that, and the next sync of the pack comes soon.
    reserve: async () => {},
    writeBack: async () => {},
    async hashAndWrite(digest, bytes, position) {
      // The bytes are in use until both have ended, even if one fails.
      const [hashed, written] = await Promise.allSettled([digest.update(bytes), write([bytes], position)])
      if (written.status === 'rejected') throw written.reason
      if (hashed.status === 'rejected') throw hashed.reason
      return hashed.value
    },
    sync: () => (isDurable ? pack.leave() : pack.sync().then(() => pack.leave())),
    async abandon() {
      // Pages that cannot be cleared stay behind as wreckage, which `list` reports.
      if (hasWritten) await files.clear(pack.file, location.offset, slotBytes(location)).catch(() => {})
      await pack.leave()
    },
  }
}
