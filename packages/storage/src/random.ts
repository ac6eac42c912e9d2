/** A pseudo-random generator that a seed reproduces. */
export interface Random {
  /** At least 0, below 1. */
  fraction(): number
  /** An integer, at least 0 and below `bound`. */
  below(bound: number): number
}

/** Mulberry32: 32 bits of state are enough for tests and faults. `seed`: any integer. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { fraction, below: (bound) => Math.floor(fraction() * bound) }
}
