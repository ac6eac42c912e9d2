import type { Action } from './actions.js'
import type { Document } from './document.js'
import type { Cause } from './errors/catalogue.js'
import type { Fields, ValuesOf } from './field.js'

/** The methods of HTTP that operations use; names are case-sensitive. */
export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS'
/** The target of an operation: the service, a bucket, or an object of a bucket. */
export type Level = 'service' | 'bucket' | 'object'

/** Query keys (`name`, or `name=value` where the value counts) and headers whose presence makes a request an operation. */
export interface Discriminator {
  readonly query?: readonly string[]
  readonly header?: readonly string[]
}

/** A header or query key for a feature that Bindery lacks: it is refused by name rather than ignored. */
export interface Refusal {
  readonly place: 'query' | 'header'
  readonly name: string
  /** Values that have no effect, and so are accepted; an empty header always is. */
  readonly unless?: readonly string[]
  readonly cause: Cause
}

/** One operation of OSS, as router, decoder, encoder, handlers and reference pages read it. */
export interface Operation<I extends Fields = Fields, O extends Fields = Fields, B = unknown, R = unknown> {
  /** OSS's own name. */
  readonly name: string
  readonly summary: string
  /** Not one of OSS's: clients of OSS never send it, and `source` is a page of this repository. */
  readonly extension?: true
  /** The official page. */
  readonly source: string
  readonly method: Method
  readonly level: Level
  /** Levels that it may apply to instead. */
  readonly otherLevels?: readonly Level[]
  /** Alternatives; absent: method and level suffice. */
  readonly when?: readonly Discriminator[]
  /** An access point takes this operation on a bucket too. It takes all operations on objects. */
  readonly atAccessPoint?: true
  /** The bucket need not exist: the operation creates it for the account of its requester, and then needs oss:PutBucket. */
  readonly createsBucket?: true
  /** Its document must come with an MD5 or a checksum. */
  readonly needsDigest?: true
  /** The most bytes of its document; absent: those of any document. A longer one is malformedXml. */
  readonly documentBytesMax?: number
  /** A checksum in its headers is that of the object which it makes, and not of its document. */
  readonly checksumOfObject?: true
  /**
   * Where its work takes long, status 200 and the begin of its document are sent before the outcome is known, and a failure
   * is a document too.
   */
  readonly beginsEarly?: true
  /** The body names the objects that the operation is about: each is authorised when it is known. */
  readonly keysInBody?: true
  /** The body holds the tags that its object gets: a decision that depends on them is made when they are known. */
  readonly tagsInBody?: true
  /** Actions that the requester must be allowed on what the request names. None: the operation is open to everyone. */
  readonly permissions: readonly Action[]
  /** Actions needed as well when a header is sent, by its name in lower case. */
  readonly permissionsWith?: Readonly<Record<string, Action>>
  /** Values of such headers that set nothing, and need no action. */
  readonly settingNothing?: Readonly<Record<string, string>>
  /** Actions needed as well for a part of the body that may be missing: a decision that is made when it is known. */
  readonly bodyPermissions?: readonly Action[]
  /** Actions that need no permission of their own, but that no policy may deny. */
  readonly undenied?: readonly Action[]
  /** Actions needed on the object that is copied from. */
  readonly sourcePermissions?: readonly Action[]
  /** Actions needed on an object that is made elsewhere. */
  readonly targetPermissions?: readonly Action[]
  /** Reads the bytes of its object, which stay until the response has been sent, whatever happens to the object. */
  readonly reads?: 'object'
  readonly input: I
  /** `bytes`: the body is content, handed on unread; a document is read with decodeBody. */
  readonly body?: 'bytes' | Document<B>
  /**
   * The escape for a body that its document alone does not explain; `read` reads it by the document. `nameOf`: how the
   * request names a field of the input.
   */
  decodeWith?(read: () => B, body: Uint8Array, input: ValuesOf<I>, nameOf: (field: keyof I & string) => string): B
  readonly status: number
  /** Other success statuses that a handler may return. */
  readonly otherStatuses?: readonly number[]
  readonly output: O
  readonly result?: 'bytes' | Document<R>
  /** Causes of its own; those of authentication, decoding and the server's state are implicit. */
  readonly errors: readonly Cause[]
  /** Rows of the catalogue that this operation answers for a cause instead of the cause's own: the same under another EC. */
  readonly answersAs?: Readonly<Partial<Record<Cause, Cause>>>
  readonly refuses?: readonly Refusal[]
}

/** Something whose type knows its name. */
export type Named<N extends string> = { readonly name: N }

/** Whether an access point takes an operation. */
export function isTakenAtAccessPoint({ level, otherLevels, atAccessPoint }: Operation): boolean {
  return level === 'object' || otherLevels?.includes('object') === true || atAccessPoint === true
}

/** Declares an operation. */
export function operation<const N extends string, I extends Fields, O extends Fields, B = never, R = never>(
  declaration: Operation<I, O, B, R> & Named<N>,
): Operation<I, O, B, R> & Named<N> {
  return declaration
}

/** Named things as a record; a duplicate name is a programming error. */
export function byName<T extends Named<string>>(all: readonly T[]): { readonly [E in T as E['name']]: E } {
  const names = new Set(all.map(({ name }) => name))
  if (names.size !== all.length) throw new Error('two have the same name')
  return Object.fromEntries(all.map((one) => [one.name, one])) as { readonly [E in T as E['name']]: E }
}

/** The decoded head of a request. */
export type InputOf<T> = T extends { readonly input: infer I extends Fields } ? ValuesOf<I> : never
/** The values in the response's headers. */
export type OutputOf<T> = T extends { readonly output: infer O extends Fields } ? ValuesOf<O> : never
/** The value of an XML body; undefined where the operation has none. */
export type BodyOf<T> = T extends { readonly body?: infer B } ? DocumentValue<B> : undefined
/** The value of an XML result; undefined where the operation has none. */
export type ResultOf<T> = T extends { readonly result?: infer R } ? DocumentValue<R> : undefined

type DocumentOf<D> = D extends Document<infer V> ? V : never
type DocumentValue<D> = [DocumentOf<D>] extends [never] ? undefined : DocumentOf<D>

/** A header that is refused, whatever its value but those of `unless`. */
export function refuseHeader(
  name: string,
  unless: readonly string[] = [],
  cause: Cause = 'headerNotImplemented',
): Refusal {
  return { place: 'header', name, unless, cause }
}

/** A query key that is refused, whatever its value but those of `unless`. */
export function refuseQuery(name: string, unless: readonly string[] = []): Refusal {
  return { place: 'query', name, unless, cause: 'headerNotImplemented' }
}
