import type { Adjustable } from './config.js'
import type { RootKey } from './root-key.js'

type KeyPair = Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>

/** The options of one process that may change while it runs, as they are now. */
export class CurrentOptions {
  #options: Pick<Adjustable, 'reserveBytes' | 'metricsToken'>
  #rootKey: KeyPair

  constructor(options: Adjustable, rootKey: KeyPair) {
    this.#options = options
    this.#rootKey = rootKey
  }

  get reserveBytes(): number {
    return this.#options.reserveBytes
  }

  get metricsToken(): string | undefined {
    return this.#options.metricsToken
  }

  get rootKey(): KeyPair {
    return this.#rootKey
  }

  /** Without a key in the options, the one before stays. */
  adjust(options: Adjustable): void {
    const { accessKeyId, accessKeySecret } = options
    this.#options = options
    if (accessKeyId !== undefined && accessKeySecret !== undefined) this.#rootKey = { accessKeyId, accessKeySecret }
  }
}
