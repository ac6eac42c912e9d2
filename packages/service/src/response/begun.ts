import type { LentBytes } from '@bindery/storage'

/**
 * Bytes of which the first piece has been read: what cannot be read at all rejects here, where it can still be answered,
 * and not when a status and a length have been promised.
 */
export async function begun(pieces: AsyncIterable<LentBytes>): Promise<AsyncIterable<LentBytes>> {
  const iterator = pieces[Symbol.asyncIterator]()
  let first: IteratorResult<LentBytes> | undefined = await iterator.next()
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
