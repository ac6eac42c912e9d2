/**
 * Compares two sets in different orders, such as the references in records and the reference rows, without keeping
 * either in memory. Both are first summed up, which costs nothing while they are walked anyway; only if the sums differ
 * are they walked again, one share at a time.
 */

/** The items of a share that is held in memory: about 50 MB. */
const SHARE_MAX = 250_000

/** A sum over a set of tokens that does not depend on their order. */
export class Fingerprint {
  #count = 0
  #low = 0
  #high = 0

  get count(): number {
    return this.#count
  }

  add(token: string): void {
    const [low, high] = hash(token)
    this.#count += 1
    this.#low = (this.#low + low) >>> 0
    this.#high = (this.#high + high) >>> 0
  }

  equals(other: Fingerprint): boolean {
    return this.#count === other.#count && this.#low === other.#low && this.#high === other.#high
  }
}

/** 64 bits of a text, well mixed. */
function hash(text: string): [number, number] {
  let low = 0x811c9dc5
  let high = 0x9e3779b9
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x85ebca77)
    high ^= high >>> 13
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae3d)
  return [(low ^ (low >>> 15)) >>> 0, (high ^ (high >>> 16)) >>> 0]
}

/** An item of a set, identified by its token. */
export interface Token {
  readonly token: string
}

/** Two sets that should be equal, and the reactions to their differences. */
export interface Comparison<D extends Token, F extends Token> {
  /** The expected and the existing items; walked more than once. */
  readonly due: () => AsyncIterable<D>
  readonly found: () => AsyncIterable<F>
  readonly sums: { readonly due: Fingerprint; readonly found: Fingerprint }
  /** Called for an item that is expected but missing. */
  readonly missing: (due: D) => Promise<unknown>
  /** Called for an item that exists but is not expected. */
  readonly stray: (found: F) => Promise<unknown>
  /** Called for an item that is expected more than once. */
  readonly shared: (due: D) => Promise<unknown>
}

/** Calls back for every difference between two sets. */
export async function compare<D extends Token, F extends Token>(comparison: Comparison<D, F>): Promise<void> {
  const { sums } = comparison
  if (sums.due.equals(sums.found)) return
  const shares = Math.ceil(Math.max(sums.due.count, sums.found.count, 1) / SHARE_MAX)
  for (let share = 0; share < shares; share += 1) {
    await compareShare(comparison, (token) => hash(token)[0] % shares === share)
  }
}

async function compareShare<D extends Token, F extends Token>(
  { due, found, missing, stray, shared }: Comparison<D, F>,
  isOurs: (token: string) => boolean,
): Promise<void> {
  const open = new Map<string, { readonly due: D; met: boolean }>()
  for await (const item of due()) {
    if (!isOurs(item.token)) continue
    if (open.has(item.token)) await shared(item)
    else open.set(item.token, { due: item, met: false })
  }
  for await (const item of found()) {
    if (!isOurs(item.token)) continue
    const match = open.get(item.token)
    if (match === undefined) await stray(item)
    else match.met = true
  }
  for (const { due: item, met } of open.values()) if (!met) await missing(item)
}
