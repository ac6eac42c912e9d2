import { Store } from './store.js'

/** A value that outlives the visit, as JSON. */
export class KeptValue<T> extends Store<T> {
  readonly #name: string

  /** @param name under which the browser keeps it @param read returns the value that was kept, or the first one for anything else */
  constructor(name: string, read: (kept: unknown) => T) {
    super(read(parsed(globalThis.localStorage?.getItem(name) ?? null)))
    this.#name = name
  }

  override set(value: T): void {
    localStorage.setItem(this.#name, JSON.stringify(value))
    super.set(value)
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

/** The texts in a list that was kept; undefined for anything else. */
export function textsIn(kept: unknown): readonly string[] | undefined {
  return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string') : undefined
}
