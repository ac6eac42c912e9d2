import { loadNative } from './native/native.js'

/** Bytes of the buffers that a pool lends. */
export const SLAB_BYTES = 1024 * 1024
/** Bytes of the smaller buffers that it lends: pieces of a divided slab. */
export const CELL_BYTES = 64 * 1024

const PAGE_BYTES = 4096
const native = loadNative()

/** Memory of a slab, and where in it the slab begins: at a page of the machine's memory, as direct writes to files need it. */
interface Slab {
  readonly memory: SharedArrayBuffer
  readonly start: number
}

function allocateSlab(): Slab {
  const memory = new SharedArrayBuffer(SLAB_BYTES + PAGE_BYTES)
  const within = native?.offsetInPage(new Uint8Array(memory)) ?? 0
  return { memory, start: (PAGE_BYTES - within) % PAGE_BYTES }
}

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
  readonly #idle: Slab[] = []
  /** Each divided slab by its memory, with the offsets of its free cells there. */
  readonly #cut = new Map<SharedArrayBuffer, { readonly slab: Slab; readonly starts: number[] }>()
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
    if (buffer.length === SLAB_BYTES) this.#idle.push({ memory, start: buffer.byteOffset })
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
    const slab = this.#takeSlab()
    return slab && this.#lend(slab.memory, slab.start, SLAB_BYTES)
  }

  #takeSlab(): Slab | undefined {
    const slab = this.#idle.pop()
    if (slab !== undefined) return slab
    if (this.#slabCount === this.#slabsMax) {
      if (this.spare.count > 0) this.spare.giveBack()
      return this.#idle.pop()
    }
    this.#slabCount++
    return allocateSlab()
  }

  #takeCell(): Buffer | undefined {
    for (const [memory, { starts }] of this.#cut) {
      const start = starts.pop()
      if (start !== undefined) return this.#lend(memory, start, CELL_BYTES)
    }
    const slab = this.#takeSlab()
    if (slab === undefined) return undefined
    const { memory, start } = slab
    const starts = Array.from({ length: SLAB_BYTES / CELL_BYTES - 1 }, (_, index) => start + (index + 1) * CELL_BYTES)
    this.#cut.set(memory, { slab, starts })
    return this.#lend(memory, start, CELL_BYTES)
  }

  /** Takes back a cell; a slab whose cells are all free becomes undivided again. */
  #join(memory: SharedArrayBuffer, start: number): void {
    const cut = this.#cut.get(memory)
    cut?.starts.push(start)
    if (cut?.starts.length !== SLAB_BYTES / CELL_BYTES) return
    this.#cut.delete(memory)
    this.#idle.push(cut.slab)
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
