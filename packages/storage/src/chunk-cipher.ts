/** Encryption of blobs, as engines see it: they know neither keys nor algorithms. */

/** Bytes of the tag that authenticates a chunk. */
export const CIPHER_TAG_BYTES = 16

/** Decryption may begin at multiples of this many bytes in a chunk. */
export const CIPHER_BLOCK_BYTES = 16

/** Encrypts blobs, each under a key of its own. */
export interface BlobCipher {
  /**
   * The cipher of one blob. `name` is the engine's name for it. An engine never uses a name for another blob, nor for a
   * second attempt to write one, so no key ever encrypts two texts.
   */
  forBlob(name: string): ChunkCipher
}

/** Encrypts the chunks of one blob, which keep their lengths. Each can be decrypted alone, so a range costs its chunks. */
export interface ChunkCipher {
  /** Begins to encrypt a chunk; once for each, counted from 0. */
  encrypt(index: number): ChunkEncryption
  /**
   * Begins to decrypt a chunk, by default from its beginning. From another `offset`, a multiple of `CIPHER_BLOCK_BYTES`,
   * it cannot be verified: its reader must know that the bytes are those that were verified before.
   */
  decrypt(index: number, offset?: number): ChunkDecryption
}

/** The encryption of one chunk, from its first byte to its last. */
export interface ChunkEncryption {
  /** Encrypts the next bytes of the chunk in place. They must not be touched until it resolves. */
  update(bytes: Uint8Array): Promise<void>
  /** Ends the chunk. Resolves with its tag, `CIPHER_TAG_BYTES` long. */
  finish(): Promise<Uint8Array>
}

/** The decryption of one chunk, or of its rest. */
export interface ChunkDecryption {
  /** Decrypts the next bytes of the chunk in place. They must not be touched until it resolves, nor used until verified. */
  update(bytes: Uint8Array): Promise<void>
  /** Ends the chunk. Resolves with whether the tag is that of all that was decrypted. */
  verify(tag: Uint8Array): Promise<boolean>
}

/** Encrypts a whole chunk in place; resolves with its tag. */
export async function encryptChunk(cipher: ChunkCipher, index: number, bytes: Uint8Array): Promise<Uint8Array> {
  const encryption = cipher.encrypt(index)
  await encryption.update(bytes)
  return encryption.finish()
}

/** Decrypts a whole chunk in place; resolves with whether the tag is its own. */
export async function decryptChunk(
  cipher: ChunkCipher,
  index: number,
  bytes: Uint8Array,
  tag: Uint8Array,
): Promise<boolean> {
  const decryption = cipher.decrypt(index)
  await decryption.update(bytes)
  return decryption.verify(tag)
}
