/** CORS rules, as the server applies them to a preflight. */
import { all, parseXml } from '@bindery/client/xml'

/** One rule. */
export interface CorsRule {
  /** With at most one `*` each. */
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly exposed: readonly string[]
}

/** The rules of a document; none of an empty text. Throws SyntaxError. */
export function corsRulesIn(document: string): readonly CorsRule[] {
  if (document === '') return []
  return all(parseXml(document), 'CORSRule').map((rule) => {
    const texts = (name: string) => all(rule, name).map(({ text }) => text)
    return { origins: texts('AllowedOrigin'), methods: texts('AllowedMethod'), exposed: texts('ExposeHeader') }
  })
}

/** The first rule that allows a method to an origin, with its number from 1. */
export function ruleFor(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
): { readonly number: number; readonly rule: CorsRule } | undefined {
  const index = rules.findIndex(
    ({ origins, methods }) => methods.includes(method) && origins.some((pattern) => matches(pattern, origin)),
  )
  const rule = rules[index]
  return rule && { number: index + 1, rule }
}

function matches(pattern: string, origin: string): boolean {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return pattern === origin
  return origin.length >= before.length + after.length && origin.startsWith(before) && origin.endsWith(after)
}
