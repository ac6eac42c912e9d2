/** The parts of test/support/ that a test's servers use. A package does not import from outside of itself, so they are loaded by name. */

/** Processes and files that must not outlive the process of a test. */
export interface Started {
  readonly pid?: number | undefined
  readonly pidFiles?: string
  readonly signal?: string
  readonly folder: string
}

const support = (file: string) => import(new URL(`../../../../test/support/${file}`, import.meta.url).href)

/** Resolves with a function to be called when nothing of it is left. */
export async function guarded(started: Started): Promise<() => void> {
  const { guard }: { guard(started: Started): () => void } = await support('guard.mjs')
  return guard(started)
}

/** A port of 127.0.0.1 on which nothing listens, outside of the range from which the system chooses. */
export async function freePort(): Promise<number> {
  const { freePort }: { freePort(): Promise<number> } = await support('free-port.mjs')
  return freePort()
}
