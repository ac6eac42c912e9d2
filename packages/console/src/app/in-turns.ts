/** Requests of a browser to one server at a time. */
const AT_A_TIME = 6

/** Handles all, a few at a time, and returns the results in their order. */
export async function inTurns<T, R>(all: readonly T[], handle: (one: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const turn = async () => {
    while (next < all.length) {
      const index = next
      next += 1
      results[index] = await handle(all[index] as T, index)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, turn))
  return results
}
