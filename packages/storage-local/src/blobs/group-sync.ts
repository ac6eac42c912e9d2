import { StorageError } from '@bindery/storage'

/**
 * Syncs one thing for all who ask. Who asks while a sync runs shares the next one with all others who do, since the one
 * that runs may have begun before their writes. After a failure there is no further sync: the system may forget what it
 * could not write, and then call it durable.
 */
export class GroupSync {
  readonly #sync: () => Promise<void>
  #running: Promise<void> | undefined
  /** For those who came after `#running` began. */
  #next: Promise<void> | undefined
  #hasFailed = false

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  get isIdle(): boolean {
    return this.#running === undefined
  }

  /** Resolves when all that was written at the time of the call is durable. */
  sync(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#run()
      return this.#running
    }
    this.#next ??= this.#running.catch(() => {}).then(() => this.#run())
    return this.#next
  }

  async #run(): Promise<void> {
    try {
      if (this.#hasFailed) throw new StorageError('unavailable', 'what is to be synced could not be synced before')
      await this.#sync()
    } catch (error) {
      this.#hasFailed = true
      throw error
    } finally {
      this.#running = this.#next
      this.#next = undefined
    }
  }
}
