import {
  type BucketDocument,
  type BucketSettings,
  type bucketDocuments,
  type Fields,
  type OperationName,
  OssError,
} from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { noteUnknownActions } from '../../access/policy/unknown-actions.js'
import type { Call, NamedHandler } from '../../call.js'
import { type BucketChange, changeDocument, findDocument } from '../../domain/buckets/documents.js'
import { readDocument } from '../../domain/stored/documents.js'
import { authoriseLogs } from './report-target.js'

/** Completes or refuses a sent document, within the transaction that will store it; undefined deletes what is stored. */
export type Settle<T> = (value: T, change: BucketChange) => T | undefined | Promise<T>

type Declared = (typeof bucketDocuments)[number]

/** The rules of documents beyond storing what is sent, where they have any, by kind. */
export type DocumentRules = { readonly [K in Declared['kind']]?: Settle<BucketSettings[K]> }

type NamesOf<D extends Declared> = D['put']['name'] | D['get']['name'] | NonNullable<D['delete']>['name']
type HandlersOf<N> = N extends OperationName ? NamedHandler<N> : never

/** The handling of a document does not depend on its value. */
type Setting = BucketSettings[Declared['kind']]
type AnyDocument = BucketDocument<string, Declared['kind'], Setting, Fields, Fields, string>

/** The handlers of the operations of all these documents. */
export function documentHandlers(
  documents: readonly Declared[],
  rules: DocumentRules,
): readonly HandlersOf<NamesOf<Declared>>[] {
  return documents.flatMap((document) =>
    handlersOf(document as AnyDocument, rules[document.kind] as Settle<Setting> | undefined),
  ) as never
}

function handlersOf(document: AnyDocument, settle: Settle<Setting> = (value) => value) {
  const put = async (call: Call<AnyDocument['put']>) => {
    const { domain, bucket, document: sent } = call
    if (document.kind === 'logging') await authoriseLogs(call, sent as BucketSettings['logging'])
    await changeDocument(domain, bucket.name, document, (change) => settle(sent, change))
    if (document.kind === 'policy') noteUnknownActions(call.exchange.log, 'bucket', sent as BucketSettings['policy'])
    return { output: {} }
  }

  const get = ({ domain, bucket, input }: Call<AnyDocument['get']>) =>
    andThen(findDocument(domain, bucket.name, document.kind), (value) => {
      if (value !== undefined) return { output: {}, result: value }
      const { unset } = input
      if (typeof unset === 'string') throw new OssError(unset, { bucketName: bucket.name })
      return { output: {}, result: unset.value }
    })

  const remove = async (call: Call<NonNullable<AnyDocument['delete']>>) => {
    await changeDocument(call.domain, call.bucket.name, document, async ({ tx, bucket }) => {
      // a document that is returned as a whole may be damaged
      const stored = document.rest && (await readDocument(tx, bucket, document.kind))
      return stored && document.rest?.(stored, call.input)
    })
    return { output: {} }
  }

  const named = [
    { name: document.put.name, handle: put },
    { name: document.get.name, handle: get },
  ]
  return document.delete === undefined ? named : [...named, { name: document.delete.name, handle: remove }]
}
