import { integer, isoDate, text, truth } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { OBJECT_SIZE_MAX, OBJECTS_PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { printedList } from '../../pieces.js'
import { element, list, optionalElement, xml } from '../../xml.js'
import {
  encodingType,
  encodingTypeElement,
  etagElement,
  lastModifiedElement,
  markerText,
  objectType,
  ownerGroup,
  page,
  prefixText,
  storageClass,
} from '../shared.js'

/** 0 is accepted, because OSS's SDKs let it through, and lists nothing. */
export const maxKeys = integer(0, PAGE_SIZE_MAX)

/** An object in a listing, before its owner. */
export const listedObject = {
  key: element('Key', text, { url: true }),
  lastModified: lastModifiedElement,
  etag: etagElement,
  type: element('Type', objectType),
  size: element('Size', integer(0, OBJECT_SIZE_MAX)),
  storageClass: element('StorageClass', storageClass),
  /** Only while an archived object is being restored, or is. */
  restoreInfo: optionalElement('RestoreInfo', text),
  /** When a lifecycle rule moved the object to its class; only of ColdArchive and DeepColdArchive. */
  transitionTime: optionalElement('TransitionTime', isoDate),
}

/** The common prefixes of a page, each up to and including the delimiter. */
export const commonPrefixes = list('CommonPrefixes', { prefix: element('Prefix', text, { url: true }) })

/** GetBucket by its older name. Every truncated page has a NextMarker, with or without a delimiter. */
export const listObjects = operation({
  name: 'ListObjects',
  summary: 'Lists the objects of a bucket by key.',
  source: page(31965),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  permissions: ['oss:ListObjects'],
  input: {
    delimiter: withDefault(query('delimiter', text), ''),
    marker: withDefault(query('marker', markerText), ''),
    maxKeys: withDefault(query('max-keys', maxKeys), OBJECTS_PAGE_SIZE_DEFAULT),
    prefix: withDefault(query('prefix', prefixText), ''),
    encodingType,
  },
  status: 200,
  output: {},
  result: xml('ListBucketResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    marker: element('Marker', text, { url: true }),
    maxKeys: element('MaxKeys', maxKeys),
    delimiter: element('Delimiter', text, { url: true }),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    isTruncated: element('IsTruncated', truth()),
    nextMarker: optionalElement('NextMarker', text, { url: true }),
    contents: printedList('Contents', { ...listedObject, owner: ownerGroup }),
    commonPrefixes,
  }),
  errors: ['noSuchBucket'],
})
