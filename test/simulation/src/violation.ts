/** The result of a run that found a fault. */

/** A violation: names the round, with its requests and answers. */
export class Violation extends Error {}

/** Turns anything that `work` throws into a violation. */
export async function violating(when: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Violation) throw error
    throw new Violation(`${when}: ${error instanceof Error ? error.stack : error}`)
  }
}
