/**
 * IPv4 and IPv6 addresses as 16 bytes; an IPv4 address is the IPv6 one that maps it, so that the two compare as
 * one.
 */
export type Address = Uint8Array

const V4_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
const V4_START: Address = Uint8Array.from([...V4_PREFIX, 0, 0, 0, 0])

/** Undefined for an invalid address. A zone (`fe80::1%eth0`) is ignored. */
export function parseAddress(text: string): Address | undefined {
  const [bare = ''] = text.split('%')
  if (!bare.includes(':')) {
    const four = parseV4(bare)
    return four && Uint8Array.from([...V4_PREFIX, ...four])
  }
  return parseV6(bare)
}

interface Network {
  readonly address: Address
  /** The bits of its prefix, 0 to 128; those of an IPv4 network are 96 and its own. */
  readonly bits: number
}

/** A matcher of the addresses of a network (`10.0.0.0/8`) or of one address; undefined for any other text. */
export function compileNetwork(text: string): ((address: Address) => boolean) | undefined {
  const network = parseNetwork(text)
  return network && ((address) => haveSameStart(network.address, address, network.bits))
}

/** Addresses of IPv4, mapped, begin with these bits. */
const V4_BITS = 96
/** A network with a shorter prefix, in either version, is so large that it includes strangers. */
const NARROW_BITS = 8

/**
 * Whether a network includes so many addresses that strangers are among them: all of IPv4, or a prefix below 8 bits in
 * either version, whatever the notation. Text that is not a network counts as wide.
 */
export function isWideNetwork(text: string): boolean {
  const network = parseNetwork(text)
  if (network === undefined || network.bits < NARROW_BITS) return true
  const isOfV4 = haveSameStart(network.address, V4_START, Math.min(network.bits, V4_BITS))
  return isOfV4 && network.bits < V4_BITS + NARROW_BITS
}

function parseNetwork(text: string): Network | undefined {
  const [base = '', length, ...more] = text.split('/')
  const address = parseAddress(base)
  if (address === undefined || more.length > 0) return undefined
  const isV4 = !base.includes(':')
  const bitsMax = isV4 ? 32 : 128
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const bits = length === undefined ? bitsMax : Number(length)
  if (bits > bitsMax) return undefined
  return { address, bits: bits + 128 - bitsMax }
}

function haveSameStart(one: Address, other: Address, bits: number): boolean {
  const whole = bits >> 3
  for (let index = 0; index < whole; index += 1) if (one[index] !== other[index]) return false
  const rest = bits & 7
  return rest === 0 || ((one[whole] ?? 0) ^ (other[whole] ?? 0)) >> (8 - rest) === 0
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : undefined
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const known = head.length + (tail?.length ?? 0)
  // `::` stands for at least one group of zeros
  if (halves.length === 2 ? known > 14 : known !== 16) return undefined
  return Uint8Array.from([...head, ...Array<number>(16 - known).fill(0), ...(tail ?? [])])
}

/** The bytes of groups between colons; the last group of an address may be an IPv4 address. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const four = isEnd && index === groups.length - 1 ? parseV4(group) : undefined
      if (four === undefined) return undefined
      bytes.push(...four)
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    }
  }
  return bytes
}
