import { crc64 } from '@bindery/digest'
import { type ChunkCipher, type ChunkEncryption, type ChunkEncryptions, rethrowCipherFailure } from '@bindery/storage'
import { ChunkTally } from './chunk-tally.js'
import { CHUNK_BYTES } from './format.js'

/** Encrypts the pieces of one blob in place, in their order, and gathers what its footer keeps of that. */
export class BlobEncryption {
  readonly #cipher: ChunkCipher
  readonly #tally = new ChunkTally()
  readonly #tags: Uint8Array[] = []
  #chunk: ChunkEncryption | undefined
  #size = 0

  constructor(cipher: ChunkCipher) {
    this.#cipher = cipher
  }

  /** @param bytes of one chunk, and at least one; called when the call before has resolved */
  async encrypt(bytes: Uint8Array): Promise<void> {
    this.#chunk ??= this.#cipher.encrypt(this.#tags.length)
    await rethrowCipherFailure(this.#chunk.update(bytes))
    this.#tally.add(crc64(bytes), bytes.length)
    this.#size += bytes.length
    if (this.#size % CHUNK_BYTES === 0) await this.#endChunk()
  }

  /** Called once, after the last piece. */
  async finish(): Promise<ChunkEncryptions> {
    await this.#endChunk()
    return { stored: this.#tally.chunks, tags: this.#tags }
  }

  async #endChunk(): Promise<void> {
    if (this.#chunk === undefined) return
    this.#tags.push(await rethrowCipherFailure(this.#chunk.finish()))
    this.#chunk = undefined
  }
}
