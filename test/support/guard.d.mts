/** See guard.mjs. */
export function guard(started: {
  readonly pid?: number | undefined
  readonly pidFiles?: string
  readonly signal?: string
  readonly folder?: string | undefined
}): () => void
