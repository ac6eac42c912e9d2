import { type Codec, integer, oneOf, text, truth } from '../../codec.js'
import { implied, omit, optional, query, withDefault } from '../../field.js'
import { KEY_BYTES_MAX, OBJECT_SIZE_MAX, PAGE_SIZE_MAX } from '../../limits.js'
import {
  listedVersion,
  listObjectVersions as ossListObjectVersions,
} from '../../operations/bucket/list-object-versions.js'
import { listObjects as ossListObjects } from '../../operations/bucket/list-objects.js'
import { continuationToken, listObjectsV2 as ossListObjectsV2 } from '../../operations/bucket/list-objects-v2.js'
import {
  boundedText,
  encodingTypeElement,
  etagElement,
  lastModifiedElement,
  ownerGroup,
  storageClass,
} from '../../operations/shared.js'
import { printedList } from '../../pieces.js'
import { element, list, maybe, mixedList, optionalElement, xml } from '../../xml.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'

/** S3 lowers a page size that is too large to its maximum. */
export function atMost(max: number, codec: Codec<number>): Codec<number> {
  return { ...codec, decode: (value, argument) => Math.min(max, codec.decode(value, argument)) }
}

const COUNT_MAX = 2_147_483_647

/** The size of a page; 0 lists nothing. */
export const pageSize = (name: string) =>
  withDefault(query(name, atMost(PAGE_SIZE_MAX, integer(0, COUNT_MAX))), PAGE_SIZE_MAX)

/** S3's only place for it is the query. */
export const encodingType = optional(query('encoding-type', oneOf(['url'], 'invalidEncodingType')))

/** Keys of S3 may be longer than those of OSS, and so may be what listings name of them. */
export const keyPrefix = withDefault(query('prefix', boundedText(KEY_BYTES_MAX, 'invalidPrefix')), '')
/** The key behind which a listing continues. */
export const keyMarkerText = boundedText(KEY_BYTES_MAX, 'invalidMarker')

const paging = {
  delimiter: withDefault(query('delimiter', text), ''),
  prefix: keyPrefix,
  maxKeys: pageSize('max-keys'),
  encodingType,
}

/** A marker within a common prefix does not list that prefix again. */
const skipsGroups = implied(true)

const count = integer(0, COUNT_MAX)

const listedObject = {
  key: element('Key', text, { url: true }),
  lastModified: lastModifiedElement,
  etag: etagElement,
  size: element('Size', integer(0, OBJECT_SIZE_MAX)),
  storageClass: element('StorageClass', storageClass),
}

/** An element that is left out where it has no text. */
const textElement = (name: string) => {
  const whole = element(name, text, { url: true })
  return {
    ...whole,
    encode: (value: string, context: Parameters<typeof whole.encode>[1]) =>
      value === '' ? '' : whole.encode(value, context),
  }
}

const commonPrefixes = list('CommonPrefixes', { prefix: element('Prefix', text, { url: true }) })

const listObjects = s3Operation({
  ...sharedWith(ossListObjects),
  name: 'ListObjects',
  source: s3Page('ListObjects'),
  input: { ...paging, marker: withDefault(query('marker', keyMarkerText), ''), skipsGroups },
  output: {},
  result: xml('ListBucketResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    marker: element('Marker', text, { url: true }),
    maxKeys: element('MaxKeys', count),
    delimiter: textElement('Delimiter'),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    isTruncated: element('IsTruncated', truth()),
    nextMarker: optionalElement('NextMarker', text, { url: true }),
    contents: printedList('Contents', { ...listedObject, owner: ownerGroup }),
    commonPrefixes,
  }),
})

const listObjectsV2 = s3Operation({
  ...sharedWith(ossListObjectsV2),
  name: 'ListObjectsV2',
  source: s3Page('ListObjectsV2'),
  input: {
    ...paging,
    listType: ossListObjectsV2.input.listType,
    startAfter: optional(query('start-after', keyMarkerText)),
    continuationToken: optional(query('continuation-token', continuationToken)),
    fetchOwner: ossListObjectsV2.input.fetchOwner,
    skipsGroups,
  },
  output: {},
  result: xml('ListBucketResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    startAfter: optionalElement('StartAfter', text, { url: true }),
    continuationToken: optionalElement('ContinuationToken', continuationToken),
    nextContinuationToken: optionalElement('NextContinuationToken', continuationToken),
    keyCount: element('KeyCount', count),
    maxKeys: element('MaxKeys', count),
    delimiter: optionalElement('Delimiter', text, { url: true }),
    isTruncated: element('IsTruncated', truth()),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    contents: printedList('Contents', { ...listedObject, owner: maybe('Owner', ownerGroup) }),
    commonPrefixes,
  }),
})

const listObjectVersions = s3Operation({
  ...sharedWith(ossListObjectVersions),
  name: 'ListObjectVersions',
  source: s3Page('ListObjectVersions'),
  input: { ...ossListObjectVersions.input, maxKeys: pageSize('max-keys'), encodingType },
  output: {},
  result: xml('ListVersionsResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    keyMarker: element('KeyMarker', text, { url: true }),
    versionIdMarker: element('VersionIdMarker', text),
    nextKeyMarker: optionalElement('NextKeyMarker', text, { url: true }),
    nextVersionIdMarker: optionalElement('NextVersionIdMarker', text),
    maxKeys: element('MaxKeys', count),
    delimiter: textElement('Delimiter'),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    isTruncated: element('IsTruncated', truth()),
    versions: mixedList({
      version: ['Version', { ...listedVersion, ...omit(listedObject, 'key', 'lastModified'), owner: ownerGroup }],
      deleteMarker: ['DeleteMarker', { ...listedVersion, owner: ownerGroup }],
    }),
    commonPrefixes,
  }),
})

/** The operations that list the objects or versions of a bucket. */
export const listingOperations = [listObjects, listObjectsV2, listObjectVersions] as const
