import { percentDecode } from '@bindery/bytes'
import { OssError } from './errors/oss-error.js'

/** A decoded parameter; `value` is undefined if no `=` followed the name. */
export interface QueryParameter {
  readonly name: string
  readonly value: string | undefined
}

/** The decoded query of a request target, in the order of the wire. */
export class Query {
  readonly parameters: readonly QueryParameter[]
  readonly #first = new Map<string, string>()

  constructor(parameters: readonly QueryParameter[]) {
    this.parameters = parameters
    for (const { name, value } of parameters) if (!this.#first.has(name)) this.#first.set(name, value ?? '')
  }

  /** The value of the first parameter with this name, '' if it has none; undefined if the name is absent. */
  get(name: string): string | undefined {
    return this.#first.get(name)
  }

  has(name: string): boolean {
    return this.#first.has(name)
  }
}

/**
 * Parses a raw query (without `?`). `+` is a space, as the form encoders of older SDKs write it; all of them send a
 * plus as %2B. Throws invalidArgument for a malformed escape or bytes that are not UTF-8.
 */
export function parseQuery(raw: string): Query {
  if (raw === '') return new Query([])
  const parameters = raw
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const name = decode(equals === -1 ? pair : pair.slice(0, equals))
      return { name, value: equals === -1 ? undefined : decode(pair.slice(equals + 1)) }
    })
  return new Query(parameters)
}

function decode(encoded: string): string {
  const text = percentDecode(encoded.replaceAll('+', '%20'))
  if (text === undefined) throw new OssError('invalidArgument', { argumentName: 'query', argumentValue: encoded })
  return text
}
