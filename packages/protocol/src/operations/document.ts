/**
 * Documents of a bucket's configuration: each is put, read and deleted as a whole, so that one declaration yields its
 * operations.
 */

import { ACTIONS, type Action } from '../actions.js'
import type { Document } from '../document.js'
import type { Cause } from '../errors/catalogue.js'
import { type Field, type Fields, implied, type ValuesOf } from '../field.js'
import { type Named, type Operation, operation } from '../operation.js'
import { apiPage, DOCUMENT_CAUSES } from './shared.js'

type None = Readonly<Record<never, never>>

/** The answer where a document is not set: a failure, or a value. */
export type Unset<T> = Cause | { readonly value: T }

/** Input of each read of a document; protocols answer for one that is not set in their own way. */
export interface GetInput<T> extends Fields {
  readonly unset: Field<Unset<T>>
}

/** The properties of one document. `N` is its name within those of its operations: `BucketCors` of `PutBucketCors`. */
interface DocumentSpec<N extends string, K extends string, T, P extends Fields> {
  readonly noun: N
  /** Completes a sentence: `Sets … of a bucket.` */
  readonly what: string
  /** The query key that names it on the wire, and in stored keys. */
  readonly subresource: K
  /** The query of its operations, where the sub-resource is not a key on the wire; default: the sub-resource. */
  readonly query?: readonly string[]
  readonly document: Document<T>
  /** The result of a read if the document was never set: a failure, or a value. */
  readonly unset: Unset<NoInfer<T>>
  /** The noun in the names of its actions; default: `noun`. */
  readonly action?: string
  /** Input of the put besides the document. */
  readonly putInput?: P
  /** Refuses a decoded value, or completes it. */
  check?(value: NoInfer<T>, input: ValuesOf<P>): NoInfer<T>
  /** Causes of the document and of `check`, besides those of all documents. */
  readonly errors?: readonly Cause[]
  /** Actions that the put needs on the objects that the server will write into another bucket. */
  readonly targetPermissions?: readonly Action[]
  /** Rows of the catalogue that the put answers for a cause instead of the cause's own. */
  readonly putAnswersAs?: Readonly<Partial<Record<Cause, Cause>>>
  /** The most stored rows, of 100 kB each; default: 1. A larger document is refused with entityTooLarge. */
  readonly rowsMax?: number
}

/** How a document is deleted in part, if it can be. */
interface PartialDeletion<T, D extends Fields> {
  readonly input: D
  /** The rest of the value; undefined if nothing is left. */
  rest(value: T, input: ValuesOf<D>): T | undefined
}

/** The stored form of a document. */
export interface StoredDocument<K extends string, T> {
  /** Names the document in stored keys: its sub-resource. */
  readonly kind: K
  readonly document: Document<T>
  readonly rowsMax: number
}

/** A document with its operations; `X` is the name of its deletion, or never if it has none. */
export interface BucketDocument<
  N extends string,
  K extends string,
  T,
  P extends Fields = None,
  D extends Fields = None,
  X extends string = `Delete${N}`,
> extends StoredDocument<K, T> {
  check(value: T, input: ValuesOf<P>): T
  /** The rest of a value after a deletion; absent: a deletion always deletes everything. */
  rest?(value: T, input: ValuesOf<D>): T | undefined
  readonly put: Operation<P, None, T, never> & Named<`Put${N}`>
  readonly get: Operation<GetInput<T>, None, never, T> & Named<`Get${N}`>
  readonly delete: (Operation<D, None, never, never> & Named<X>) | undefined
}

/** Declares a document that can be put, read and deleted. */
export function bucketDocument<
  const N extends string,
  const K extends string,
  T,
  P extends Fields = None,
  D extends Fields = None,
>(
  spec: DocumentSpec<N, K, T, P> & { readonly deletion?: PartialDeletion<NoInfer<T>, D> },
): BucketDocument<N, K, T, P, D> {
  const { noun, what, subresource, query = [subresource], action = noun, deletion } = spec
  return {
    ...bucketSetting(spec),
    ...(deletion && { rest: deletion.rest }),
    delete: operation({
      name: `Delete${noun}`,
      summary: `Deletes ${what} of a bucket; succeeds even if it was not set.`,
      source: apiPage(`Delete${noun}`),
      method: 'DELETE',
      level: 'bucket',
      when: [{ query }],
      permissions: [actionOf('Delete', action)],
      input: deletion?.input ?? ({} as D),
      status: 204,
      output: {},
      errors: ['noSuchBucket'],
    }),
  }
}

/** Declares a document that can be put and read, but not deleted. */
export function bucketSetting<const N extends string, const K extends string, T, P extends Fields = None>(
  spec: DocumentSpec<N, K, T, P>,
): BucketDocument<N, K, T, P, None, never> {
  const { noun, what, subresource, query = [subresource], action = noun, document, unset, putInput, errors = [] } = spec
  const check = spec.check ?? ((value: T) => value)
  const common = { level: 'bucket', when: [{ query }], status: 200 } as const
  return {
    kind: subresource,
    document,
    rowsMax: spec.rowsMax ?? 1,
    check,
    put: operation({
      ...common,
      name: `Put${noun}`,
      summary: `Sets ${what} of a bucket.`,
      source: apiPage(`Put${noun}`),
      method: 'PUT',
      permissions: [actionOf('Put', action)],
      ...(spec.targetPermissions && { targetPermissions: spec.targetPermissions }),
      input: putInput ?? ({} as P),
      body: document,
      decodeWith: (read, _, input) => check(read(), input),
      output: {},
      errors: ['noSuchBucket', 'entityTooLarge', ...errors, ...DOCUMENT_CAUSES],
      ...(spec.putAnswersAs && { answersAs: spec.putAnswersAs }),
    }),
    get: operation({
      ...common,
      name: `Get${noun}`,
      summary: `Reads ${what} of a bucket.`,
      source: apiPage(`Get${noun}`),
      method: 'GET',
      permissions: [actionOf('Get', action)],
      input: { unset: implied(unset) },
      output: {},
      result: document,
      errors: typeof unset === 'string' ? ['noSuchBucket', unset] : ['noSuchBucket'],
    }),
    delete: undefined,
  }
}

/** An action that is not in the table is an error of the declaration. */
function actionOf(verb: 'Put' | 'Get' | 'Delete', noun: string): Action {
  const action = `oss:${verb}${noun}`
  if (!Object.hasOwn(ACTIONS, action)) throw new Error(`${action} is not an action`)
  return action as Action
}

type OperationsOf<D extends { readonly put: unknown; readonly get: unknown; readonly delete: unknown }> =
  | D['put']
  | D['get']
  | NonNullable<D['delete']>

/** The operations of some documents. */
export function operationsOf<D extends { readonly put: unknown; readonly get: unknown; readonly delete: unknown }>(
  documents: readonly D[],
): readonly OperationsOf<D>[] {
  return documents.flatMap((one) => [one.put, one.get, one.delete ?? []].flat() as OperationsOf<D>[])
}
