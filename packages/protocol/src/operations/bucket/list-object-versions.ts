import { oneOf, text, truth } from '../../codec.js'
import { optional, query, withDefault } from '../../field.js'
import { OBJECTS_PAGE_SIZE_DEFAULT } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, mixedList, optionalElement, xml } from '../../xml.js'
import {
  apiPage,
  encodingType,
  encodingTypeElement,
  lastModifiedElement,
  markerText,
  ownerGroup,
  prefixText,
  versionIdText,
} from '../shared.js'
import { commonPrefixes, listedObject, maxKeys } from './list-objects.js'

const { key, lastModified: _, ...data } = listedObject

/** The elements that versions with data and delete markers have in common. */
export const listedVersion = {
  key,
  versionId: element('VersionId', text),
  isLatest: element('IsLatest', truth()),
  lastModified: lastModifiedElement,
}

/** Versions and delete markers share one order. A page that ends with a common prefix has no NextVersionIdMarker. */
export const listObjectVersions = operation({
  name: 'ListObjectVersions',
  summary: 'Lists the versions and delete markers of a bucket by key, the newest of a key first.',
  source: apiPage('ListObjectVersions'),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['versions'] }],
  permissions: ['oss:ListObjectVersions'],
  input: {
    delimiter: withDefault(query('delimiter', oneOf(['/'], 'invalidVersionsDelimiter')), ''),
    keyMarker: withDefault(query('key-marker', markerText), ''),
    versionIdMarker: optional(query('version-id-marker', versionIdText('invalidVersionIdMarker'))),
    maxKeys: withDefault(query('max-keys', maxKeys), OBJECTS_PAGE_SIZE_DEFAULT),
    prefix: withDefault(query('prefix', prefixText), ''),
    encodingType,
  },
  status: 200,
  output: {},
  result: xml('ListVersionsResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    keyMarker: element('KeyMarker', text, { url: true }),
    versionIdMarker: element('VersionIdMarker', text),
    maxKeys: element('MaxKeys', maxKeys),
    delimiter: element('Delimiter', text, { url: true }),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    isTruncated: element('IsTruncated', truth()),
    nextKeyMarker: optionalElement('NextKeyMarker', text, { url: true }),
    nextVersionIdMarker: optionalElement('NextVersionIdMarker', text),
    versions: mixedList({
      version: ['Version', { ...listedVersion, ...data, owner: ownerGroup }],
      deleteMarker: ['DeleteMarker', { ...listedVersion, owner: ownerGroup }],
    }),
    commonPrefixes,
  }),
  errors: ['noSuchBucket', 'versionMarkerWithoutKey'],
})
