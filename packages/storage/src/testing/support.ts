import type { TestContext } from 'node:test'
import type { ByteSource } from '../blob-store.js'
import type { MetadataStore } from '../metadata-store.js'
import { createRandom, type Random } from '../random.js'
import { StorageError, type StorageErrorKind } from '../storage-error.js'

/** Declares a test that gets a new metadata store. */
export type StoreTest = (name: string, body: (store: MetadataStore, t: TestContext) => Promise<void>) => void

/** The bytes of a text, as a key or a value. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The text of UTF-8 bytes; malformed sequences become U+FFFD. Undefined for undefined. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes)
}

/** A generator whose seed is printed with the test; `SEED=n` repeats a run. */
export function seededRandom(t: TestContext): Random {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.diagnostic(`SEED=${seed}`)
  return createRandom(seed)
}

/** The next `size` bytes of a generator. */
export function randomBytes(random: Random, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index++) bytes[index] = random.below(256)
  return bytes
}

/** For `assert.rejects`: whether an error is a StorageError of this kind. */
export function isStorageError(kind: StorageErrorKind): (error: unknown) => boolean {
  return (error) => error instanceof StorageError && error.kind === kind
}

/** A source of these bytes that returns at most `pieceSize` of them at a time. */
export function sourceOf(bytes: Uint8Array, pieceSize = Number.POSITIVE_INFINITY): ByteSource {
  let position = 0
  return {
    size: bytes.length,
    ready: () => Promise.resolve(),
    async read(buffer) {
      const piece = bytes.subarray(position, position + Math.min(buffer.length, pieceSize))
      buffer.set(piece)
      position += piece.length
      return piece.length
    },
  }
}

/** A source that returns these bytes and then fails. */
export function failingSource(bytes: Uint8Array, error: Error): ByteSource {
  const source = sourceOf(bytes)
  return {
    size: undefined,
    ready: () => source.ready(),
    async read(buffer) {
      const count = await source.read(buffer)
      if (count === 0) throw error
      return count
    },
  }
}
