/**
 * The open resources of one task. A function that opens a resource takes the scope and registers how to close it; the
 * owner of the scope closes all of them, however the task ends. So a handler cannot forget one.
 */
export class Scope {
  #closers: (() => void)[] = []
  #closed = false

  /** Registers a resource. `close` is called once, immediately if the scope is closed already; it must not throw. */
  add(close: () => void): void {
    if (this.#closed) close()
    else this.#closers.push(close)
  }

  /** Closes all registered resources, the latest first. Later calls do nothing. */
  close(): void {
    this.#closed = true
    const closers = this.#closers
    this.#closers = []
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) close()
  }
}

/** Runs a task with a scope that closes when the task has ended. */
export async function withScope<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = new Scope()
  try {
    return await work(scope)
  } finally {
    scope.close()
  }
}
