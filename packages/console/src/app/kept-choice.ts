import { Store } from './store.js'

/** A choice among a few words that outlives the visit. */
export class KeptChoice<T extends string> extends Store<T> {
  readonly #name: string

  /** @param name under which the browser keeps it @param words the first is chosen at first */
  constructor(name: string, words: readonly [T, ...T[]]) {
    const kept = globalThis.localStorage?.getItem(name)
    super(words.find((word) => word === kept) ?? words[0])
    this.#name = name
  }

  override set(value: T): void {
    localStorage.setItem(this.#name, value)
    super.set(value)
  }
}
