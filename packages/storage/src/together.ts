import type { Awaitable } from './awaitable.js'

type Answers<R extends readonly unknown[]> = { -readonly [I in keyof R]: Awaited<R[I]> }

/**
 * The answers of concurrent reads, so that an engine on a network fetches them in one round trip; returned at once if
 * all of them are available. Where several fail, rejects with the error of the first in the list, as if each had waited
 * for the one before it.
 */
export function together<const R extends readonly unknown[]>(...reads: R): Awaitable<Answers<R>> {
  return reads.some((read) => read instanceof Promise) ? settled(reads) : (reads as unknown as Answers<R>)
}

async function settled<const R extends readonly unknown[]>(reads: R): Promise<Answers<R>> {
  const outcomes = await Promise.allSettled(reads)
  const answers = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  return answers as Answers<R>
}
