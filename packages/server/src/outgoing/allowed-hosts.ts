import { type BlockList, isIP } from 'node:net'
import { blockListOf, LOOPBACK, type Network, parseNetworks } from '../networks.js'

/** One address of a host. */
export interface HostAddress {
  readonly address: string
  readonly family: number
}

type Entry =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'networks'; readonly networks: readonly Network[] }

/**
 * Addresses that a name must not lead to: this host, link-local services, multicast groups. Networks may allow
 * them.
 */
const NEVER_BY_NAME: readonly Network[] = [
  ...LOOPBACK,
  { address: '0.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '169.254.0.0', prefix: 16, family: 'ipv4' },
  { address: '224.0.0.0', prefix: 3, family: 'ipv4' },
  { address: '::', prefix: 128, family: 'ipv6' },
  { address: 'fe80::', prefix: 10, family: 'ipv6' },
  { address: 'ff00::', prefix: 8, family: 'ipv6' },
]

/** Addresses that OSS calls private, besides those above: it refuses a callback to one before it stores anything. */
const PRIVATE: readonly Network[] = [
  ...NEVER_BY_NAME,
  { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '100.64.0.0', prefix: 10, family: 'ipv4' },
  { address: '172.16.0.0', prefix: 12, family: 'ipv4' },
  { address: '192.168.0.0', prefix: 16, family: 'ipv4' },
  { address: 'fc00::', prefix: 7, family: 'ipv6' },
]

const privateNetworks = blockListOf(PRIVATE)

/** Whether an address is reachable only from its own machine or network. */
export function isPrivate({ address, family }: HostAddress): boolean {
  const [bare = ''] = address.split('%')
  return privateNetworks.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Whether a text is a valid entry: `loopback`, a host name, `*.` and a suffix of names, an address, a network such as
 * `10.0.0.0/8`.
 */
export function isAllowedHost(text: string): boolean {
  return parseEntry(text) !== undefined
}

function parseEntry(text: string): Entry | undefined {
  const networks = parseNetworks(text)
  if (networks !== undefined) return { kind: 'networks', networks }
  const isName = isIP(text.split('/')[0] ?? '') === 0 && /^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(text)
  return isName ? { kind: 'name', name: text } : undefined
}

/** The hosts that a kind of outgoing requests may go to. Anything without an entry is refused. */
export class AllowedHosts {
  readonly #names = new Set<string>()
  readonly #suffixes: string[] = []
  readonly #networks: BlockList
  readonly #neverByName = blockListOf(NEVER_BY_NAME)

  /** Throws RangeError for an invalid entry. */
  constructor(entries: readonly string[]) {
    const networks: Network[] = []
    for (const text of entries) {
      const entry = parseEntry(text)
      if (entry === undefined) throw new RangeError(`${text} is not a host name, address or network`)
      if (entry.kind === 'networks') networks.push(...entry.networks)
      else if (entry.name.startsWith('*.')) this.#suffixes.push(entry.name.slice(1))
      else this.#names.add(entry.name)
    }
    this.#networks = blockListOf(networks)
  }

  /**
   * Whether a host may be called at one of its addresses: if a network contains the address, or if the host is named
   * and the address is not one that a name must not lead to.
   */
  allows(host: string, { address, family }: HostAddress): boolean {
    const [bare = ''] = address.split('%')
    const version = family === 6 ? 'ipv6' : 'ipv4'
    if (this.#networks.check(bare, version)) return true
    return this.#isNamed(host) && !this.#neverByName.check(bare, version)
  }

  #isNamed(host: string): boolean {
    if (isIP(host) !== 0) return false
    return this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix))
  }
}
