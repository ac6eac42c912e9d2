/** Enough to share commits, and few enough to leave room for other requests. */
const AT_ONCE = 16

/**
 * Acts on the items of a walk, several at once, and yields what came of each, in order; undefined: nothing. What one of
 * them throws is thrown after the outcomes of those that were acted on with it. The signal ends the walk: nothing more is
 * acted on, and all that was has been yielded. A caller that leaves the walk may miss outcomes.
 */
export async function* actAtOnce<T, R>(
  items: AsyncIterable<T>,
  act: (item: T) => Promise<R | undefined>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < AT_ONCE) continue
    yield* outcomesOf(batch, act)
    batch = []
    if (signal?.aborted) return
  }
  yield* outcomesOf(batch, act)
}

async function* outcomesOf<T, R>(
  batch: readonly T[],
  act: (item: T) => Promise<R | undefined>,
): AsyncGenerator<R, void, undefined> {
  const outcomes = await Promise.allSettled(batch.map(act))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled' && outcome.value !== undefined) yield outcome.value
  }
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
