/** Sources of bytes that are already here, for `BlobStore.write`. */
import type { ByteSource, LentBytes } from '@bindery/storage'

/** A source of a few bytes in memory, in these pieces. */
export function sourceOf(pieces: readonly Uint8Array[]): ByteSource {
  const size = pieces.reduce((sum, { length }) => sum + length, 0)
  const bytes = new Uint8Array(size)
  let filled = 0
  for (const piece of pieces) {
    bytes.set(piece, filled)
    filled += piece.length
  }
  let at = 0
  return {
    size,
    ready: async () => {},
    read: async (buffer) => {
      const next = bytes.subarray(at, at + buffer.length)
      buffer.set(next)
      at += next.length
      return next.length
    },
  }
}

/** A source of pieces that are made one after another, of a size that is not known. */
export function sourceOfPieces(pieces: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = pieces[Symbol.asyncIterator]()
  let piece: Uint8Array = new Uint8Array()
  const advance = async (): Promise<void> => {
    while (piece.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return
      piece = next.value
    }
  }
  const read = async (buffer: Uint8Array): Promise<number> => {
    await advance()
    const taken = piece.subarray(0, buffer.length)
    buffer.set(taken)
    piece = piece.subarray(taken.length)
    return taken.length
  }
  return { size: undefined, ready: advance, read }
}

/** The bytes of a source that announces at most `bytesMax`. Passes the source's error on. */
export async function readAll(source: ByteSource, bytesMax: number): Promise<Uint8Array> {
  // one byte more, so that the end appears as a read of nothing
  const buffer = new Uint8Array(bytesMax + 1)
  for (let filled = 0; ; ) {
    await source.ready()
    const read = await source.read(buffer.subarray(filled))
    if (read === 0) return buffer.subarray(0, filled)
    filled += read
  }
}

/** A copy of lent bytes, of which there are `size`. */
export async function takeAll(pieces: AsyncIterable<LentBytes>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let filled = 0
  for await (const piece of pieces) {
    bytes.set(piece.bytes, filled)
    filled += piece.bytes.length
    piece.release()
  }
  return bytes
}

/** Passes bytes that another read lends to `BlobStore.write`; ends that read. */
export async function withLent<T>(
  pieces: AsyncIterable<LentBytes>,
  size: number,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const iterator = pieces[Symbol.asyncIterator]()
  let piece: LentBytes | undefined
  let used = 0
  const advance = async (): Promise<void> => {
    if (piece !== undefined && used < piece.bytes.length) return
    piece?.release()
    piece = undefined
    const next = await iterator.next()
    if (next.done !== true) piece = next.value
    used = 0
  }
  const read = async (buffer: Uint8Array): Promise<number> => {
    await advance()
    const bytes = piece?.bytes.subarray(used, used + buffer.length) ?? new Uint8Array()
    buffer.set(bytes)
    used += bytes.length
    return bytes.length
  }
  try {
    return await use({ size, ready: advance, read })
  } finally {
    piece?.release()
    await iterator.return?.()
  }
}
