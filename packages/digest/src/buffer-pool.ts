/** Bytes of the buffers that a pool lends. */
export const SLAB_BYTES = 1024 * 1024
/** Bytes of the smaller buffers that it lends: pieces of a divided slab. */
export const CELL_BYTES = 64 * 1024

interface Waiter {
  readonly bytes: number
  readonly resolve: (buffer: Buffer) => void
}

/** Lent buffers of the full size that no read uses, and that their holder releases when the pool has no others. */
export interface Spare {
  /** How many there are. */
  readonly count: number
  /** Releases one of them. Called only while there is one. */
  giveBack(): void
}

const NO_SPARE: Spare = { count: 0, giveBack() {} }

/**
 * Lends buffers from a fixed budget. They are allocated on first use and never returned to the system, because touching
 * new memory costs much more than reusing a buffer. They are in shared memory, so that worker threads can read them.
 */
export class BufferPool {
  readonly #slabsMax: number
  #slabCount = 0
  readonly #idle: SharedArrayBuffer[] = []
  /** The offsets of free cells in each divided slab. */
  readonly #cut = new Map<SharedArrayBuffer, number[]>()
  readonly #lent = new Set<Buffer>()
  readonly #waiting: Waiter[] = []
  /** Counts as free, and is lent only when nothing else is. */
  spare: Spare = NO_SPARE

  /** @param budgetBytes at least one buffer; the remainder beyond a multiple of the buffer size is not used */
  constructor(budgetBytes: number) {
    this.#slabsMax = Math.floor(budgetBytes / SLAB_BYTES)
    if (!(this.#slabsMax >= 1))
      throw new RangeError(`a budget of ${budgetBytes} bytes holds no buffer of ${SLAB_BYTES}`)
  }

  /** The number of lent buffers, without those that are spare. */
  get lentCount(): number {
    return this.#lent.size - this.spare.count
  }

  /** The number of buffers of the full size in the budget. */
  get buffersMax(): number {
    return this.#slabsMax
  }

  /** Whether a caller waits for a buffer. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  /**
   * Whether at most half of the budget is free, so that a caller that holds a buffer for long should hold a small
   * one.
   */
  get isLow(): boolean {
    return this.#free * 2 <= this.#slabsMax
  }

  /**
   * Whether less than a quarter of the budget is free: it is reserved for callers that release their buffers at
   * once.
   */
  get isExhausted(): boolean {
    return this.#free * 4 < this.#slabsMax
  }

  get #free(): number {
    return this.#idle.length + this.#slabsMax - this.#slabCount + this.spare.count
  }

  /**
   * Resolves with a buffer of arbitrary content: of `SLAB_BYTES`, or of `CELL_BYTES` if no more is requested. Requests
   * are served in order.
   */
  take(bytes = SLAB_BYTES): Promise<Buffer> {
    const buffer = this.tryTake(bytes)
    if (buffer !== undefined) return Promise.resolve(buffer)
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }))
  }

  /** A buffer, if one is free and no request is waiting. */
  tryTake(bytes = SLAB_BYTES): Buffer | undefined {
    return this.#waiting.length === 0 ? this.#takeNow(bytes) : undefined
  }

  /** Takes back a buffer that `take` or `tryTake` lent: the buffer itself, not a view of it, and once. */
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
    if (memory !== undefined) return memory
    if (this.#slabCount === this.#slabsMax) {
      if (this.spare.count > 0) this.spare.giveBack()
      return this.#idle.pop()
    }
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

  /** Takes back a cell; a slab whose cells are all free becomes undivided again. */
  #join(memory: SharedArrayBuffer, start: number): void {
    const starts = this.#cut.get(memory)
    starts?.push(start)
    if (starts?.length !== SLAB_BYTES / CELL_BYTES) return
    this.#cut.delete(memory)
    this.#idle.push(memory)
  }

  /**
   * Creates a view for each loan, so that a caller that releases a buffer twice cannot take it from its next
   * borrower.
   */
  #lend(memory: SharedArrayBuffer, start: number, length: number): Buffer {
    const buffer = Buffer.from(memory, start, length)
    this.#lent.add(buffer)
    return buffer
  }
}
