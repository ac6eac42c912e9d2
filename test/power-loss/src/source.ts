import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ByteSource, Random } from '@bindery/storage'

/**
 * How a source sends: at most this many bytes at a time, with a pause after each piece; it may fail instead of
 * ending.
 */
export interface Sending {
  readonly pieceBytes?: number
  readonly pauseTurns?: number
  readonly failure?: Error
}

/** A source of all `bytes`. */
export function sourceOf(bytes: Uint8Array, { pieceBytes, pauseTurns = 0, failure }: Sending = {}): ByteSource {
  let position = 0
  return {
    size: bytes.length,
    async ready() {
      for (let turns = position > 0 ? pauseTurns : 0; turns > 0; turns -= 1) await nextTurn()
    },
    async read(buffer) {
      if (position === bytes.length && failure !== undefined) throw failure
      const piece = bytes.subarray(position, position + Math.min(pieceBytes ?? buffer.length, buffer.length))
      buffer.set(piece)
      position += piece.length
      return piece.length
    },
  }
}

/** Random bytes, generated four at a time. */
export function randomBytes(random: Random, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let index = 0; index < words.length; index += 1) words[index] = random.below(2 ** 32)
  return Buffer.from(words.buffer, 0, length)
}
