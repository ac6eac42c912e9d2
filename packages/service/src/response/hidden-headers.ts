/** Headers that a bucket leaves out of its answers. */
import type { BucketSettings } from '@bindery/protocol'

type Rules = BucketSettings['responseHeader']['rules']

/** The headers without those that a rule for the operation hides. What frames the body stays. */
export function withoutHidden<H extends readonly [string, string]>(
  rules: Rules,
  operation: string,
  headers: readonly H[],
): H[] {
  const hidden = new Set(
    rules
      .filter(({ filters }) => filters.operations.some((name) => isMeant(name, operation)))
      .flatMap(({ hideHeaders }) => hideHeaders.headers.map((name) => name.toLowerCase())),
  )
  const isShown = (name: string) => name === 'Content-Length' || !hidden.has(name.toLowerCase())
  return headers.filter(([name]) => isShown(name))
}

function isMeant(name: string, operation: string): boolean {
  return name === '*' || name === operation || (name === 'Put' && operation === 'PutObject')
}
