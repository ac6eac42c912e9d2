import { type BufferPool, type DigestRequest, digestOf, type Hasher, type StreamDigest } from '@bindery/digest'
import {
  type Awaitable,
  andThen,
  type BlobId,
  type BlobInfo,
  type ByteSource,
  blobNameOf,
  encryptedInlineIdOf,
  INLINE_BYTES_MAX,
  inlineIdOf,
  rethrowHashFailure,
  type WriteOptions,
} from '@bindery/storage'
import { BlobEncryption } from './blob-encryption.js'
import { blobIdOf } from './blob-location.js'
import { type BlobTarget, createFileTarget, PackTarget } from './blob-target.js'
import { ChunkTally } from './chunk-tally.js'
import type { FileOperations } from './files.js'
import { encodeFooter, footerBytes, requireOwner } from './format.js'
import type { FreeSpace } from './free-space.js'
import { PACKED_BYTES_MAX, packedHeaderBytes, paddedBytes } from './pack-format.js'
import type { Packs } from './packs.js'
import { type Margins, type Piece, PieceReader } from './piece-reader.js'
import type { Shards } from './shards.js'

/** State that the writes of a store share. */
export interface WriteContext {
  readonly folder: string
  readonly files: FileOperations
  readonly shards: Shards
  readonly packs: Packs
  readonly freeSpace: FreeSpace
  readonly hasher: Hasher
  readonly pool: BufferPool
  /** Blobs whose write has not ended: lists omit them. */
  readonly unfinished: Set<BlobId>
}

/**
 * Bytes of disk space reserved at a time: a sender that announces gigabytes and does not send them must not keep the
 * disk from others.
 */
const RESERVE_BYTES = 64 * 1024 * 1024

/** After this many bytes, writing them to the disk begins, so that the sync at the end has less to do. */
const WRITE_BACK_BYTES = 8 * 1024 * 1024

/** Pieces of one blob that are hashed and written while the next is received. */
const PIECES_IN_FLIGHT_MAX = 2

/** Writes a source, durably; leaves nothing if it fails. */
export async function writeBlob(context: WriteContext, source: ByteSource, options: WriteOptions): Promise<BlobInfo> {
  requireOwner(options.owner)
  const announced = source.size ?? 0
  if (!context.freeSpace.hasRoom(announced)) await context.freeSpace.check(announced)
  const reader = new PieceReader(source, context.pool, marginsOf(context, source.size, options))
  const first = await reader.next()
  if (first === undefined || first.isLast) return writeWhole(context, first, options)
  let target: BlobTarget
  try {
    target = await createTarget(context, source.size, options)
  } catch (error) {
    first.release()
    throw error
  }
  const writing = new BlobWriting(context, target, source.size, options)
  return finishing(context, target, () => writing.receive(first, reader))
}

/** Implements `BlobStore.carry`: hashed at once, because the way to another thread and back would cost more. */
export function carryBlob(
  { freeSpace, shards }: WriteContext,
  bytes: Uint8Array,
  options: WriteOptions,
  md5?: ByteSource['md5'],
): BlobInfo | undefined {
  requireOwner(options.owner)
  const { length: size } = bytes
  if (size > INLINE_BYTES_MAX || options.cipher !== undefined || !freeSpace.hasRoom(size)) return undefined
  const digest = digestOf(bytes, requestOf(options), md5)
  return { ...digest, id: inlineIdOf(blobIdOf(shards.nextPlace()), bytes, digest.crc64), size }
}

/** The digests that a hasher must compute; it may send the request to another thread. */
function requestOf({ digests, runningMd5 }: WriteOptions): DigestRequest {
  return { digests, runningMd5 }
}

/** A blob of this size goes into a pack or, if it is large or of unknown size, into a file of its own. */
function createTarget(
  context: WriteContext,
  size: number | undefined,
  { owner, cipher }: WriteOptions,
): Awaitable<BlobTarget> {
  const { files, packs, unfinished } = context
  const isEncrypted = cipher !== undefined
  const taken = size === undefined ? undefined : packs.takeSlot({ size, isEncrypted }, owner)
  return andThen(taken, (slot) => {
    if (slot === undefined) return createFile(context, owner)
    unfinished.add(slot.id)
    return new PackTarget(files, slot, owner)
  })
}

async function createFile({ files, folder, shards, unfinished }: WriteContext, owner: Uint8Array): Promise<BlobTarget> {
  const location = shards.nextLocation()
  const id = blobIdOf(location)
  unfinished.add(id)
  try {
    return await createFileTarget(files, folder, shards, location, owner)
  } catch (error) {
    unfinished.delete(id)
    throw error
  }
}

/** Makes durable what `write` writes into a target, or leaves nothing there. */
async function finishing(
  { unfinished }: WriteContext,
  target: BlobTarget,
  write: () => Promise<BlobInfo>,
): Promise<BlobInfo> {
  try {
    const info = await write()
    const synced = target.sync()
    if (synced instanceof Promise) await synced
    return info
  } catch (error) {
    await target.abandon()
    throw error
  } finally {
    unfinished.delete(target.id)
  }
}

/** Room for header and footer around a blob whose image may be laid out where it arrives. */
function marginsOf(
  { files }: WriteContext,
  size: number | undefined,
  { owner, cipher, runningMd5 }: WriteOptions,
): Margins | undefined {
  if (size === undefined || size <= INLINE_BYTES_MAX || size > PACKED_BYTES_MAX || files.append === undefined)
    return undefined
  if (cipher !== undefined || runningMd5 !== undefined) return undefined
  const before = packedHeaderBytes(owner, { size, isEncrypted: false })
  return { before, behind: paddedBytes({ size, headerBytes: before, isEncrypted: false }) - before - size }
}

/** Writes a blob that has arrived as a whole, in one write, or into its id if it is tiny. */
async function writeWhole(context: WriteContext, piece: Piece | undefined, options: WriteOptions): Promise<BlobInfo> {
  const { bytes, image } = piece ?? { bytes: new Uint8Array(0) }
  try {
    if (bytes.length <= INLINE_BYTES_MAX) return await writeInline(context, bytes, options)
    const room = context.freeSpace.take(bytes.length)
    if (room instanceof Promise) await room
    const made = createTarget(context, bytes.length, options)
    const target = made instanceof Promise ? await made : made
    return await finishing(context, target, () => storeWhole(context, target, bytes, image, options))
  } finally {
    piece?.release()
  }
}

async function storeWhole(
  context: WriteContext,
  target: BlobTarget,
  bytes: Uint8Array,
  image: Uint8Array | undefined,
  options: WriteOptions,
): Promise<BlobInfo> {
  const { id } = target
  const size = bytes.length
  if (target instanceof PackTarget && target.seals && options.runningMd5 === undefined) {
    const digest = await target.seal(bytes, options.digests ?? [], image)
    return { ...digest, id, size }
  }
  const digest = await rethrowHashFailure(context.hasher.digest(bytes, requestOf(options)))
  const encryption = encryptionOf(target, options)
  await encryption?.encrypt(bytes)
  const kept = await encryption?.finish()
  const chunks = [digest.crc64]
  await target.store(bytes, encodeFooter(id, { ...digest, size, chunks, encryption: kept }, target.header.length))
  return { ...digest, id, size }
}

async function writeInline(context: WriteContext, bytes: Uint8Array, options: WriteOptions): Promise<BlobInfo> {
  const digest = await rethrowHashFailure(context.hasher.digest(bytes, requestOf(options)))
  const name = blobIdOf(context.shards.nextPlace())
  const id =
    options.cipher === undefined
      ? inlineIdOf(name, bytes, digest.crc64)
      : await encryptedInlineIdOf(name, bytes, digest.crc64, options.cipher)
  return { ...digest, id, size: bytes.length }
}

function encryptionOf({ id }: BlobTarget, { cipher }: WriteOptions): BlobEncryption | undefined {
  return cipher && new BlobEncryption(cipher.forBlob(blobNameOf(id)))
}

/** A blob that arrives in several pieces, which are hashed and written while more arrive. */
class BlobWriting {
  readonly #context: WriteContext
  readonly #target: BlobTarget
  readonly #digest: StreamDigest
  readonly #tally = new ChunkTally()
  readonly #encryption: BlobEncryption | undefined
  /** Ends when the last piece so far is encrypted: they are encrypted one after the other. */
  #encrypted: Promise<unknown> = Promise.resolve()
  readonly #inFlight: Promise<PieceChecksum | undefined>[] = []
  readonly #sizeExpected: number | undefined
  #size = 0

  constructor(context: WriteContext, target: BlobTarget, sizeExpected: number | undefined, options: WriteOptions) {
    this.#context = context
    this.#target = target
    this.#sizeExpected = sizeExpected
    this.#digest = context.hasher.begin(sizeExpected, requestOf(options))
    this.#encryption = encryptionOf(target, options)
  }

  /** Writes header, bytes and footer. When it has ended, however it did, no write is under way. */
  async receive(first: Piece, reader: PieceReader): Promise<BlobInfo> {
    const { id, header, padding } = this.#target
    try {
      this.#add(this.#target.write([header], 0).then(() => undefined))
      for (let piece: Piece | undefined = first; piece !== undefined; piece = await reader.next()) {
        if (this.#size % RESERVE_BYTES === 0) await this.#reserve(piece)
        this.#add(this.#hashAndWrite(piece))
        if (this.#inFlight.length > PIECES_IN_FLIGHT_MAX) await this.#tallyOldest()
      }
      while (this.#inFlight.length > 0) await this.#tallyOldest()
    } catch (error) {
      this.#digest.discard()
      // A write that is still under way would hit whatever file gets the descriptor next.
      await Promise.allSettled(this.#inFlight)
      throw error
    }
    const digest = await rethrowHashFailure(this.#digest.finish())
    const encryption = await this.#encryption?.finish()
    const size = this.#size
    const footer = encodeFooter(id, { ...digest, size, chunks: this.#tally.chunks, encryption }, header.length)
    await this.#target.write([footer, padding], header.length + this.#size)
    return { ...digest, id, size: this.#size }
  }

  /** Reserves space for a piece and those after it, but not for more than is announced, which would stay reserved. */
  async #reserve({ release }: Piece): Promise<void> {
    if (this.#sizeExpected === undefined) return
    const { header } = this.#target
    const position = this.#size === 0 ? 0 : header.length + this.#size
    const shape = { size: this.#sizeExpected, isEncrypted: this.#encryption !== undefined }
    const imageBytes = header.length + shape.size + footerBytes(shape)
    try {
      await this.#target.reserve(position, Math.min(RESERVE_BYTES + header.length, imageBytes - position))
    } catch (error) {
      release()
      throw error
    }
  }

  #add(job: Promise<PieceChecksum | undefined>): void {
    // It is awaited later, maybe long after it has failed.
    job.catch(() => {})
    this.#inFlight.push(job)
  }

  /** Waits for the piece that came first, since the checksums of chunks are joined in order. */
  async #tallyOldest(): Promise<void> {
    const oldest = await this.#inFlight.shift()
    if (oldest !== undefined) this.#tally.add(oldest.crc64, oldest.length)
  }

  async #hashAndWrite({ bytes, release }: Piece): Promise<PieceChecksum> {
    const position = this.#target.header.length + this.#size
    this.#size += bytes.length
    const end = this.#size
    // The buffer is in use until all have ended, even when one fails.
    const [checksum, granted] = await Promise.allSettled([
      this.#encryption === undefined
        ? this.#target.hashAndWrite(this.#digest, bytes, position)
        : this.#encryptAndWrite(this.#encryption, bytes, position),
      this.#context.freeSpace.take(bytes.length),
    ])
    release()
    if (checksum.status === 'rejected') throw checksum.reason
    if (granted.status === 'rejected') throw granted.reason
    // A write that fails here fails in the sync too.
    if (end % WRITE_BACK_BYTES === 0) {
      await this.#target.writeBack(end - WRITE_BACK_BYTES, WRITE_BACK_BYTES).catch(() => {})
    }
    return { crc64: checksum.value, length: bytes.length }
  }

  /** As `hashAndWrite` of the target; the bytes are hashed before they are encrypted in place. */
  async #encryptAndWrite(encryption: BlobEncryption, bytes: Uint8Array, position: number): Promise<bigint> {
    const hash = rethrowHashFailure(this.#digest.update(bytes))
    const turn = Promise.all([hash, this.#encrypted]).then(() => encryption.encrypt(bytes))
    this.#encrypted = turn
    // The bytes are in use until both have ended, even when one fails.
    const [checksum, encrypted] = await Promise.allSettled([hash, turn])
    if (checksum.status === 'rejected') throw checksum.reason
    if (encrypted.status === 'rejected') throw encrypted.reason
    await this.#target.write([bytes], position)
    return checksum.value
  }
}

interface PieceChecksum {
  readonly crc64: bigint
  readonly length: number
}
