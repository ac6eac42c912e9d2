import type { Appended, Digest, DigestName, StreamDigest, Unsealed } from '@bindery/digest'
import type { Awaitable, BlobId } from '@bindery/storage'
import { type BlobLocation, blobIdOf, blobPath } from './blob-location.js'
import { alignedPage } from './direct-files.js'
import type { FileOperations } from './files.js'
import { BLANKS, encodeHeader, encodeUnsealed, SHORT_FOOTER_BYTES } from './format.js'
import { encodePackedHeader, hasArea, imageBytes, slotBytes } from './pack-format.js'
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
export class PackTarget implements BlobTarget {
  readonly id: BlobId
  readonly #files: FileOperations
  readonly #slot: PackSlot
  readonly #owner: Uint8Array
  #header: Uint8Array | undefined
  #hasWritten = false
  #isDurable = false

  constructor(files: FileOperations, slot: PackSlot, owner: Uint8Array) {
    this.id = slot.id
    this.#files = files
    this.#slot = slot
    this.#owner = owner
  }

  get header(): Uint8Array {
    this.#header ??= this.#encodeHeader()
    return this.#header
  }

  get padding(): Uint8Array {
    return paddingOf(this.#slot.location)
  }

  /** Whether `seal` may be called. */
  get seals(): boolean {
    const { location, pack } = this.#slot
    return pack.seals && !location.isEncrypted
  }

  write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    this.#hasWritten = true
    return this.#slot.pack.write(pieces, this.#slot.location.offset + position)
  }

  async store(bytes: Uint8Array, footer: Uint8Array): Promise<void> {
    await this.#store([this.header, bytes, footer, this.padding])
  }

  /**
   * Hashes bytes and writes the whole image, with a footer that describes them, as `store` does.
   * @param image memory around the bytes in which the image is laid out, if it is large enough
   */
  seal(bytes: Uint8Array, digests: readonly DigestName[], image: Uint8Array | undefined): Promise<Digest> {
    const { headerBytes, size } = this.#slot.location
    const end = headerBytes + size
    const footer = image?.subarray(end, end + SHORT_FOOTER_BYTES) ?? new Uint8Array(SHORT_FOOTER_BYTES)
    encodeUnsealed(this.id, size, headerBytes, footer)
    const unsealed = { bytes, digests, footer, blanks: BLANKS }
    const pieces = image === undefined ? [this.header, bytes, footer, this.padding] : [this.#layOut(image)]
    return this.#store(pieces, unsealed).then(digestIn)
  }

  // A slot is too small for that, and the next sync of the pack comes soon.
  async reserve(): Promise<void> {}
  async writeBack(): Promise<void> {}

  async hashAndWrite(digest: StreamDigest, bytes: Uint8Array, position: number): Promise<bigint> {
    // The bytes are in use until both have ended, even if one fails.
    const [hashed, written] = await Promise.allSettled([digest.update(bytes), this.write([bytes], position)])
    if (written.status === 'rejected') throw written.reason
    if (hashed.status === 'rejected') throw hashed.reason
    return hashed.value
  }

  sync(): Awaitable<void> {
    const { pack } = this.#slot
    return this.#isDurable ? pack.leave() : pack.sync().then(() => pack.leave())
  }

  async abandon(): Promise<void> {
    const { location, pack } = this.#slot
    // Pages that cannot be cleared stay behind as wreckage, which `list` reports.
    if (this.#hasWritten) await this.#files.clear(pack.file, location.offset, slotBytes(location)).catch(() => {})
    await pack.leave()
  }

  /** A header that fills a page begins at a page of memory: it is written past the page cache, with the bytes behind it. */
  #encodeHeader(): Uint8Array {
    const { location } = this.#slot
    const header = hasArea(location) ? alignedPage() : new Uint8Array(location.headerBytes)
    return encodePackedHeader(this.id, location, this.#owner, header)
  }

  /** Sets what is around the bytes and the footer of an image. */
  #layOut(image: Uint8Array): Uint8Array {
    const { location } = this.#slot
    encodePackedHeader(this.id, location, this.#owner, image.subarray(0, location.headerBytes))
    // not `fill` with 0: it sets shared memory byte by byte
    const { padding } = this
    if (padding.length > 0)
      Buffer.from(image.buffer, image.byteOffset, image.length).fill(padding, imageBytes(location))
    return image
  }

  #store(pieces: readonly Uint8Array[], unsealed?: Unsealed): Promise<Appended | undefined> {
    this.#hasWritten = true
    const { location, pack } = this.#slot
    return pack.store(pieces, location.offset, unsealed).then((appended) => {
      this.#isDurable = true
      return appended
    })
  }
}

function digestIn(appended: Appended | undefined): Digest {
  if (appended?.digest === undefined) throw new Error('bytes were appended without their digest')
  return appended.digest
}
