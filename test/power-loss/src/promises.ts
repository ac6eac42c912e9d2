/** The promises of a service about keys that are each used by one client at a time. */

/** The intended effect of one request on a key. */
interface Turn {
  /** Undefined: the key is to be deleted. */
  readonly content: Buffer | undefined
  readonly began: number
  resolved: number
}

const NEVER = Number.POSITIVE_INFINITY

export class Promises {
  readonly #turns = new Map<string, Turn[]>()

  /** Records a request that begins. Call the returned function with the tick of its success. */
  begin(key: string, content: Buffer | undefined, tick: number): (tick: number) => void {
    const turn: Turn = { content, began: tick, resolved: NEVER }
    const turns = this.#turns.get(key) ?? []
    turns.push(turn)
    this.#turns.set(key, turns)
    return (resolved) => {
      turn.resolved = resolved
    }
  }

  get keys(): string[] {
    return [...this.#turns.keys()]
  }

  /** The possible contents after a power loss at a tick: the last acknowledged one, or any requested since. */
  allowedAt(key: string, tick: number): (Buffer | undefined)[] {
    const turns = this.#turns.get(key) ?? []
    const answered = turns.findLast(({ resolved }) => resolved <= tick)
    const from = answered === undefined ? 0 : turns.indexOf(answered)
    const since = turns.slice(from).filter(({ began }) => began <= tick)
    return [...(answered === undefined ? [undefined] : []), ...since.map(({ content }) => content)]
  }

  /** The knowledge after a power loss that left these contents. */
  after(found: ReadonlyMap<string, Buffer | undefined>): Promises {
    const next = new Promises()
    for (const [key, content] of found) next.begin(key, content, 0)(0)
    return next
  }
}
