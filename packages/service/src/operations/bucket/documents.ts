import {
  type BucketDocument,
  type BucketSettings,
  type bucketDocuments,
  type Fields,
  type OperationName,
  OssError,
} from '@bindery/protocol'
import type { Call, NamedHandler } from '../../call.js'
import { type BucketChange, changeDocument, findDocument, readDocument } from '../../domain/buckets/documents.js'
import type { Domain } from '../../domain/domain.js'

/** What the handlers of a document do beside keeping what is sent, where that takes more than the document. */
export interface DocumentRules<T> {
  /** Completes what is sent before it is kept. */
  complete?(value: T, domain: Domain): T
  /** Refuses a value within the transaction that is to keep it; undefined stands for the deletion. */
  allow?(value: T | undefined, change: BucketChange): Promise<void>
}

type Declared = (typeof bucketDocuments)[number]

/** The rules of documents that have any, by their kinds. */
export type AllDocumentRules = { readonly [K in keyof BucketSettings]?: DocumentRules<BucketSettings[K]> }

type NamesOf<D extends Declared> = D['put']['name'] | D['get']['name'] | NonNullable<D['delete']>['name']
type HandlersOf<N> = N extends OperationName ? NamedHandler<N> : never

/** What handles a document depends on none of its value. */
type Setting = BucketSettings[keyof BucketSettings]
type AnyDocument = BucketDocument<string, keyof BucketSettings, Setting, Fields, Fields, string>

/** The handlers of the operations of all these documents. */
export function documentHandlers(
  documents: readonly Declared[],
  rules: AllDocumentRules,
): readonly HandlersOf<NamesOf<Declared>>[] {
  return documents.flatMap((document) => handlersOf(document as AnyDocument, rules[document.kind] ?? {})) as never
}

function handlersOf(document: AnyDocument, rules: DocumentRules<Setting>) {
  const put = async (call: Call<AnyDocument['put']>) => {
    const sent = document.check(call.document, call.input)
    const value = rules.complete?.(sent, call.domain) ?? sent
    await changeDocument(call.domain, call.bucket.name, document, async (change) => {
      await rules.allow?.(value, change)
      return value
    })
    return { output: {} }
  }

  const get = async ({ domain, bucket }: Call<AnyDocument['get']>) => {
    const value = await findDocument(domain, bucket.name, document.kind)
    if (value !== undefined) return { output: {}, result: value }
    const { unset } = document
    if (typeof unset === 'string') throw new OssError(unset, { BucketName: bucket.name })
    return { output: {}, result: unset.value }
  }

  const remove = async (call: Call<NonNullable<AnyDocument['delete']>>) => {
    await changeDocument(call.domain, call.bucket.name, document, async (change) => {
      // what goes as a whole may be damaged
      const stored = document.rest && (await readDocument(change.tx, change.bucket, document.kind))
      const value = stored && document.rest?.(stored, call.input)
      await rules.allow?.(value, change)
      return value
    })
    return { output: {} }
  }

  const named = [
    { name: document.put.name, handle: put },
    { name: document.get.name, handle: get },
  ]
  return document.delete === undefined ? named : [...named, { name: document.delete.name, handle: remove }]
}
