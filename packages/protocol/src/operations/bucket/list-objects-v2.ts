import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import { badArgument, type Codec, integer, oneOf, text, truth } from '../../codec.js'
import { optional, query, withDefault } from '../../field.js'
import { OBJECTS_PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { printedList } from '../../pieces.js'
import { element, maybe, optionalElement, xml } from '../../xml.js'
import { encodingType, encodingTypeElement, markerText, ownerGroup, page, prefixText } from '../shared.js'
import { commonPrefixes, listedObject, maxKeys } from './list-objects.js'

/**
 * The last entry of a page, a key or a common prefix, as a token that contains only `A-Za-z0-9._-`: some SDKs decode a
 * token once more before they send it back.
 */
export const continuationToken: Codec<string> = {
  name: 'token',
  causes: ['invalidArgument'],
  decode(token, argument) {
    const standard = token.replace(/[._-]/g, (character) => (character === '.' ? '+' : character === '_' ? '/' : '='))
    const bytes = base64Bytes(standard)
    const entry = bytes === undefined ? undefined : utf8Text(bytes)
    if (entry === undefined || continuationToken.encode(entry) !== token) {
      throw badArgument('invalidArgument', argument, token)
    }
    return entry
  },
  encode: (entry) =>
    base64(utf8Bytes(entry)).replace(/[+/=]/g, (character) =>
      character === '+' ? '.' : character === '/' ? '_' : '-',
    ),
}

/** A continuation-token takes precedence over start-after. */
export const listObjectsV2 = operation({
  name: 'ListObjectsV2',
  summary: 'Lists the objects of a bucket by key, paged by tokens.',
  source: page(187544),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['list-type'] }],
  permissions: ['oss:ListObjects'],
  input: {
    listType: query('list-type', oneOf(['2'], 'invalidListType')),
    delimiter: withDefault(query('delimiter', text), ''),
    startAfter: optional(query('start-after', markerText)),
    continuationToken: optional(query('continuation-token', continuationToken)),
    maxKeys: withDefault(query('max-keys', maxKeys), OBJECTS_PAGE_SIZE_DEFAULT),
    prefix: withDefault(query('prefix', prefixText), ''),
    encodingType,
    fetchOwner: withDefault(query('fetch-owner', truth()), false),
  },
  status: 200,
  output: {},
  result: xml('ListBucketResult', {
    name: element('Name', text),
    prefix: element('Prefix', text, { url: true }),
    startAfter: optionalElement('StartAfter', text, { url: true }),
    continuationToken: optionalElement('ContinuationToken', continuationToken),
    maxKeys: element('MaxKeys', maxKeys),
    delimiter: optionalElement('Delimiter', text, { url: true }),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    isTruncated: element('IsTruncated', truth()),
    nextContinuationToken: optionalElement('NextContinuationToken', continuationToken),
    contents: printedList('Contents', { ...listedObject, owner: maybe('Owner', ownerGroup) }),
    commonPrefixes,
    keyCount: element('KeyCount', integer(0, PAGE_SIZE_MAX)),
  }),
  errors: ['noSuchBucket'],
})
