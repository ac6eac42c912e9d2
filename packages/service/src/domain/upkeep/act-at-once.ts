import type { Domain } from '../domain.js'

/** Enough to share commits, and few enough to leave room for other requests. */
const AT_ONCE = 16
/** The longest rest between two batches, in milliseconds: a clock that jumps must not stop the work. */
const REST_MS_MAX = 1_000

/**
 * Acts on the items of a walk, several at once, and yields what came of each, in order; undefined: nothing. What one of
 * them throws is thrown after the outcomes of those that were acted on with it. The signal ends the walk: nothing more is
 * acted on, and all that was has been yielded. A caller that leaves the walk may miss outcomes.
 *
 * Between batches it rests for as long as the last one took, so that clients get at least half of what they contend for.
 */
export async function* actAtOnce<T, R>(
  { clock, sleep }: Pick<Domain, 'clock' | 'sleep'>,
  items: AsyncIterable<T>,
  act: (item: T) => Promise<R | undefined>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < AT_ONCE) continue
    const begun = clock()
    yield* outcomesOf(batch, act)
    batch = []
    if (signal?.aborted) return
    const took = clock() - begun
    if (took > 0) await sleep(Math.min(took, REST_MS_MAX))
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
