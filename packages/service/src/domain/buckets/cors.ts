/** Evaluates a bucket's CORS rules. */
import type { BucketSettings } from '@bindery/protocol'

type Cors = BucketSettings['cors']
type CorsRule = Cors['rules'][number]

/** The question of a browser to the rules. */
export interface CrossOriginRequest {
  readonly origin: string
  readonly method: string
  /** Names of the headers that a preflight requests, in any case. */
  readonly headers?: readonly string[] | undefined
}

/** A rule that allows a request, and the origin that it allows: `*` for any. */
export interface FoundRule {
  readonly rule: CorsRule
  readonly allowOrigin: string
}

/** The first rule that allows the origin, the method and each of the headers. */
export function findRule({ rules }: Cors, { origin, method, headers = [] }: CrossOriginRequest): FoundRule | undefined {
  const wanted = headers.map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
  for (const rule of rules) {
    const pattern = rule.allowedOrigins.find((one) => matches(one, origin))
    if (pattern === undefined || !rule.allowedMethods.some((one) => one === method)) continue
    const patterns = rule.allowedHeaders.map((name) => name.toLowerCase())
    if (!wanted.every((name) => patterns.some((one) => matches(one, name)))) continue
    return { rule, allowOrigin: pattern === '*' ? '*' : origin }
  }
  return undefined
}

/** Whether a text equals a pattern, or begins and ends like one with a `*`. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === text
  const end = pattern.slice(star + 1)
  return text.length >= pattern.length - 1 && text.startsWith(pattern.slice(0, star)) && text.endsWith(end)
}
