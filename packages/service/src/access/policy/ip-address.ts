/**
 * IPv4 and IPv6 addresses as 16 bytes; an IPv4 address is the IPv6 one that maps it, so that the two compare as
 * one.
 */
export type Address = Uint8Array

const V4_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** Undefined for an invalid address. A zone (`fe80::1%eth0`) is ignored. */
export function parseAddress(text: string): Address | undefined {
  const [bare = ''] = text.split('%')
  if (!bare.includes(':')) {
    const four = parseV4(bare)
    return four && Uint8Array.from([...V4_PREFIX, ...four])
  }
  return parseV6(bare)
}

/** A matcher of the addresses of a network (`10.0.0.0/8`) or of one address; undefined for any other text. */
export function compileNetwork(text: string): ((address: Address) => boolean) | undefined {
  const [base = '', length, ...more] = text.split('/')
  const network = parseAddress(base)
  if (network === undefined || more.length > 0) return undefined
  const isV4 = !base.includes(':')
  const bitsMax = isV4 ? 32 : 128
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const bits = length === undefined ? bitsMax : Number(length)
  if (bits > bitsMax) return undefined
  const compared = bits + 128 - bitsMax
  return (address) => haveSameStart(network, address, compared)
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
