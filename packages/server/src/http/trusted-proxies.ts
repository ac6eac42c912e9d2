import { type BlockList, isIP } from 'node:net'
import { blockListOf, parseNetworks, withoutMapping } from '../networks.js'
import { UNIX_PEER } from './peer.js'

/** Where a request came from. */
export interface Origin {
  readonly address: string
  readonly scheme: 'http' | 'https'
}

/**
 * The proxies whose word counts about the client behind them. Without any, X-Forwarded-For and X-Forwarded-Proto mean
 * nothing, since any client can send them.
 */
export class TrustedProxies {
  readonly #networks: BlockList
  readonly #isEmpty: boolean
  /** Whether those at the Unix domain socket are trusted. */
  readonly #hasLocal: boolean

  /** Throws RangeError for an entry that is neither `loopback`, `unix`, an address nor a network. */
  constructor(entries: readonly string[]) {
    this.#hasLocal = entries.includes(UNIX_PEER)
    const networks = entries.flatMap((entry) => {
      if (entry === UNIX_PEER) return []
      const parsed = parseNetworks(entry)
      if (parsed === undefined) throw new RangeError(`${entry} is not an address or network`)
      return parsed
    })
    this.#networks = blockListOf(networks)
    this.#isEmpty = entries.length === 0
  }

  /**
   * The client of a connection from `socketAddress`, which is empty where it has no address: if that is a trusted proxy, the last address of X-Forwarded-For
   * that is not one. Each proxy appends the address that it was called from, so anything before that could be made up.
   * The last value of X-Forwarded-Proto is that of the proxy itself; without one the scheme is that of the connection,
   * `own`.
   */
  originOf(socketAddress: string, headers: Readonly<Record<string, string>>, own: Origin['scheme'] = 'http'): Origin {
    const isLocal = socketAddress === UNIX_PEER
    const peer = isLocal ? '' : withoutMapping(socketAddress)
    if (this.#isEmpty || !(isLocal ? this.#hasLocal : this.#trusts(peer))) return { address: peer, scheme: own }
    const proto = itemsOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase() ?? own
    const scheme = proto === 'https' ? 'https' : 'http'
    let address = peer
    for (const before of itemsOf(headers['x-forwarded-for']).reverse().map(bareAddress)) {
      if (before === undefined) break
      address = before
      if (!this.#trusts(address)) break
    }
    return { address, scheme }
  }

  #trusts(address: string): boolean {
    const bare = withoutMapping(address)
    const version = isIP(bare)
    return version !== 0 && this.#networks.check(bare.split('%')[0] ?? '', version === 6 ? 'ipv6' : 'ipv4')
  }
}

function itemsOf(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** An address without the port that some proxies add; undefined where it is not an address. */
function bareAddress(item: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(item) ?? []
  const address = bracketed ?? (/^[^:]+:\d+$/.test(item) ? item.slice(0, item.indexOf(':')) : item)
  return isIP(address) === 0 ? undefined : address
}
