/** Looks a host up once, so that the addresses that were checked are those that are connected to. */
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostAddress } from './allowed-hosts.js'

/** Finds all addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly HostAddress[]>

/** The system's resolver: all addresses in its order, `hosts` file included. Rejects where no address exists. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true, verbatim: true })

/** Empty if the name is unknown or is not resolved within `timeoutMs`: then there is no address to connect to. */
export async function addressesOf(host: string, resolve: Resolve, timeoutMs: number): Promise<readonly HostAddress[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const given = new AbortController()
  const late = sleep(timeoutMs, [], { signal: given.signal })
  late.catch(() => {})
  return await Promise.race([resolve(host).catch(() => []), late]).finally(() => given.abort())
}

/** Performs no look-up: a name stands for the addresses that were checked. */
export function lookupAmong(addresses: readonly HostAddress[]): LookupFunction {
  return (host, { all }, done) => {
    const [first] = addresses
    if (first === undefined) {
      const error: NodeJS.ErrnoException = new Error(`there is no address of ${host}`)
      error.code = 'ENOTFOUND'
      done(error, '', 0)
    } else if (all === true) done(null, [...addresses])
    else done(null, first.address, first.family)
  }
}
