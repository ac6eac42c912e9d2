/**
 * Configurations that only S3 has, kept by their ids. They are returned as they were set, and nothing here acts on them: no
 * analysis is made, no metrics are published by filter, and no object changes its tier.
 */
import { integer, matching, oneOf, text } from '../../codec.js'
import { checked, element, group, list, maybe, optionalElement, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { prefixText } from '../shared.js'

/** The id of a configuration, and of an inventory in S3. */
export const configurationId = matching('id of a configuration', /^[A-Za-z0-9._-]{1,64}$/)
/** An ARN of a bucket in S3. */
export const bucketArn = matching('arn:aws:s3:::BUCKET', /^arn:aws[\w-]*:s3:::[^/:]+$/, 'bucketArnInvalid')

/** A tag as a condition of objects. */
export const filterTag = { key: element('Key', text), value: element('Value', text) }
const prefix = optionalElement('Prefix', prefixText)
const tag = maybe('Tag', group('Tag', filterTag))
const tags = list('Tag', filterTag)
const accessPointArn = optionalElement('AccessPointArn', text)

interface Conditions {
  readonly tags?: readonly unknown[]
  readonly and?: unknown
}

/** The number of conditions; each tag is one. */
function countOf({ tags: all = [], ...others }: Conditions & Readonly<Record<string, unknown>>): number {
  return all.length + Object.values(others).filter((one) => one !== undefined).length
}

/** One condition, or two and more within `And`. */
export const isOneFilter = (filter: Conditions & Readonly<Record<string, unknown>>): boolean =>
  countOf(filter) === 1 &&
  (filter.and === undefined || countOf(filter.and as Conditions & Readonly<Record<string, unknown>>) > 1)

const and = maybe('And', group('And', { prefix, tags }))
/** The objects that a configuration is about. */
export const objectFilter = maybe('Filter', checked(group('Filter', { prefix, tag, and }), isOneFilter))

const metricsFilter = group('Filter', {
  prefix,
  tag,
  accessPointArn,
  and: maybe('And', group('And', { prefix, tags, accessPointArn })),
})

const analytics = {
  id: element('Id', configurationId),
  filter: objectFilter,
  storageClassAnalysis: group('StorageClassAnalysis', {
    dataExport: maybe(
      'DataExport',
      group('DataExport', {
        outputSchemaVersion: element('OutputSchemaVersion', oneOf(['V_1'], 'malformedXml')),
        destination: group('Destination', {
          bucketDestination: group('S3BucketDestination', {
            format: element('Format', oneOf(['CSV'], 'malformedXml')),
            bucketAccountId: optionalElement('BucketAccountId', text),
            bucket: element('Bucket', bucketArn),
            prefix,
          }),
        }),
      }),
    ),
  }),
}

const metrics = {
  id: element('Id', configurationId),
  filter: maybe('Filter', checked(metricsFilter, isOneFilter)),
}

/** Days without a read after which an object would change its tier. */
const tierDays = integer(90, 730)
const ACCESS_TIERS = ['ARCHIVE_ACCESS', 'DEEP_ARCHIVE_ACCESS'] as const

const tiering = {
  id: element('Id', configurationId),
  filter: objectFilter,
  status: element('Status', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
  tierings: checked(
    list('Tiering', {
      days: element('Days', tierDays),
      accessTier: element('AccessTier', oneOf(ACCESS_TIERS, 'malformedXml')),
    }),
    isTiering,
  ),
}

/** Each tier once, and the deeper one from 180 days on. */
function isTiering(tierings: readonly { readonly days: number; readonly accessTier: string }[]): boolean {
  const isDistinct = new Set(tierings.map(({ accessTier }) => accessTier)).size === tierings.length
  const isDeep = tierings.every(({ days, accessTier }) => accessTier === 'ARCHIVE_ACCESS' || days >= 180)
  return tierings.length > 0 && isDistinct && isDeep
}

/** The rows of a thousand configurations with a few tags each. */
const ROWS_MAX = 20

/** Analyses of how objects are read, in the order of their ids. */
export const analyticsDocument = {
  kind: 'analytics',
  document: xml('AnalyticsConfigurations', { configurations: list('AnalyticsConfiguration', analytics) }),
  rowsMax: ROWS_MAX,
} as const satisfies StoredDocument<'analytics', unknown>

/** Metrics of some of the objects, in the order of their ids. */
export const metricsDocument = {
  kind: 'metrics',
  document: xml('MetricsConfigurations', { configurations: list('MetricsConfiguration', metrics) }),
  rowsMax: ROWS_MAX,
} as const satisfies StoredDocument<'metrics', unknown>

/** Moves of objects between tiers, in the order of their ids. */
export const tieringDocument = {
  kind: 'intelligent-tiering',
  document: xml('IntelligentTieringConfigurations', {
    configurations: list('IntelligentTieringConfiguration', tiering),
  }),
  rowsMax: ROWS_MAX,
} as const satisfies StoredDocument<'intelligent-tiering', unknown>

/** The members of one configuration, by the kind of its document. */
export const configurationMembers = { analytics, metrics, 'intelligent-tiering': tiering } as const
/** The documents of S3's configurations. */
export const configurationDocuments = [analyticsDocument, metricsDocument, tieringDocument] as const
