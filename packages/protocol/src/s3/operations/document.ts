/** Documents of a bucket's configuration as S3 has them: the stored ones of OSS, in another form. */
import type { Document } from '../../document.js'
import type { Cause } from '../../errors/catalogue.js'
import { type Fields, implied } from '../../field.js'
import type { Discriminator, Named, Operation } from '../../operation.js'
import type { GetInput, Unset } from '../../operations/document.js'
import type { OperationName } from '../../operations/index.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'

interface Put<N extends string, T> {
  readonly name: N
  readonly document: Document<T>
  /** Default: 200. */
  readonly status?: 200 | 204
  readonly when?: readonly Discriminator[]
  /** Causes of the document, besides those that it has in OSS. */
  readonly errors?: readonly Cause[]
}

/** Declares how S3 sets a document. Its codec has checked what it read, by the rules of S3. */
export function putDocument<const N extends string, const P extends OperationName, T>(
  oss: Operation<Fields, Fields, T, never> & Named<P>,
  { name, document, status = 200, when, errors = [] }: Put<N, T>,
) {
  return s3Operation({
    ...sharedWith(oss),
    ...(when && { when }),
    name,
    source: s3Page(name),
    input: {},
    body: document,
    status,
    output: {},
    errors: [...oss.errors, ...errors],
  })
}

interface Get<N extends string, T> {
  readonly name: N
  readonly document: Document<T | undefined>
  readonly when?: readonly Discriminator[]
  /** The answer where the document is not set, if it is not that of OSS. */
  readonly unset?: Unset<NoInfer<T> | undefined>
}

/** Declares how S3 reads a document. */
export function getDocument<const N extends string, const G extends OperationName, T>(
  oss: Operation<GetInput<T>, Fields, never, T> & Named<G>,
  { name, document, when, unset }: Get<N, T>,
) {
  return s3Operation({
    ...sharedWith(oss),
    ...(when && { when }),
    name,
    source: s3Page(name),
    input: { unset: unset === undefined ? oss.input.unset : implied(unset) },
    output: {},
    result: document,
    errors: typeof unset === 'string' ? [...oss.errors, unset] : oss.errors,
  })
}

/** Declares how S3 deletes a document. */
export function deleteDocument<const N extends string, const D extends OperationName>(
  oss: (Operation & Named<D>) | undefined,
  name: N,
) {
  if (oss === undefined) throw new Error(`${name} deletes nothing`)
  return s3Operation({ ...sharedWith(oss), name, source: s3Page(name), input: {}, output: {} })
}

/** A document that holds the same as another one, in other words. */
export function mapped<U, T>(
  document: Document<U>,
  { read, write }: { readonly read: (sent: U) => T; readonly write: (setting: T) => U },
): Document<T> {
  return {
    ...document,
    decode: (parser, body, notation) => read(document.decode(parser, body, notation)),
    encode: (setting, notation) => document.encode(write(setting), notation),
  }
}
