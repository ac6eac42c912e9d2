/** Bytes of every buffer that a pool lends. */
export const SLAB_BYTES = 1024 * 1024

/**
 * Lends buffers of 1 MiB out of a fixed budget. They are made when first needed and never given back to the system,
 * since touching new memory costs many times a re-use. They lie in shared memory, so that worker threads see them too.
 */
export class BufferPool {
  readonly #slabsMax: number
  readonly #idle: SharedArrayBuffer[] = []
  readonly #lent = new Set<Buffer>()
  readonly #waiting: ((slab: Buffer) => void)[] = []

  /** @param budgetBytes at least one buffer; what is over a multiple of the buffer's size is not used */
  constructor(budgetBytes: number) {
    this.#slabsMax = Math.floor(budgetBytes / SLAB_BYTES)
    if (!(this.#slabsMax >= 1))
      throw new RangeError(`a budget of ${budgetBytes} bytes holds no buffer of ${SLAB_BYTES}`)
  }

  /** Buffers that are lent out. */
  get lentCount(): number {
    return this.#lent.size
  }

  /** Resolves with a buffer, whose content is arbitrary; who asks first is served first. */
  take(): Promise<Buffer> {
    const slab = this.tryTake()
    return slab === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(slab)
  }

  /** A buffer, if one is free at once. */
  tryTake(): Buffer | undefined {
    const memory = this.#idle.pop()
    if (memory !== undefined) return this.#lend(memory)
    return this.#lent.size < this.#slabsMax ? this.#lend(new SharedArrayBuffer(SLAB_BYTES)) : undefined
  }

  /** Takes back a buffer that `take` or `tryTake` lent: it itself, not a view of it, and once. */
  release(slab: Buffer): void {
    if (!this.#lent.delete(slab)) throw new Error('this buffer is not lent')
    const memory = slab.buffer as SharedArrayBuffer
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(memory)
    else next(this.#lend(memory))
  }

  /** A new view each time, so that who gives a buffer back twice cannot take it from its next borrower. */
  #lend(memory: SharedArrayBuffer): Buffer {
    const slab = Buffer.from(memory)
    this.#lent.add(slab)
    return slab
  }
}
