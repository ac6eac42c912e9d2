/** The handlers of configurations that are kept by their ids: alike for all kinds, because nothing depends on their values. */
import { configurationDocuments, type HandledName } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import type { CallOf, NamedHandler } from '../../call.js'
import {
  type ConfigurationDocument,
  deleteConfiguration,
  findConfiguration,
  listConfigurations,
  putConfiguration,
} from '../../domain/buckets/configurations.js'

/** By the kinds of documents: the names of the operations to put, read, delete and list. */
const NAMES = {
  analytics: [
    'PutBucketAnalyticsConfiguration',
    'GetBucketAnalyticsConfiguration',
    'DeleteBucketAnalyticsConfiguration',
    'ListBucketAnalyticsConfigurations',
  ],
  metrics: [
    'PutBucketMetricsConfiguration',
    'GetBucketMetricsConfiguration',
    'DeleteBucketMetricsConfiguration',
    'ListBucketMetricsConfigurations',
  ],
  'intelligent-tiering': [
    'PutBucketIntelligentTieringConfiguration',
    'GetBucketIntelligentTieringConfiguration',
    'DeleteBucketIntelligentTieringConfiguration',
    'ListBucketIntelligentTieringConfigurations',
  ],
} as const satisfies Readonly<Record<ConfigurationDocument['kind'], readonly HandledName[]>>

type Names = (typeof NAMES)[ConfigurationDocument['kind']]

function handlersOf(document: ConfigurationDocument) {
  const [put, get, remove, list] = NAMES[document.kind]
  return [
    {
      name: put,
      async handle({ domain, bucket, document: sent }: CallOf<Names[0]>) {
        await putConfiguration(domain, bucket.name, document, sent)
        return { output: {} }
      },
    },
    {
      name: get,
      handle: ({ domain, bucket, input }: CallOf<Names[1]>) =>
        andThen(findConfiguration(domain, bucket.name, document, input.id), (result) => ({ output: {}, result })),
    },
    {
      name: remove,
      async handle({ domain, bucket, input }: CallOf<Names[2]>) {
        await deleteConfiguration(domain, bucket.name, document, input.id)
        return { output: {} }
      },
    },
    {
      name: list,
      handle({ domain, bucket, input: { continuationToken } }: CallOf<Names[3]>) {
        const listed = listConfigurations(domain, bucket.name, document, continuationToken ?? '')
        return andThen(listed, ({ page: configurations, ...rest }) => {
          return { output: {}, result: { continuationToken, ...rest, configurations } }
        })
      },
    },
  ]
}

type Handlers = { readonly [N in Names[number]]: NamedHandler<N> }

/** The handlers of all kinds. */
export const configurationHandlers = configurationDocuments.flatMap(
  handlersOf,
) as unknown as readonly Handlers[Names[number]][]
