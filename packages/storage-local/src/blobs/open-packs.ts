import type { FileOperations } from './files.js'

/** Packs that stay open for reading while they are unused. */
const IDLE_MAX = 64

interface OpenPack {
  readonly file: Promise<number>
  users: number
}

/** Keeps packs open, because small blobs are read more often than packs change. */
export class OpenPacks {
  readonly #files: FileOperations
  /** By path, the most recently used last. */
  readonly #packs = new Map<string, OpenPack>()

  constructor(files: FileOperations) {
    this.#files = files
  }

  /** Runs `work` on a pack. Rejects if opening it does. */
  async use<T>(path: string, work: (file: number) => Promise<T>): Promise<T> {
    const pack = this.#packs.get(path) ?? this.#open(path)
    this.#packs.delete(path)
    this.#packs.set(path, pack)
    pack.users++
    try {
      return await work(await pack.file)
    } finally {
      pack.users--
      await this.#trim()
    }
  }

  /** Closes all unused packs. */
  async close(): Promise<void> {
    await this.#trim(0)
  }

  #open(path: string): OpenPack {
    const file = this.#files.open(path)
    file.catch(() => this.#packs.delete(path))
    return { file, users: 0 }
  }

  async #trim(idleMax = IDLE_MAX): Promise<void> {
    for (const [path, pack] of this.#packs) {
      if (this.#packs.size <= idleMax) return
      if (pack.users > 0) continue
      this.#packs.delete(path)
      await pack.file.then((file) => this.#files.close(file)).catch(() => {})
    }
  }
}
