import type { Cause } from './errors/catalogue.js'
import type { Fields, ValuesOf } from './field.js'
import type { XmlDocument } from './xml.js'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS'
/** What an operation names: nothing, a bucket, or an object of a bucket. */
export type Level = 'service' | 'bucket' | 'object'

/** Query keys and headers whose presence makes a request this operation. */
export interface Discriminator {
  readonly query?: readonly string[]
  readonly header?: readonly string[]
}

/** A header or query key that asks for what Bindery does not do: refused by name, rather than ignored. */
export interface Refusal {
  readonly place: 'query' | 'header'
  readonly name: string
  /** Values that ask for nothing special. */
  readonly unless?: readonly string[]
  readonly cause: Cause
}

/** One operation of OSS, as router, decoder, encoder, handlers and reference pages read it. */
export interface Operation<I extends Fields = Fields, O extends Fields = Fields, B = unknown, R = unknown> {
  /** OSS's own name. */
  readonly name: string
  readonly summary: string
  /** The official page. */
  readonly source: string
  readonly method: Method
  readonly level: Level
  /** Alternatives; none given means that method and level say it all. */
  readonly when?: readonly Discriminator[]
  /** What the ACL step looks for; everything but reading and writing objects is management. */
  readonly access: 'read' | 'write' | 'manageBucket' | 'manageService'
  readonly permissions: readonly string[]
  readonly input: I
  /** `bytes`: the body is content, handed on unread. */
  readonly body?: 'bytes' | XmlDocument<B>
  readonly status: number
  readonly output: O
  readonly result?: 'bytes' | XmlDocument<R>
  /** Causes of its own; those of authentication, decoding and the server's state are implicit. */
  readonly errors: readonly Cause[]
  readonly refuses?: readonly Refusal[]
}

/** Declares an operation. */
export function operation<I extends Fields, O extends Fields, B = never, R = never>(
  declaration: Operation<I, O, B, R>,
): Operation<I, O, B, R> {
  return declaration
}

export type InputOf<T> = T extends Operation<infer I, Fields, unknown, unknown> ? ValuesOf<I> : never
export type OutputOf<T> = T extends { readonly output: infer O extends Fields } ? ValuesOf<O> : never
/** The value of an XML body; undefined where the operation has none. */
export type BodyOf<T> = T extends { readonly body?: infer B }
  ? Extract<B, XmlDocument<never>> extends XmlDocument<infer V>
    ? V
    : undefined
  : undefined
export type ResultOf<T> = T extends { readonly result?: infer R }
  ? Extract<R, XmlDocument<never>> extends XmlDocument<infer V>
    ? V
    : undefined
  : undefined

export function refuseHeader(name: string, unless: readonly string[] = []): Refusal {
  return { place: 'header', name, unless, cause: 'headerNotImplemented' }
}

export function refuseQuery(name: string, unless: readonly string[] = []): Refusal {
  return { place: 'query', name, unless, cause: 'headerNotImplemented' }
}
