import { badArgument, type Codec, integer, isoDate, text, truth } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { header, optional, optionalEvenEmpty, query } from '../../field.js'
import { PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, group, list, optionalElement, xml } from '../../xml.js'
import { resourceGroupId } from '../bucket/resource-group.js'
import { ownerGroup, page, storageClass } from '../shared.js'

/** The beginning of a bucket's name, or all of one. */
function nameText(cause: Cause): Codec<string> {
  return {
    name: 'beginning of a bucket name',
    causes: [cause],
    decode(value, argument) {
      if (!/^[a-z0-9-]{0,63}$/.test(value)) throw badArgument(cause, argument, value)
      return value
    },
    encode: (value) => value,
  }
}

/** Tags that buckets must have: `"k1":"v1","k2":"v2"`. */
const tagPairs: Codec<readonly { readonly key: string; readonly value: string }[]> = {
  name: '`"key":"value"`, separated by commas',
  causes: ['invalidArgument'],
  decode(value, argument) {
    const pair = /"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"/y
    const pairs: { key: string; value: string }[] = []
    for (let at = 0; ; at += 1) {
      pair.lastIndex = at
      const [whole = '', key = '', text = ''] = pair.exec(value) ?? []
      if (whole === '') throw badArgument('invalidArgument', argument, value)
      pairs.push({ key: unescaped(key), value: unescaped(text) })
      at += whole.length
      if (at === value.length) return pairs
      if (value[at] !== ',') throw badArgument('invalidArgument', argument, value)
    }
  },
  encode: (tags) => tags.map(({ key, value }) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(','),
}

const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1')

const maxKeys = integer(1, PAGE_SIZE_MAX, 'invalidMaxKeysOfService')

/**
 * GetService by its older name. The elements of paging are omitted where no page was requested and everything fits into
 * one.
 */
export const listBuckets = operation({
  name: 'ListBuckets',
  summary: "Lists the requester's buckets by name.",
  source: page(31957),
  method: 'GET',
  level: 'service',
  // old clients send `regionList`, whose list of regions is now that of DescribeRegions
  when: [{}, { query: ['regionList'] }],
  permissions: ['oss:ListBuckets'],
  input: {
    prefix: optional(query('prefix', nameText('invalidPrefixOfService'))),
    marker: optional(query('marker', nameText('invalidMarkerOfService'))),
    maxKeys: optional(query('max-keys', maxKeys)),
    tagKey: optional(query('tag-key', text)),
    tagValue: optional(query('tag-value', text)),
    tagging: optional(query('tagging', tagPairs)),
    /** An empty one means the default group. */
    resourceGroupId: optionalEvenEmpty(header('x-oss-resource-group-id', resourceGroupId)),
  },
  status: 200,
  output: {},
  result: xml('ListAllMyBucketsResult', {
    prefix: optionalElement('Prefix', text),
    marker: optionalElement('Marker', text),
    maxKeys: optionalElement('MaxKeys', maxKeys),
    isTruncated: optionalElement('IsTruncated', truth()),
    nextMarker: optionalElement('NextMarker', text),
    owner: ownerGroup,
    buckets: group('Buckets', {
      bucket: list('Bucket', {
        creationDate: element('CreationDate', isoDate),
        extranetEndpoint: element('ExtranetEndpoint', text),
        intranetEndpoint: element('IntranetEndpoint', text),
        location: element('Location', text),
        name: element('Name', text),
        region: element('Region', text),
        /** Present where the request names a group. */
        resourceGroupId: optionalElement('ResourceGroupId', text),
        storageClass: element('StorageClass', storageClass),
      }),
    }),
  }),
  errors: ['invalidArgument'],
})
