import { useEffect, useState } from 'preact/hooks'

/** One value that components follow. */
export class Store<T> {
  #value: T
  readonly #followers = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const follow of [...this.#followers]) follow()
  }

  /** Calls back after each change; returns what ends that. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

/** The value of a store; the component is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, draw] = useState(0)
  useEffect(() => {
    const drawn = store.value
    const end = store.follow(() => draw((times) => times + 1))
    // it may have changed between drawing and following
    if (!Object.is(drawn, store.value)) draw((times) => times + 1)
    return end
  }, [store])
  return store.value
}
