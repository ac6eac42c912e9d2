import { type Codec, present } from './codec.js'
import type { Cause } from './errors/catalogue.js'
import type { ErrorDetails } from './errors/oss-error.js'
import type { Query } from './query.js'

/**
 * Where a value appears in a request or response. `either` is a query key or a header of the same name; `metadata` is
 * the whole family of `x-oss-meta-` headers; `implied` is nowhere: the protocol has only this value.
 */
export type Place = 'query' | 'header' | 'either' | 'metadata' | 'implied'

/** One value of an operation's input or output: place, wire name, codec, presence. */
export interface Field<T> {
  readonly place: Place
  /** As documented; headers are compared in lower case. */
  readonly name: string
  readonly codec: Codec<unknown>
  readonly presence: 'required' | 'optional' | 'defaulted'
  /** The value that an absent field has; undefined for an optional one. */
  readonly fallback?: T
  /** An empty value is an absent one, yet may be echoed. */
  readonly emptyIsAbsent: boolean
  /** A value that answers leave out. */
  readonly silent?: T
  /** Thrown where a required field is absent; default: invalidArgument. */
  readonly missing?: { readonly cause: Cause; readonly details: ErrorDetails }
  /** Whether a request with this query is handled as if the field were absent, whatever it holds. */
  readonly isIgnored?: (query: Query) => boolean
  /** Thrown where a value appears in both of its places; default: the query counts. */
  readonly twice?: Cause
}

/** Fields by the names that handlers use. */
export type Fields = Readonly<Record<string, Field<unknown>>>

/** A record in which members that may be undefined may be left out. */
export type Given<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: T[K] | undefined
}

/** The values that a record of fields describes. */
export type ValuesOf<F extends Fields> = Given<{ readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }>

/** A query key that must be present; `optional` and `withDefault` relax that. */
export function query<T>(name: string, codec: Codec<T>): Field<T> {
  return { place: 'query', name, codec: codec as Codec<unknown>, presence: 'required', emptyIsAbsent: false }
}

/** A header that must be present; `optional` and `withDefault` relax that. */
export function header<T>(name: string, codec: Codec<T>): Field<T> {
  return { ...query(name, codec), place: 'header' }
}

/** A query key, or a header of the same name; `twice` is thrown where both are present. */
export function either<T>(name: string, codec: Codec<T>, twice?: Cause): Field<T> {
  return { ...query(name, codec), place: 'either', ...(twice !== undefined && { twice }) }
}

/** Must be present with a value; otherwise this cause is thrown. */
export function required<T>(field: Field<T>, cause: Cause, details: ErrorDetails = {}): Field<T> {
  return { ...field, emptyIsAbsent: true, missing: { cause, details } }
}

/** May be missing; then it is undefined. An empty value counts as missing. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, presence: 'optional', emptyIsAbsent: true }
}

/** A field that answers leave out where it has this value. */
export function silentFor<T>(field: Field<T>, value: T): Field<T> {
  return { ...field, silent: value }
}

/** As optional, but an empty value is a value. */
export function optionalEvenEmpty<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, presence: 'optional', emptyIsAbsent: false }
}

/** May be missing; then it has the fallback's value. An empty value counts as missing. */
export function withDefault<T>(field: Field<T>, fallback: T): Field<T> {
  return { ...field, presence: 'defaulted', fallback, emptyIsAbsent: true }
}

/** A query key that counts by being present, whatever its value. */
export function flag(name: string): Field<boolean> {
  return { ...query(name, present), presence: 'defaulted', fallback: false }
}

/** A value that handlers need and that a protocol has no words for, because it always is the same there. */
export function implied<T>(value: T): Field<T> {
  return { ...withDefault(query('', present as Codec<unknown> as Codec<T>), value), place: 'implied' }
}

/** Not read in requests whose query makes it meaningless: a value that would be wrong elsewhere is accepted there. */
export function ignoredWhen<T>(field: Field<T>, isIgnored: (query: Query) => boolean): Field<T> {
  return { ...field, isIgnored }
}

/** A record of fields, or of members of a document, without some of them. */
export function omit<T extends object, K extends keyof T>(record: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name as K))) as Omit<T, K>
}

const metadataCodec: Codec<unknown> = {
  name: 'name → value',
  causes: ['invalidMetadataName', 'invalidMetadataValue', 'metadataTooLarge'],
  decode: (value) => value,
  encode: String,
}

/** All `x-oss-meta-*` headers: lower-case names without the prefix, values as sent. */
export const userMetadata: Field<Readonly<Record<string, string>>> = {
  place: 'metadata',
  name: 'x-oss-meta-*',
  codec: metadataCodec,
  presence: 'optional',
  emptyIsAbsent: false,
}
