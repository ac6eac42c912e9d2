import { type Codec, httpDate, integer, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, omit, required, withDefault } from '../../field.js'
import { OBJECT_SIZE_MAX, PAGE_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'
import { shownVersionId, storageClass, VERSION_CAUSES, versionId } from '../../operations/shared.js'
import { element, group, list, maybe, optionalElement, xml } from '../../xml.js'

import { CUSTOMER_KEY_CAUSES, customerKeyInput, customerKeyOutput } from './customer-keys.js'
import { s3Only, s3Page } from './declare.js'
import { atMost } from './listing.js'
import { checksumElements } from './shared.js'

/** An attribute that a request may name, by its member in the result. */
type Attribute = 'etag' | 'checksum' | 'objectParts' | 'storageClass' | 'objectSize'

const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map([
  ['ETag', 'etag'],
  ['Checksum', 'checksum'],
  ['ObjectParts', 'objectParts'],
  ['StorageClass', 'storageClass'],
  ['ObjectSize', 'objectSize'],
])

/** Names of attributes, with commas between them. */
const attributes: Codec<readonly Attribute[]> = {
  name: [...ATTRIBUTES.keys()].join(' | '),
  causes: ['attributeUnknown'],
  decode(value) {
    return value.split(',').map((name) => {
      const attribute = ATTRIBUTES.get(name.trim())
      if (attribute === undefined) throw new OssError('attributeUnknown')
      return attribute
    })
  },
  encode(asked) {
    const names = [...ATTRIBUTES].filter(([, attribute]) => asked.includes(attribute))
    return names.map(([name]) => name).join(',')
  },
}

/** A tag, in lower case and here without quotes. */
const bareTag: Codec<string> = { ...text, encode: (tag) => tag.toLowerCase() }

const count = integer(0, 2_147_483_647)

export const getObjectAttributes = s3Only({
  name: 'GetObjectAttributes',
  summary: 'Returns attributes of an object, among them its parts.',
  source: s3Page('GetObjectAttributes'),
  method: 'GET',
  level: 'object',
  when: [{ query: ['attributes'] }],
  permissions: ['oss:GetObject'],
  reads: 'object',
  input: {
    versionId,
    ...customerKeyInput,
    attributes: required(header('x-amz-object-attributes', attributes), 'attributesMissing'),
    maxParts: withDefault(header('x-amz-max-parts', atMost(PAGE_SIZE_MAX, count)), PAGE_SIZE_MAX),
    partNumberMarker: withDefault(header('x-amz-part-number-marker', count), 0),
  },
  status: 200,
  output: { lastModified: header('Last-Modified', httpDate), versionId: shownVersionId, ...customerKeyOutput },
  result: xml('GetObjectAttributesResponse', {
    etag: optionalElement('ETag', bareTag),
    checksum: maybe('Checksum', group('Checksum', checksumElements)),
    objectParts: maybe(
      'ObjectParts',
      group('ObjectParts', {
        partsCount: element('PartsCount', integer(0, PART_NUMBER_MAX)),
        partNumberMarker: element('PartNumberMarker', count),
        nextPartNumberMarker: element('NextPartNumberMarker', count),
        maxParts: element('MaxParts', count),
        isTruncated: element('IsTruncated', truth()),
        parts: list('Part', {
          partNumber: element('PartNumber', integer(1, PART_NUMBER_MAX)),
          size: element('Size', integer(0, OBJECT_SIZE_MAX)),
          ...omit(checksumElements, 'checksumType'),
        }),
      }),
    ),
    storageClass: optionalElement('StorageClass', storageClass),
    objectSize: optionalElement('ObjectSize', integer(0, OBJECT_SIZE_MAX)),
  }),
  errors: ['noSuchBucket', 'noSuchKey', 'attributesMissing', ...VERSION_CAUSES, ...CUSTOMER_KEY_CAUSES],
})
