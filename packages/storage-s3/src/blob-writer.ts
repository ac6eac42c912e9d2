import { type Hasher, SLAB_BYTES, type StreamDigest } from '@bindery/digest'
import {
  type BlobInfo,
  type ByteSource,
  type ChunkCipher,
  encryptChunk,
  encryptedInlineIdOf,
  inlineIdOf,
  METADATA_LIMITS,
  rethrowCipherFailure,
  rethrowHashFailure,
  StorageError,
  type WriteOptions,
} from '@bindery/storage'
import { type BlobName, blobIdOf, keyOf, nameOf } from './blob-names.js'
import { CHUNK_BYTES, type ChunkSecret, encodeFooter, encodeTail, footerBytes, framedBytes } from './format.js'
import { PartFiller } from './part-filler.js'
import type { S3Objects } from './s3-objects.js'
import type { SlabBudget, Slabs } from './slab-budget.js'

/** Bytes of the largest blob that its id carries: its record stays within a page of the metadata. */
export const CARRIED_BYTES_MAX = 2_048

/** State that the writes of a store share. */
export interface WriteContext {
  readonly objects: S3Objects
  readonly hasher: Hasher
  readonly budget: SlabBudget
  readonly incarnation: string
  /** The number of the next blob. */
  readonly nextCounter: () => number
  /** Names of blobs whose write has not ended: lists omit them. */
  readonly unfinished: Set<string>
  /** Buffers per part. */
  readonly partSlabs: number
  readonly patienceMs?: number | undefined
}

/** Stores a source, durably; leaves nothing visible if it fails. */
export async function writeBlob(context: WriteContext, source: ByteSource, options: WriteOptions): Promise<BlobInfo> {
  const { owner, cipher } = options
  if (owner.length > METADATA_LIMITS.keyBytes) throw new StorageError('limit', 'the owner of a blob is too long')
  context.objects.requireSpace()
  const { budget, unfinished } = context
  const filler = new PartFiller(source, () => budget.isContended, context.patienceMs)
  const name = nameOf(context.incarnation, context.nextCounter())
  const blob = { name, ownerBytes: owner.length, isEncrypted: cipher !== undefined }
  let slabs: Slabs | undefined
  unfinished.add(name)
  try {
    // until its first byte has arrived, a sender holds nothing
    await filler.ready()
    const count = source.size === undefined ? context.partSlabs : Math.ceil(source.size / SLAB_BYTES)
    slabs = await budget.take(Math.min(Math.max(count, 1), context.partSlabs))
    return await new BlobWriting(context, blob, slabs, source.size, options).receive(filler)
  } finally {
    filler.stop()
    slabs?.release()
    unfinished.delete(name)
  }
}

/** One write. Its buffers are in use until it has ended, however it does. */
class BlobWriting {
  readonly #context: WriteContext
  readonly #blob: BlobName
  readonly #slabs: Slabs
  readonly #options: WriteOptions
  readonly #digest: StreamDigest
  readonly #cipher: ChunkCipher | undefined
  readonly #checksums: bigint[] = []
  #isDigestOpen = true

  constructor(
    context: WriteContext,
    blob: BlobName,
    slabs: Slabs,
    sizeExpected: number | undefined,
    options: WriteOptions,
  ) {
    this.#context = context
    this.#blob = blob
    this.#slabs = slabs
    this.#options = options
    const { digests, runningMd5 } = options
    this.#digest = context.hasher.begin(sizeExpected, { digests, runningMd5 })
    this.#cipher = options.cipher?.forBlob(blob.name)
  }

  async receive(filler: PartFiller): Promise<BlobInfo> {
    try {
      const first = await this.#fill(filler)
      if (!filler.hasEnded) return await this.#receiveParts(first, filler)
      if (filler.received <= CARRIED_BYTES_MAX) return await this.#carry(first)
      return await this.#putWhole(first, filler.received)
    } finally {
      if (this.#isDigestOpen) this.#digest.discard()
    }
  }

  /** Chunks until all buffers are full or the source has ended; they are hashed while more arrive. */
  async #fill(filler: PartFiller): Promise<readonly Buffer[]> {
    const chunks: Buffer[] = []
    const hashes: Promise<bigint>[] = []
    try {
      for (const slab of this.#slabs.buffers) {
        const chunk = await filler.next(slab)
        if (chunk.length > 0) {
          chunks.push(chunk)
          const hash = rethrowHashFailure(this.#digest.update(chunk))
          hash.catch(() => {})
          hashes.push(hash)
        }
        if (filler.hasEnded) break
      }
    } finally {
      await Promise.allSettled(hashes)
    }
    this.#checksums.push(...(await Promise.all(hashes)))
    return chunks
  }

  /** Chunks as they are stored, each followed by its tail. @param first the index of the first of them */
  async #frames(chunks: readonly Buffer[], first: number): Promise<Uint8Array[]> {
    const { name } = this.#blob
    const frames: Uint8Array[] = []
    for (const [offset, chunk] of chunks.entries()) {
      const index = first + offset
      const plain = this.#checksums[index] ?? 0n
      let stored = plain
      let secret: ChunkSecret | undefined
      if (this.#cipher !== undefined) {
        const tag = await rethrowCipherFailure(encryptChunk(this.#cipher, index, chunk))
        secret = { crc64: plain, tag }
        stored = await rethrowHashFailure(this.#context.hasher.crc64(chunk))
      }
      frames.push(chunk, encodeTail(name, index, stored, secret))
    }
    return frames
  }

  async #finish() {
    const digest = await rethrowHashFailure(this.#digest.finish())
    this.#isDigestOpen = false
    return digest
  }

  /** Tiny bytes go into the id. */
  async #carry(chunks: readonly Buffer[]): Promise<BlobInfo> {
    const digest = await this.#finish()
    const bytes = chunks[0] ?? Buffer.alloc(0)
    const { cipher } = this.#options
    const { name } = this.#blob
    const id =
      cipher === undefined
        ? inlineIdOf(name, bytes, digest.crc64)
        : await encryptedInlineIdOf(name, bytes, digest.crc64, cipher)
    return { ...digest, id, size: bytes.length }
  }

  async #putWhole(chunks: readonly Buffer[], size: number): Promise<BlobInfo> {
    const frames = await this.#frames(chunks, 0)
    const { info, footer } = await this.#end(size)
    await this.#context.objects.put(keyOf(this.#blob), [...frames, footer])
    return info
  }

  async #receiveParts(first: readonly Buffer[], filler: PartFiller): Promise<BlobInfo> {
    const { objects } = this.#context
    const key = keyOf(this.#blob)
    const upload = await objects.beginUpload(key)
    try {
      let done = 0
      for (let chunks = first; ; chunks = await this.#fill(filler)) {
        const frames = await this.#frames(chunks, done)
        done += chunks.length
        if (filler.hasEnded) {
          const { info, footer } = await this.#end(filler.received)
          await upload.part([...frames, footer])
          const shape = { ...this.#blob, size: info.size }
          await upload.complete(framedBytes(shape) + footerBytes(shape))
          return info
        }
        await upload.part(frames)
      }
    } catch (error) {
      await upload.abandon()
      throw error
    }
  }

  async #end(size: number): Promise<{ readonly info: BlobInfo; readonly footer: Uint8Array }> {
    const digest = await this.#finish()
    const { name } = this.#blob
    const footer = encodeFooter(name, size, { ...digest, owner: this.#options.owner, chunks: this.#checksums })
    return { info: { ...digest, id: blobIdOf({ ...this.#blob, size }), size }, footer }
  }
}

/** Buffers per part: one chunk each. */
export function partSlabs(partBytes: number, budget: SlabBudget): number {
  return Math.min(partBytes / CHUNK_BYTES, budget.count)
}
