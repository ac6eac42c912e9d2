/** CORS rules, as the server applies them to a preflight. */
import { all, escapeXml, parseXml, textOf } from '@bindery/client/xml'

/** One rule. */
export interface CorsRule {
  /** With at most one `*` each. */
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  /** Headers that requests may have; `*` stands for all. */
  readonly headers: readonly string[]
  readonly exposed: readonly string[]
  /** Seconds for which browsers remember the rule; empty: as the server chooses. */
  readonly maxAge: string
}

/** Methods that rules name. */
export const CORS_METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const

/** The rule that uploads in parts from pages of one origin need. */
export const UPLOADS_OF_BROWSERS: CorsRule = {
  origins: ['https://www.example.com'],
  methods: [...CORS_METHODS],
  headers: ['*'],
  exposed: ['ETag', 'x-oss-request-id', 'x-oss-hash-crc64ecma'],
  maxAge: '600',
}

/** The rules of a document; none of an empty text. Throws SyntaxError. */
export function corsRulesIn(document: string): readonly CorsRule[] {
  if (document === '') return []
  return all(parseXml(document), 'CORSRule').map((rule) => {
    const texts = (name: string) => all(rule, name).map(({ text }) => text)
    return {
      origins: texts('AllowedOrigin'),
      methods: texts('AllowedMethod'),
      headers: texts('AllowedHeader'),
      exposed: texts('ExposeHeader'),
      maxAge: textOf(rule, 'MaxAgeSeconds') ?? '',
    }
  })
}

/** The document of rules. `variesAlways`: answers to requests without an origin have `Vary: Origin` too. */
export function corsDocument(rules: readonly CorsRule[], variesAlways: boolean): string {
  const elements = (name: string, values: readonly string[]) =>
    values.map((value) => `<${name}>${escapeXml(value)}</${name}>`).join('')
  const texts = rules.map(
    ({ origins, methods, headers, exposed, maxAge }) =>
      `<CORSRule>${elements('AllowedOrigin', origins)}${elements('AllowedMethod', methods)}${elements('AllowedHeader', headers)}${elements('ExposeHeader', exposed)}${elements('MaxAgeSeconds', maxAge === '' ? [] : [maxAge])}</CORSRule>`,
  )
  return `<CORSConfiguration>${texts.join('')}${variesAlways ? '<ResponseVary>true</ResponseVary>' : ''}</CORSConfiguration>`
}

/** Whether a document has `ResponseVary` set. */
export function variesAlways(document: string): boolean {
  return document !== '' && textOf(parseXml(document), 'ResponseVary') === 'true'
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
