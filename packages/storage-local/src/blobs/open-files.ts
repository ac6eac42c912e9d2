/** Files that stay open between reads: opening one costs more than reading a few bytes of it. */

/** Files that stay open while they are unused, by default. */
const IDLE_MAX = 64
/** Milliseconds after which an unused file is closed. Until then one that another process deleted keeps its disk space. */
const IDLE_MS_MAX = 1_000
/** The same for files that would be missed, and are known to exist. */
const MISSED_MS_MAX = 60_000

interface OpenFile<Opened> {
  readonly opened: Promise<Opened>
  /** The value that `opened` has resolved with. */
  value?: Opened
  users: number
  /** By `performance.now`. */
  idleSince: number
}

/** A file that stays open until it is released. */
export interface Held<Opened> {
  readonly opened: Opened
  /** Called once. */
  release(): void
}

/** How long files of `OpenFiles` stay open. */
export interface OpenFilesOptions<Opened> {
  /** Whether an unused file may stay open for longer, because it still exists and more is known of it. */
  readonly isMissed?: (opened: Opened) => boolean
  /** Files that stay open while they are unused. */
  readonly idleMax?: number | undefined
}

/** Keeps files open for reading, each under its path. `Opened`: what is known of an open file. */
export class OpenFiles<Opened> {
  readonly #close: (opened: Opened) => Promise<void>
  readonly #isMissed: (opened: Opened) => boolean
  readonly #idleMax: number
  /** By path, the most recently used last. */
  readonly #files = new Map<string, OpenFile<Opened>>()
  /** The path of the most recently used, unless that was forgotten. */
  #latest = ''
  readonly #closing = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(close: (opened: Opened) => Promise<void>, options: OpenFilesOptions<Opened> = {}) {
    const { isMissed = () => false, idleMax = IDLE_MAX } = options
    this.#close = close
    this.#isMissed = isMissed
    this.#idleMax = idleMax
  }

  /** Holds a file, which `open` opens unless it is open. Rejects if that does. */
  async hold(path: string, open: () => Promise<Opened>): Promise<Held<Opened>> {
    const file = this.#files.get(path) ?? { opened: open(), users: 0, idleSince: 0 }
    this.#use(path, file)
    try {
      const opened = await file.opened
      file.value = opened
      return { opened, release: () => this.#release(path, file) }
    } catch (error) {
      if (this.#files.get(path) === file) this.#files.delete(path)
      throw error
    }
  }

  /** Holds a file if it is open. */
  tryHold(path: string): Held<Opened> | undefined {
    const file = this.#files.get(path)
    if (file?.value === undefined) return undefined
    this.#use(path, file)
    return { opened: file.value, release: () => this.#release(path, file) }
  }

  /** Runs `work` on a file. Rejects if opening it does. */
  async use<T>(path: string, open: () => Promise<Opened>, work: (opened: Opened) => Promise<T>): Promise<T> {
    const { opened, release } = await this.hold(path, open)
    try {
      return await work(opened)
    } finally {
      release()
    }
  }

  /** Closes a file as soon as it is not held; the next to hold it opens it again. */
  forget(path: string): void {
    const file = this.#files.get(path)
    this.#files.delete(path)
    if (file?.users === 0) this.#end(file)
  }

  /** Closes all files that are not held; those that are held close when they are released. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    for (const path of [...this.#files.keys()]) this.forget(path)
    await Promise.all(this.#closing)
  }

  #use(path: string, file: OpenFile<Opened>): void {
    if (path !== this.#latest || !this.#files.has(path)) {
      this.#files.delete(path)
      this.#files.set(path, file)
      this.#latest = path
    }
    file.users += 1
  }

  #release(path: string, file: OpenFile<Opened>): void {
    file.users -= 1
    if (file.users > 0) return
    if (this.#files.get(path) !== file) {
      this.#end(file)
      return
    }
    file.idleSince = performance.now()
    this.#closeSurplus()
    this.#timer ??= setTimeout(() => this.#closeIdle(), IDLE_MS_MAX).unref()
  }

  #closeSurplus(): void {
    for (const [path, { users }] of this.#files) {
      if (this.#files.size <= this.#idleMax) return
      if (users === 0) this.forget(path)
    }
  }

  #closeIdle(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const [path, { users, idleSince, value }] of this.#files) {
      if (users > 0 || now - idleSince < IDLE_MS_MAX) continue
      const stays = now - idleSince < MISSED_MS_MAX && value !== undefined && this.#isMissed(value)
      if (!stays) this.forget(path)
    }
    if (this.#files.size > 0) this.#timer = setTimeout(() => this.#closeIdle(), IDLE_MS_MAX).unref()
  }

  #end({ opened }: OpenFile<Opened>): void {
    const closing = opened
      .then(this.#close)
      .catch(() => {})
      .then(() => {
        this.#closing.delete(closing)
      })
    this.#closing.add(closing)
  }
}
