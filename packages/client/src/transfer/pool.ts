/** Runs a job per part, as many at a time as parallelism permits. */
import type { Parallelism } from './parallelism.js'

/** The jobs of a pool, and the conditions under which it begins another one. */
export interface PoolOptions<Part> {
  readonly parallelism: Parallelism
  /** The next part; undefined at the end. Not called while another call is pending. */
  next(): Promise<Part | undefined> | Part | undefined
  /** Transfers one part. */
  run(part: Part): Promise<void>
  /** No further part may begin. */
  isDraining(): boolean
  /** Called at the first failure, to cut what is in flight. */
  onFailure(): void
}

/** Resolves when all parts are through, or nothing more may begin. Throws what the first job that failed threw. */
export async function runPool<Part>(options: PoolOptions<Part>): Promise<void> {
  const { parallelism, next, run, isDraining, onFailure } = options
  const active = new Set<Promise<void>>()
  let failure: { readonly thrown: unknown } | undefined
  const fail = (thrown: unknown) => {
    if (failure !== undefined) return
    failure = { thrown }
    onFailure()
  }
  try {
    while (failure === undefined && !isDraining()) {
      while (active.size >= parallelism.limit) await Promise.race(active)
      if (failure !== undefined || isDraining()) break
      const part = await next()
      if (part === undefined) break
      const job: Promise<void> = run(part)
        .catch(fail)
        .then(() => {
          active.delete(job)
        })
      active.add(job)
    }
  } catch (thrown) {
    fail(thrown)
  }
  await Promise.all(active)
  if (failure !== undefined) throw failure.thrown
}
