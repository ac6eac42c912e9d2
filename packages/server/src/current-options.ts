import type { Adjustable } from './config.js'
import type { Disk } from './deployment.js'
import type { RootKey } from './root-key.js'

type KeyPair = Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>

/** Bytes of the reserve `auto`, on disks that are not small. */
const RESERVE_MAX = 256 * 1024 ** 2
/** The part of a small disk that `auto` keeps. */
const RESERVE_SHARE = 0.1

/** The options of one process that may change while it runs, as they are now. */
export class CurrentOptions {
  #options: Pick<Adjustable, 'reserveBytes' | 'metricsToken'>
  #rootKey: KeyPair
  readonly #autoReserve: number

  /** `disk`: that of the blobs; undefined where another system keeps them. */
  constructor(options: Adjustable, rootKey: KeyPair, disk: Pick<Disk, 'totalBytes'> | undefined) {
    this.#options = options
    this.#rootKey = rootKey
    this.#autoReserve = Math.min(
      RESERVE_MAX,
      Math.floor((disk?.totalBytes ?? RESERVE_MAX / RESERVE_SHARE) * RESERVE_SHARE),
    )
  }

  get reserveBytes(): number {
    const { reserveBytes } = this.#options
    return reserveBytes === 'auto' ? this.#autoReserve : reserveBytes
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
