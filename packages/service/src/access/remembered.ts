/** Values that are remembered at most. */
const REMEMBERED_MAX = 1_000

/** Values by a name, of which the one that was set first is forgotten first. */
export class Remembered<T> {
  readonly #values = new Map<string, T>()

  get(name: string): T | undefined {
    return this.#values.get(name)
  }

  set(name: string, value: T): T {
    const [oldest] = this.#values.keys()
    if (this.#values.size >= REMEMBERED_MAX && oldest !== undefined) this.#values.delete(oldest)
    this.#values.set(name, value)
    return value
  }

  delete(name: string): void {
    this.#values.delete(name)
  }
}
