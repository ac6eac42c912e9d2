/**
 * What one piece of work holds open. A function that opens a resource takes the scope and enters how the resource is
 * closed; the owner of the scope closes all of them, whichever way the work ends. So a handler cannot forget one.
 */
export class Scope {
  #closers: (() => void)[] = []
  #closed = false

  /** Enters a resource. `close` is called once, and at once if the scope has closed already; it must not throw. */
  add(close: () => void): void {
    if (this.#closed) close()
    else this.#closers.push(close)
  }

  /** Closes what was entered, the latest first. Later calls do nothing. */
  close(): void {
    this.#closed = true
    const closers = this.#closers
    this.#closers = []
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) close()
  }
}

/** Runs work with a scope that closes when the work has ended. */
export async function withScope<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = new Scope()
  try {
    return await work(scope)
  } finally {
    scope.close()
  }
}
