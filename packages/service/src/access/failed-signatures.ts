import { isWrongSignature, OssError } from '@bindery/protocol'
import { type Awaitable, settle } from '@bindery/storage'

const WINDOW_MS = 60_000
/** Failures of an address in a minute before its further ones are refused unexamined. */
export const FAILURES_MAX = 300
/** Addresses that are remembered; the one that was seen first is forgotten first. */
const ADDRESSES_MAX = 10_000
/** Keys of an address that have signed correctly and may go on. */
const GOOD_KEYS_MAX = 16

interface Seen {
  since: number
  failures: number
  readonly goodKeys: Set<string>
}

/**
 * Counts signatures that failed, by address, in this process. An address with too many gets SlowDown for a minute, except for
 * keys that signed correctly from there: many clients may share it. Addresses of this machine are not counted: a proxy that is not
 * trusted would be one of them.
 */
export class FailedSignatures {
  readonly #clock: () => number
  readonly #seen = new Map<string, Seen>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Verifies a signature of the key, which came from the address; '' if that is unknown. Throws slowDown, and what `verify` throws. */
  guard<T>(address: string, accessKeyId: string, verify: () => Awaitable<T>): Awaitable<T> {
    this.#require(address, accessKeyId)
    return settle(
      verify,
      (verified) => {
        this.#noteGood(address, accessKeyId)
        return verified
      },
      (error) => {
        this.#note(address, error)
        throw error
      },
    )
  }

  #require(address: string, accessKeyId: string): void {
    const seen = this.#seen.get(address)
    if (seen === undefined || seen.failures < FAILURES_MAX || seen.goodKeys.has(accessKeyId)) return
    if (this.#clock() - seen.since < WINDOW_MS) throw new OssError('slowDown')
  }

  #note(address: string, error: unknown): void {
    if (!isWrongSignature(error) || isLoopback(address)) return
    const now = this.#clock()
    const seen = this.#seen.get(address) ?? this.#remember(address, now)
    if (now - seen.since >= WINDOW_MS) {
      seen.since = now
      seen.failures = 0
    }
    seen.failures += 1
  }

  /** A key that signed correctly. Only where failures were counted before. */
  #noteGood(address: string, accessKeyId: string): void {
    const seen = this.#seen.get(address)
    if (seen !== undefined && seen.goodKeys.size < GOOD_KEYS_MAX) seen.goodKeys.add(accessKeyId)
  }

  #remember(address: string, since: number): Seen {
    const [oldest] = this.#seen.keys()
    if (this.#seen.size >= ADDRESSES_MAX && oldest !== undefined) this.#seen.delete(oldest)
    const seen = { since, failures: 0, goodKeys: new Set<string>() }
    this.#seen.set(address, seen)
    return seen
  }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1'
}
