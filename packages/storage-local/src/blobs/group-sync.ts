import { StorageError } from '@bindery/storage'

/**
 * Runs one sync for all callers. A caller that arrives during a sync shares the next one, because the running one may
 * have begun before its writes. After a failure there is no further sync: the system may forget what it could not
 * write, and then report it as durable.
 */
export class GroupSync {
  readonly #sync: () => Promise<void>
  #running: Promise<void> | undefined
  /** For callers that came after `#running` began. */
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

  /** Resolves when everything written at the time of the call is durable. */
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
      if (this.#hasFailed) throw new StorageError('unavailable', 'an earlier sync of the same file or folder failed')
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
