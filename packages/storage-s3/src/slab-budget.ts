import { BufferPool, SLAB_BYTES } from '@bindery/digest'

interface Waiter {
  readonly count: number
  readonly resolve: (slabs: Slabs) => void
}

/** Buffers of 1 MiB that were granted together, to be released together, once. */
export interface Slabs {
  readonly buffers: readonly Buffer[]
  release(): void
}

/** Grants a writer all the buffers that it needs at once, in order of request, so that no two wait for each other's. */
export class SlabBudget {
  readonly count: number
  readonly #pool: BufferPool
  #free: number
  readonly #waiting: Waiter[] = []

  /** @param bytes at least one buffer */
  constructor(bytes: number) {
    this.#pool = new BufferPool(bytes)
    this.count = Math.floor(bytes / SLAB_BYTES)
    this.#free = this.count
  }

  /** Whether a writer waits for buffers. */
  get isContended(): boolean {
    return this.#waiting.length > 0
  }

  /** @param count at most the number of all buffers */
  take(count: number): Promise<Slabs> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve })
      this.#grant()
    })
  }

  #grant(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.count <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.count
      next.resolve(this.#lend(next.count))
    }
  }

  #lend(count: number): Slabs {
    const buffers = Array.from({ length: count }, () => {
      const buffer = this.#pool.tryTake()
      if (buffer === undefined) throw new TypeError('a granted buffer is not free')
      return buffer
    })
    return {
      buffers,
      release: () => {
        for (const buffer of buffers) this.#pool.release(buffer)
        this.#free += count
        this.#grant()
      },
    }
  }
}
