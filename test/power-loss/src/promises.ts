/** What a service has promised about keys that are each used by one client at a time. */

/** What one request was to make of a key. */
interface Turn {
  /** Undefined: nothing is to be there. */
  readonly content: Buffer | undefined
  readonly began: number
  resolved: number
}

const NEVER = Number.POSITIVE_INFINITY

export class Promises {
  readonly #turns = new Map<string, Turn[]>()

  /** Notes a request that begins; to be called with the tick of its success. */
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

  /** What may be there after a power loss at a tick: what was answered last, or what was asked for since. */
  allowedAt(key: string, tick: number): (Buffer | undefined)[] {
    const turns = this.#turns.get(key) ?? []
    const answered = turns.findLast(({ resolved }) => resolved <= tick)
    const from = answered === undefined ? 0 : turns.indexOf(answered)
    const since = turns.slice(from).filter(({ began }) => began <= tick)
    return [...(answered === undefined ? [undefined] : []), ...since.map(({ content }) => content)]
  }

  /** What is known after a power loss at a tick that left these contents. */
  after(found: ReadonlyMap<string, Buffer | undefined>): Promises {
    const next = new Promises()
    for (const [key, content] of found) next.begin(key, content, 0)(0)
    return next
  }
}
