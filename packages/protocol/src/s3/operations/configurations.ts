/** Configurations of a bucket that are set, read, listed and deleted by their ids. */

import type { Action } from '../../actions.js'
import { text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { optional, query, required } from '../../field.js'
import {
  analyticsDocument,
  configurationId,
  configurationMembers,
  metricsDocument,
  tieringDocument,
} from '../../operations/bucket/configurations.js'
import { DOCUMENT_CAUSES } from '../../operations/shared.js'
import { element, list, type Members, type MembersOf, optionalElement, xml } from '../../xml.js'
import { s3Only, s3Page } from './declare.js'

/** The query key that names a configuration. */
export const namedBy = required(query('id', configurationId), 'invalidArgument', { argumentName: 'id' })
/** Where a list continues. */
export const listInput = { continuationToken: optional(query('continuation-token', text)) }

/** The elements of a page of configurations, besides these. */
export const pageElements = {
  continuationToken: optionalElement('ContinuationToken', text),
  isTruncated: element('IsTruncated', truth()),
  nextContinuationToken: optionalElement('NextContinuationToken', text),
}

/** Throws configurationIdDiffers where a document has another id than its request. */
export function requireSameId<T extends { readonly id: string }>(sent: T, id: string): T {
  if (sent.id !== id) throw new OssError('configurationIdDiffers')
  return sent
}

interface Kind<N extends string, R extends string, M extends Members> {
  /** `BucketMetricsConfiguration` of `PutBucketMetricsConfiguration`. */
  readonly noun: N
  /** Completes a sentence: `Sets … of a bucket.` */
  readonly what: string
  /** The query key. */
  readonly subresource: string
  /** The names of one configuration, and of a page of them. */
  readonly root: string
  readonly listRoot: R
  readonly members: M
  readonly permissions: { readonly get: Action; readonly put: Action }
}

type Identified = MembersOf<Members> & { readonly id: string }

/** The four operations on one kind of configuration. */
function configurationOperations<const N extends string, const R extends string, M extends Members>(
  kind: Kind<N, R, M>,
) {
  const { noun, what, subresource, root, listRoot, members, permissions } = kind
  const configuration = xml(root, members)
  const named = { level: 'bucket', when: [{ query: [subresource, 'id'] }], output: {} } as const
  return [
    s3Only({
      ...named,
      name: `Put${noun}` as const,
      summary: `Sets ${what} of a bucket, which nothing here acts on.`,
      source: s3Page(`Put${noun}`),
      method: 'PUT',
      permissions: [permissions.put],
      input: { id: namedBy },
      body: configuration,
      decodeWith: (read, _, { id }) => requireSameId(read() as Identified, id) as MembersOf<M>,
      status: 200,
      errors: [
        'noSuchBucket',
        'entityTooLarge',
        'configurationIdDiffers',
        'configurationsTooMany',
        'bucketArnInvalid',
        'invalidPrefix',
        ...DOCUMENT_CAUSES,
      ],
    }),
    s3Only({
      ...named,
      name: `Get${noun}` as const,
      summary: `Returns ${what} of a bucket as it was set.`,
      source: s3Page(`Get${noun}`),
      method: 'GET',
      permissions: [permissions.get],
      input: { id: namedBy },
      status: 200,
      result: configuration,
      errors: ['noSuchBucket', 'noSuchConfiguration'],
    }),
    s3Only({
      ...named,
      name: `Delete${noun}` as const,
      summary: `Deletes ${what} of a bucket.`,
      source: s3Page(`Delete${noun}`),
      method: 'DELETE',
      permissions: [permissions.put],
      input: { id: namedBy },
      status: 204,
      errors: ['noSuchBucket', 'noSuchConfiguration'],
    }),
    s3Only({
      name: `List${noun}s` as const,
      summary: 'Lists the configurations of this kind of a bucket, 100 per page.',
      source: s3Page(`List${noun}s`),
      method: 'GET',
      level: 'bucket',
      when: [{ query: [subresource] }],
      permissions: [permissions.get],
      input: listInput,
      status: 200,
      output: {},
      result: xml(listRoot, { ...pageElements, configurations: list(root, members) }),
      errors: ['noSuchBucket'],
    }),
  ] as const
}

/** The operations on the configurations that only S3 has. */
export const configurationsOfS3 = [
  ...configurationOperations({
    noun: 'BucketAnalyticsConfiguration',
    what: 'an analysis of storage classes',
    subresource: analyticsDocument.kind,
    root: 'AnalyticsConfiguration',
    listRoot: 'ListBucketAnalyticsConfigurationResult',
    members: configurationMembers.analytics,
    permissions: { get: 'oss:GetAnalyticsConfiguration', put: 'oss:PutAnalyticsConfiguration' },
  }),
  ...configurationOperations({
    noun: 'BucketMetricsConfiguration',
    what: 'metrics for some of the objects',
    subresource: metricsDocument.kind,
    root: 'MetricsConfiguration',
    listRoot: 'ListMetricsConfigurationsResult',
    members: configurationMembers.metrics,
    permissions: { get: 'oss:GetMetricsConfiguration', put: 'oss:PutMetricsConfiguration' },
  }),
  ...configurationOperations({
    noun: 'BucketIntelligentTieringConfiguration',
    what: 'a rule of intelligent tiering',
    subresource: tieringDocument.kind,
    root: 'IntelligentTieringConfiguration',
    listRoot: 'ListBucketIntelligentTieringConfigurationsOutput',
    members: configurationMembers['intelligent-tiering'],
    permissions: { get: 'oss:GetIntelligentTieringConfiguration', put: 'oss:PutIntelligentTieringConfiguration' },
  }),
] as const
