import { isWrongSignature, OssError } from '@bindery/protocol'
import { type Awaitable, settle } from '@bindery/storage'
import { parseAddress } from './policy/ip-address.js'

const WINDOW_MS = 60_000
/** Failures of an address in a minute before its further ones are refused unexamined. */
export const FAILURES_MAX = 300
/** Clients that are remembered; the one that was seen first is forgotten first. */
const ADDRESSES_MAX = 10_000
/** How long a key that signed correctly from an address may go on there, and how many of those are remembered. */
const GOOD_MS = 3_600_000
const GOOD_MAX = 20_000

interface Seen {
  since: number
  failures: number
}

/**
 * Counts signatures that failed, by client, in this process. A client is an address of IPv4 or a /64 of IPv6, which one machine
 * can use as a whole. One with too many failures gets SlowDown for a minute, except for keys that signed correctly from there in
 * the last hour: many may share an address. A key that is good elsewhere does not count: its ID is in every presigned URL.
 * Addresses of this machine are not counted: a proxy that is not trusted would be one of them.
 */
export class FailedSignatures {
  readonly #clock: () => number
  readonly #seen = new Map<string, Seen>()
  /** When a key last signed correctly for a client, by both; the one that did so least recently comes first. */
  readonly #good = new Map<string, number>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Verifies a signature of the key, which came from the address; '' if that is unknown. Throws slowDown, and what `verify` throws. */
  guard<T>(address: string, accessKeyId: string, verify: () => Awaitable<T>): Awaitable<T> {
    if (!this.admits(address, accessKeyId)) throw new OssError('slowDown')
    return settle(
      verify,
      (verified) => {
        this.noteGood(address, accessKeyId)
        return verified
      },
      (error) => {
        this.#note(clientOf(address), error)
        throw error
      },
    )
  }

  /** Whether a signature of the key, which came from the address, is examined at all. */
  admits(address: string, accessKeyId: string): boolean {
    const client = clientOf(address)
    const seen = client === undefined ? undefined : this.#seen.get(client)
    if (client === undefined || seen === undefined || seen.failures < FAILURES_MAX) return true
    const now = this.#clock()
    if (now - seen.since >= WINDOW_MS) return true
    const goodAt = this.#good.get(pair(client, accessKeyId))
    return goodAt !== undefined && now - goodAt < GOOD_MS
  }

  /** Notes a signature of the key that was right. */
  noteGood(address: string, accessKeyId: string): void {
    const client = clientOf(address)
    if (client === undefined) return
    const used = pair(client, accessKeyId)
    const now = this.#clock()
    const goodAt = this.#good.get(used)
    // a busy key is noted once per minute, not at each request
    if (goodAt !== undefined && now - goodAt < WINDOW_MS) return
    this.#good.delete(used)
    makeRoom(this.#good, GOOD_MAX)
    this.#good.set(used, now)
  }

  #note(client: string | undefined, error: unknown): void {
    if (client === undefined || !isWrongSignature(error)) return
    const now = this.#clock()
    const seen = this.#seen.get(client) ?? this.#remember(client, now)
    if (now - seen.since >= WINDOW_MS) {
      seen.since = now
      seen.failures = 0
    }
    seen.failures += 1
  }

  #remember(client: string, since: number): Seen {
    makeRoom(this.#seen, ADDRESSES_MAX)
    const seen = { since, failures: 0 }
    this.#seen.set(client, seen)
    return seen
  }
}

function makeRoom(map: Map<string, unknown>, sizeMax: number): void {
  const [oldest] = map.keys()
  if (map.size >= sizeMax && oldest !== undefined) map.delete(oldest)
}

/** No address contains a space. */
const pair = (client: string, accessKeyId: string): string => `${client} ${accessKeyId}`

let last: { readonly address: string; readonly client: string | undefined } = { address: '', client: '' }

/** The name under which failures are counted; undefined for an address of this machine. Most requests come from the address of the one before. */
function clientOf(address: string): string | undefined {
  if (last.address !== address) last = { address, client: nameOfClient(address) }
  return last.client
}

function nameOfClient(address: string): string | undefined {
  if (isLoopback(address)) return undefined
  if (!address.includes(':')) return address
  const bytes = parseAddress(address)
  if (bytes === undefined) return address
  const isV4 = address.startsWith('::ffff:')
  return (isV4 ? bytes.subarray(12) : bytes.subarray(0, 8)).join('.')
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1'
}
