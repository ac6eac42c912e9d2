import type { LentBytes } from '@bindery/storage'

/** Bytes that are copied rather than lent: a response that is there as a whole is sent in one go. */
const COPIED_BYTES_MAX = 16 * 1024

/**
 * Bytes of which the first piece has been read: what cannot be read at all rejects here, where it can still be answered,
 * and not when a status and a length have been promised. Where one
 * piece is all of a few bytes, these come as they are, and nothing is lent.
 */
export async function begun(
  pieces: AsyncIterable<LentBytes>,
  size: number | undefined,
): Promise<Uint8Array | AsyncIterable<LentBytes>> {
  const iterator = pieces[Symbol.asyncIterator]()
  let first: IteratorResult<LentBytes> | undefined = await iterator.next()
  if (first.done !== true && first.value.bytes.length === size && size <= COPIED_BYTES_MAX) {
    const bytes = new Uint8Array(first.value.bytes)
    first.value.release()
    await iterator.return?.()
    return bytes
  }
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = first ?? (await iterator.next())
        first = undefined
        return result
      },
      async return() {
        if (first?.done === false) first.value.release()
        first = undefined
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }),
  }
}
