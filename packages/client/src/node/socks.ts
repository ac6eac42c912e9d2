/** SOCKS 5: RFC 1928, and its user names and passwords: RFC 1929. */
import net from 'node:net'
import type { Behind, Dialogue, ProxyKey, Step } from './tunnel.js'

const VERSION = 5
const NO_KEY = 0
const USER_AND_PASSWORD = 2
const CONNECT = 1
const IPV4 = 1
const NAME = 3
const IPV6 = 4
/** Bytes of an answer before the address in it, and of the port after that. */
const ANSWER_HEAD_BYTES = 4
const PORT_BYTES = 2
const TEXT_BYTES_MAX = 255

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not permit that',
  3: 'the network is unreachable',
  4: 'the host is unreachable',
  5: 'nothing listens there',
  6: 'the server is too far away',
  7: 'it knows no CONNECT',
  8: 'it does not know this kind of address',
}

/** Has a proxy connect to a server, whose name the proxy looks up. Throws Error for a name, user or password of more than 255 bytes. */
export function socksDialogue(behind: Behind, { user, password }: ProxyKey): Dialogue {
  const hasKey = user !== '' || password !== ''
  const connect = connectRequest(behind)
  const key = hasKey ? Buffer.concat([Buffer.of(1), sized(user), sized(password)]) : undefined
  let step: (received: Buffer) => Step | undefined = (received) => {
    if (received.length < 2) return undefined
    const [version, method] = received
    if (version !== VERSION) throw new Error('it does not speak SOCKS 5')
    if (method === USER_AND_PASSWORD && key !== undefined) {
      step = afterKey
      return { used: 2, send: key }
    }
    if (method !== NO_KEY) throw new Error('it wants a user and a password')
    step = afterConnect
    return { used: 2, send: connect }
  }
  const afterKey = (received: Buffer): Step | undefined => {
    if (received.length < 2) return undefined
    if (received[1] !== 0) throw new Error('it refused the user and the password')
    step = afterConnect
    return { used: 2, send: connect }
  }
  const methods = hasKey ? [NO_KEY, USER_AND_PASSWORD] : [NO_KEY]
  return { first: Buffer.of(VERSION, methods.length, ...methods), next: (received) => step(received) }
}

function connectRequest({ hostname, port }: Behind): Buffer {
  const ports = Buffer.of(port >> 8, port & 0xff)
  return Buffer.concat([Buffer.of(VERSION, CONNECT, 0), addressOf(hostname), ports])
}

function addressOf(hostname: string): Buffer {
  if (net.isIPv4(hostname)) return Buffer.of(IPV4, ...hostname.split('.').map(Number))
  if (!net.isIPv6(hostname)) return Buffer.concat([Buffer.of(NAME), sized(hostname)])
  return Buffer.of(IPV6, ...groupsOf(hostname).flatMap((group) => [group >> 8, group & 0xff]))
}

/** The eight numbers of an address of IPv6. */
function groupsOf(address: string): number[] {
  // as URLs have it: with groups of digits alone
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [first, last] = [numbers(before), numbers(after)]
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last]
}

function afterConnect(received: Buffer): Step | undefined {
  if (received.length < ANSWER_HEAD_BYTES + 1) return undefined
  const [, reply = 1, , kind, length = 0] = received
  if (reply !== 0) throw new Error(REFUSALS[reply] ?? `it answered ${reply}`)
  const address = kind === IPV4 ? 4 : kind === IPV6 ? 16 : length + 1
  const used = ANSWER_HEAD_BYTES + address + PORT_BYTES
  return received.length < used ? undefined : { used, isDone: true }
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length > TEXT_BYTES_MAX) throw new Error('a name for SOCKS has at most 255 bytes')
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}
