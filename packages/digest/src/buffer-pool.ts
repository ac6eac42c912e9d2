/** Bytes of the buffers that a pool lends. */
export const SLAB_BYTES = 1024 * 1024
/** Bytes of the smaller buffers that it lends for small needs: pieces of one that is cut up. */
export const CELL_BYTES = 64 * 1024

interface Waiter {
  readonly bytes: number
  readonly resolve: (buffer: Buffer) => void
}

/**
 * Lends buffers out of a fixed budget. They are made when first needed and never given back to the system, since touching
 * new memory costs many times a re-use. They lie in shared memory, so that worker threads see them too.
 */
export class BufferPool {
  readonly #slabsMax: number
  #slabCount = 0
  readonly #idle: SharedArrayBuffer[] = []
  /** Where the cells that are not lent begin, in each slab that is cut up. */
  readonly #cut = new Map<SharedArrayBuffer, number[]>()
  readonly #lent = new Set<Buffer>()
  readonly #waiting: Waiter[] = []

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

  /** Whether no more than half of the budget is free, so that who holds a buffer for long should hold a small one. */
  get isScarce(): boolean {
    return this.#free * 2 <= this.#slabsMax
  }

  /** Whether less than a quarter of the budget is free: it is for those who give their buffers back at once. */
  get isDry(): boolean {
    return this.#free * 4 < this.#slabsMax
  }

  get #free(): number {
    return this.#idle.length + this.#slabsMax - this.#slabCount
  }

  /**
   * Resolves with a buffer, whose content is arbitrary: of `SLAB_BYTES`, or of `CELL_BYTES` where no more than that is
   * asked for. Who asks first is served first.
   */
  take(bytes = SLAB_BYTES): Promise<Buffer> {
    const buffer = this.tryTake(bytes)
    if (buffer !== undefined) return Promise.resolve(buffer)
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }))
  }

  /** A buffer, if one is free at once and nobody waits for one. */
  tryTake(bytes = SLAB_BYTES): Buffer | undefined {
    return this.#waiting.length === 0 ? this.#takeNow(bytes) : undefined
  }

  /** Takes back a buffer that `take` or `tryTake` lent: it itself, not a view of it, and once. */
  release(buffer: Buffer): void {
    if (!this.#lent.delete(buffer)) throw new Error('this buffer is not lent')
    const memory = buffer.buffer as SharedArrayBuffer
    if (buffer.length === SLAB_BYTES) this.#idle.push(memory)
    else this.#join(memory, buffer.byteOffset)
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const own = this.#takeNow(next.bytes)
      if (own === undefined) return
      this.#waiting.shift()
      next.resolve(own)
    }
  }

  #takeNow(bytes: number): Buffer | undefined {
    if (bytes <= CELL_BYTES) return this.#takeCell()
    const memory = this.#takeSlab()
    return memory && this.#lend(memory, 0, SLAB_BYTES)
  }

  #takeSlab(): SharedArrayBuffer | undefined {
    const memory = this.#idle.pop()
    if (memory !== undefined || this.#slabCount === this.#slabsMax) return memory
    this.#slabCount++
    return new SharedArrayBuffer(SLAB_BYTES)
  }

  #takeCell(): Buffer | undefined {
    for (const [memory, starts] of this.#cut) {
      const start = starts.pop()
      if (start !== undefined) return this.#lend(memory, start, CELL_BYTES)
    }
    const memory = this.#takeSlab()
    if (memory === undefined) return undefined
    const starts = Array.from({ length: SLAB_BYTES / CELL_BYTES - 1 }, (_, index) => (index + 1) * CELL_BYTES)
    this.#cut.set(memory, starts)
    return this.#lend(memory, 0, CELL_BYTES)
  }

  /** Takes a cell back; a slab whose cells are all there is whole again. */
  #join(memory: SharedArrayBuffer, start: number): void {
    const starts = this.#cut.get(memory)
    starts?.push(start)
    if (starts?.length !== SLAB_BYTES / CELL_BYTES) return
    this.#cut.delete(memory)
    this.#idle.push(memory)
  }

  /** A new view each time, so that who gives a buffer back twice cannot take it from its next borrower. */
  #lend(memory: SharedArrayBuffer, start: number, length: number): Buffer {
    const buffer = Buffer.from(memory, start, length)
    this.#lent.add(buffer)
    return buffer
  }
}
