import { integer, isoDate, text, truth } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, list, optionalElement, xml } from '../../xml.js'
import { encodingType, encodingTypeElement, markerText, page, prefixText, storageClass } from '../shared.js'

/** An upload-id-marker without a key-marker is ignored; markers need not exist. */
export const listMultipartUploads = operation({
  name: 'ListMultipartUploads',
  summary: 'Lists the multipart uploads of a bucket that are neither completed nor aborted, by key, then by upload id.',
  source: page(31997),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['uploads'] }],
  permissions: ['oss:ListMultipartUploads'],
  input: {
    delimiter: withDefault(query('delimiter', text), ''),
    maxUploads: withDefault(query('max-uploads', integer(1, PAGE_SIZE_MAX)), PAGE_SIZE_MAX),
    keyMarker: withDefault(query('key-marker', markerText), ''),
    prefix: withDefault(query('prefix', prefixText), ''),
    uploadIdMarker: withDefault(query('upload-id-marker', text), ''),
    encodingType,
  },
  status: 200,
  output: {},
  // the markers are present even if they are empty: SDKs fail without them
  result: xml('ListMultipartUploadsResult', {
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    bucket: element('Bucket', text),
    keyMarker: element('KeyMarker', text, { url: true }),
    uploadIdMarker: element('UploadIdMarker', text),
    nextKeyMarker: element('NextKeyMarker', text, { url: true }),
    nextUploadIdMarker: element('NextUploadIdMarker', text),
    delimiter: element('Delimiter', text, { url: true }),
    prefix: element('Prefix', text, { url: true }),
    maxUploads: element('MaxUploads', integer(1, PAGE_SIZE_MAX)),
    isTruncated: element('IsTruncated', truth()),
    uploads: list('Upload', {
      key: element('Key', text, { url: true }),
      uploadId: element('UploadId', text),
      storageClass: element('StorageClass', storageClass),
      initiated: element('Initiated', isoDate),
    }),
    commonPrefixes: list('CommonPrefixes', { prefix: element('Prefix', text, { url: true }) }),
  }),
  errors: ['noSuchBucket'],
})
