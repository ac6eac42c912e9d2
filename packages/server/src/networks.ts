import { BlockList, isIP } from 'node:net'

/** A network in CIDR notation: its address, and the bits of its prefix. */
export interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** The networks of the machine itself. */
export const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '::1', prefix: 128, family: 'ipv6' },
]

/** Whether only this machine can connect to a server that listens on an address or name. */
export function isOnlyLocal(host: string): boolean {
  if (host === 'localhost') return true
  const version = isIP(host)
  return version !== 0 && blockListOf(LOOPBACK).check(host, version === 6 ? 'ipv6' : 'ipv4')
}

/** An address without the prefix that a dual-stack socket adds to one of IPv4. */
export function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

const loopback = blockListOf(LOOPBACK)

/** Whether an address is one of this machine's own. */
export function isThisMachine(address: string): boolean {
  const bare = withoutMapping(address)
  return bare !== '' && loopback.check(bare, bare.includes(':') ? 'ipv6' : 'ipv4')
}

/** The networks of `loopback`, an address or a network such as `10.0.0.0/8`; undefined for any other text. */
export function parseNetworks(text: string): readonly Network[] | undefined {
  if (text === 'loopback' || text === 'localhost') return LOOPBACK
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0) return undefined
  const bits = version === 4 ? 32 : 128
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(length <= bits) || rest.length > 0) return undefined
  return [{ address, prefix: length, family: version === 4 ? 'ipv4' : 'ipv6' }]
}

/**
 * A list that checks whether an address is in one of the networks. Throws an Error for an invalid network.
 */
export function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family)
  return list
}
