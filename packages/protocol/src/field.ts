import type { Codec } from './codec.js'

/** Where a value stands in a request or response. `metadata` is the whole family of `x-oss-meta-` headers. */
export type Place = 'query' | 'header' | 'metadata'

/** One value of an operation's input or output: place, wire name, codec, presence. */
export interface Field<T> {
  readonly place: Place
  /** As documented; headers are compared in lower case. */
  readonly name: string
  readonly codec: Codec<unknown>
  readonly presence: 'required' | 'optional' | 'defaulted'
  /** The value that an absent field has; undefined for an optional one. */
  readonly fallback?: T
  /** Query only: an empty value is an absent one, yet may be echoed. */
  readonly emptyIsAbsent: boolean
}

export type Fields = Readonly<Record<string, Field<unknown>>>

/** The values that a record of fields describes. */
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export function query<T>(name: string, codec: Codec<T>): Field<T> {
  return { place: 'query', name, codec: codec as Codec<unknown>, presence: 'required', emptyIsAbsent: false }
}

export function header<T>(name: string, codec: Codec<T>): Field<T> {
  return { place: 'header', name, codec: codec as Codec<unknown>, presence: 'required', emptyIsAbsent: false }
}

/** May be missing; then it is undefined. An empty query value counts as missing. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, presence: 'optional', emptyIsAbsent: field.place === 'query' && field.codec.name !== 'flag' }
}

/** May be missing; then it has the fallback's value. An empty query value counts as missing. */
export function withDefault<T>(field: Field<T>, fallback: T): Field<T> {
  return { ...field, presence: 'defaulted', fallback, emptyIsAbsent: field.place === 'query' }
}

const metadataCodec: Codec<unknown> = { name: 'name → value', decode: (value) => value, encode: String }

/** All `x-oss-meta-*` headers: lower-case names without the prefix, values as sent. */
export const userMetadata: Field<Readonly<Record<string, string>>> = {
  place: 'metadata',
  name: 'x-oss-meta-*',
  codec: metadataCodec,
  presence: 'optional',
  emptyIsAbsent: false,
}
