import { percentEncode } from '@bindery/bytes'
import type { Query } from '../query.js'

/**
 * The content of a signature. The resource is logical: the bucket and the decoded key, wherever the request names them.
 * Header names are in lower case, values are byte strings, repeated headers are joined by a comma.
 */
export interface Signable {
  readonly method: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly query: Query
  readonly headers: Readonly<Record<string, string>>
}

/** The credentials of a client. */
export interface Credentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** For temporary credentials. */
  readonly securityToken?: string | undefined
}

/** Lines `name:value` of the chosen headers, in byte order of their names, each with its newline. */
export function headerLines(headers: Readonly<Record<string, string>>, isChosen: (name: string) => boolean): string {
  const chosen: string[] = []
  for (const name in headers) if (isChosen(name)) chosen.push(name)
  let lines = ''
  for (const name of chosen.sort()) lines += `${name}:${headers[name]?.trim()}\n`
  return lines
}

/**
 * All query keys except the signature, re-encoded, in the order of their encoded names: the part of the query that V2
 * and V4 sign.
 */
export function encodedQuery({ parameters }: Query): string {
  if (parameters.length === 0) return ''
  return parameters
    .filter(({ name }) => name !== 'x-oss-signature')
    .map(({ name, value }) => ({ name: percentEncode(name), value: percentEncode(value ?? '') }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
    .map(({ name, value }) => (value === '' ? name : `${name}=${value}`))
    .join('&')
}

/** Compares signatures in constant time. */
export function equalSignatures(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index += 1) difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}
