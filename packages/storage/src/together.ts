/**
 * The answers of reads that are under way at once, so that an engine on a network fetches them in one round trip. Where
 * several fail, throws the error of the first in the list, as if each had waited for the one before it.
 */
export async function together<const R extends readonly unknown[]>(
  ...reads: R
): Promise<{ -readonly [I in keyof R]: Awaited<R[I]> }> {
  const outcomes = await Promise.allSettled(reads)
  const answers = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  return answers as { -readonly [I in keyof R]: Awaited<R[I]> }
}
