import { BlockList, isIP } from 'node:net'

/** An address that a host has. */
export interface HostAddress {
  readonly address: string
  readonly family: number
}

type Entry =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'networks'; readonly networks: readonly Network[] }

interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '::1', prefix: 128, family: 'ipv6' },
]

/** What a name must not lead to, whoever answers for it: this host, link-local services, groups of hosts. Networks may name them. */
const NEVER_BY_NAME: readonly Network[] = [
  ...LOOPBACK,
  { address: '0.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '169.254.0.0', prefix: 16, family: 'ipv4' },
  { address: '224.0.0.0', prefix: 3, family: 'ipv4' },
  { address: '::', prefix: 128, family: 'ipv6' },
  { address: 'fe80::', prefix: 10, family: 'ipv6' },
  { address: 'ff00::', prefix: 8, family: 'ipv6' },
]

/** Whether a text is an entry: `loopback`, a host name, `*.` and the end of names, an address, a network as `10.0.0.0/8`. */
export function isAllowedHost(text: string): boolean {
  return parseEntry(text) !== undefined
}

function parseEntry(text: string): Entry | undefined {
  if (text === 'loopback' || text === 'localhost') return { kind: 'networks', networks: LOOPBACK }
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version !== 0) {
    const bits = version === 4 ? 32 : 128
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
    if (!(length <= bits) || rest.length > 0) return undefined
    return { kind: 'networks', networks: [{ address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' }] }
  }
  return /^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(text) ? { kind: 'name', name: text } : undefined
}

/** Where callbacks may go. What no entry names is refused. */
export class AllowedHosts {
  readonly #names = new Set<string>()
  readonly #suffixes: string[] = []
  readonly #networks = new BlockList()
  readonly #neverByName = blockListOf(NEVER_BY_NAME)

  /** Throws RangeError for what is no entry. */
  constructor(entries: readonly string[]) {
    for (const text of entries) {
      const entry = parseEntry(text)
      if (entry === undefined) throw new RangeError(`${text} names no host`)
      if (entry.kind === 'networks') addNetworks(this.#networks, entry.networks)
      else if (entry.name.startsWith('*.')) this.#suffixes.push(entry.name.slice(1))
      else this.#names.add(entry.name)
    }
  }

  /**
   * Whether a host may be called at one of its addresses: where a network holds the address, or where the host is named
   * and the address is none that a name must not lead to.
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

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  addNetworks(list, networks)
  return list
}

function addNetworks(list: BlockList, networks: readonly Network[]): void {
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family)
}
