/** Processes and files that must not outlive the process of a test: see test/support/guard.mjs. */
export interface Started {
  readonly pid?: number | undefined
  readonly pidFiles?: string
  readonly signal?: string
  readonly folder: string
}

const support = new URL('../../../../test/support/guard.mjs', import.meta.url)

/** Resolves with a function to be called when nothing of it is left. */
export async function guarded(started: Started): Promise<() => void> {
  const { guard } = (await import(support.href)) as { guard(started: Started): () => void }
  return guard(started)
}
