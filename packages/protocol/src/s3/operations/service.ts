import { integer, isoDate, text } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { listBuckets as ossListBuckets } from '../../operations/service/list-buckets.js'
import { ownerGroup } from '../../operations/shared.js'
import { element, group, list, optionalElement, xml } from '../../xml.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { atMost } from './listing.js'

const BUCKETS_PAGE_SIZE = 1_000

const listBuckets = s3Operation({
  ...sharedWith(ossListBuckets),
  name: 'ListBuckets',
  source: s3Page('ListBuckets'),
  input: {
    prefix: ossListBuckets.input.prefix,
    marker: { ...ossListBuckets.input.marker, name: 'continuation-token' },
    maxKeys: withDefault(query('max-buckets', atMost(BUCKETS_PAGE_SIZE, integer(1, 10_000))), BUCKETS_PAGE_SIZE),
  },
  output: ossListBuckets.output,
  result: xml('ListAllMyBucketsResult', {
    owner: ownerGroup,
    buckets: group('Buckets', {
      bucket: list('Bucket', {
        name: element('Name', text),
        creationDate: element('CreationDate', isoDate),
        region: element('BucketRegion', text),
      }),
    }),
    nextMarker: optionalElement('ContinuationToken', text),
    prefix: optionalElement('Prefix', text),
  }),
})

/** The operations on the service. */
export const serviceOperations = [listBuckets] as const
