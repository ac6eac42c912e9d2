/** Looks up the TXT records by which the owner of a domain shows that it may be bound to a bucket. */
import { resolveTxt } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainProofs } from '@bindery/service'

/** Milliseconds that a look-up may take. */
const LOOKUP_MS_MAX = 5_000

/** `trusted`: names, and `*.` before a suffix of names, in lower case. */
export function createDomainProofs(trusted: readonly string[], resolve = resolveTxt): DomainProofs {
  return {
    isTrusted: (domain) =>
      trusted.some((entry) => (entry.startsWith('*.') ? domain.endsWith(entry.slice(1)) : domain === entry)),
    async textsOf(name) {
      const given = new AbortController()
      const late = sleep(LOOKUP_MS_MAX, [], { signal: given.signal }).catch(() => [])
      const found = resolve(name).then(
        (records) => records.map((pieces) => pieces.join('')),
        () => [],
      )
      return Promise.race([found, late]).finally(() => given.abort())
    },
  }
}
