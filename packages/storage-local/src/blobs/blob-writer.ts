import type { BufferPool, Hasher, StreamDigest } from '@bindery/digest'
import type { BlobHint, BlobId, BlobInfo, ByteSource } from '@bindery/storage'
import { type BlobPlace, blobIdOf, blobPath, shardFolder } from './blob-place.js'
import { ChunkTally } from './chunk-tally.js'
import type { FileOperations } from './files.js'
import type { FolderSync } from './folder-sync.js'
import { encodeFooter, encodeHeader, HEADER_BYTES } from './format.js'
import type { FreeSpace } from './free-space.js'
import { hashed } from './hashed.js'
import { type Piece, PieceReader } from './piece-reader.js'
import type { Shards } from './shards.js'

/** What the writes of a store share. */
export interface WriteContext {
  readonly folder: string
  readonly files: FileOperations
  readonly folderSync: FolderSync
  readonly shards: Shards
  readonly freeSpace: FreeSpace
  readonly hasher: Hasher
  readonly pool: BufferPool
}

/** Pieces of one blob that are hashed and written while the next is received. */
const PIECES_IN_FLIGHT_MAX = 2

/** Writes a source into the file of a place, durably; leaves no file if it fails. */
export async function writeBlob(
  context: WriteContext,
  place: BlobPlace,
  source: ByteSource,
  hint: BlobHint,
): Promise<BlobInfo> {
  const id = blobIdOf(place)
  const header = encodeHeader(id, hint)
  await context.freeSpace.require(source.size ?? 0)
  await source.ready()
  const writing = new BlobWriting(context, await context.shards.create(place), header, source.size)
  try {
    const info = await writing.receive(id, new PieceReader(source, context.pool))
    await context.files.syncData(writing.file)
    await Promise.all([writing.close(), context.folderSync.sync(shardFolder(context.folder, place))])
    return info
  } catch (error) {
    await writing.abandon()
    // A file that cannot be removed stays behind as wreckage, which `list` shows.
    await context.files.unlink(blobPath(context.folder, place)).catch(() => {})
    throw error
  }
}

/** One blob file while it is being written. */
class BlobWriting {
  readonly file: number
  readonly #context: WriteContext
  readonly #digest: StreamDigest
  readonly #tally = new ChunkTally()
  readonly #inFlight: Promise<void>[] = []
  /** To be written with the first bytes. */
  #header: Uint8Array | undefined
  #size = 0
  #isOpen = true
  #isDigested = false

  constructor(context: WriteContext, file: number, header: Uint8Array, sizeExpected: number | undefined) {
    this.#context = context
    this.file = file
    this.#header = header
    this.#digest = context.hasher.begin(sizeExpected)
  }

  /** Hashes and writes all that comes, then the footer. */
  async receive(id: BlobId, reader: PieceReader): Promise<BlobInfo> {
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      const job = this.#hashAndWrite(piece)
      // It is awaited later, maybe long after it has failed.
      job.catch(() => {})
      this.#inFlight.push(job)
      if (this.#inFlight.length > PIECES_IN_FLIGHT_MAX) await this.#inFlight.shift()
    }
    this.#isDigested = true
    const [digest] = await Promise.all([hashed(this.#digest.finish()), ...this.#inFlight])
    await this.#write(encodeFooter(id, { ...digest, size: this.#size, chunks: this.#tally.chunks }), this.#size)
    return { ...digest, id, size: this.#size }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#context.files.close(this.file)
  }

  /** Lets go of the file. A sync of it that has failed is not repeated. */
  async abandon(): Promise<void> {
    if (!this.#isDigested) this.#digest.discard()
    // A write that is still under way would hit whatever file gets the descriptor next.
    await Promise.allSettled(this.#inFlight)
    await this.close().catch(() => {})
  }

  async #hashAndWrite({ bytes, release }: Piece): Promise<void> {
    const written = this.#write(bytes, this.#size)
    this.#size += bytes.length
    const checked = hashed(this.#digest.update(bytes)).then((crc64) => this.#tally.add(crc64, bytes.length))
    // The buffer is in use until all have ended, also when one fails.
    const results = await Promise.allSettled([written, checked, this.#context.freeSpace.require(bytes.length)])
    release()
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Writes to a position within the blob, with the header before it if that is still to be written. */
  #write(bytes: Uint8Array, position: number): Promise<void> {
    const header = this.#header
    this.#header = undefined
    return header === undefined
      ? this.#context.files.write(this.file, [bytes], HEADER_BYTES + position)
      : this.#context.files.write(this.file, [header, bytes], 0)
  }
}
