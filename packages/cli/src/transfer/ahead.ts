/** Work on several items of a sequence at a time, whose results come in its order. */

/**
 * The results of `work` on each item, in the order of the items. At most `limit` of them are being worked on, or wait for those
 * before them. Throws what `work` throws.
 */
export async function* inOrderOf<Item, Result>(
  items: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result> | Result,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = Promise.resolve(work(item))
      result.catch(() => {}) // it is awaited in its turn
      running.push(result)
      if (running.length < limit) continue
      yield await (running.shift() as Promise<Result>)
    }
    for (const result of running.splice(0)) yield await result
  } finally {
    await Promise.allSettled(running)
  }
}
