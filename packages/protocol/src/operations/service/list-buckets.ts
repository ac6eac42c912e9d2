import { badArgument, type Codec, integer, isoDate, text, truth } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { optional, query } from '../../field.js'
import { PAGE_SIZE_MAX } from '../../limits.js'
import { operation, refuseQuery } from '../../operation.js'
import { element, group, list, optionalElement, xml } from '../../xml.js'
import { ownerGroup, page, refuseResourceGroup, storageClass } from '../shared.js'

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

const maxKeys = integer(1, PAGE_SIZE_MAX, 'invalidMaxKeysOfService')

/** GetService by its older name. The elements of paging are left out where no page was asked for and all fits. */
export const listBuckets = operation({
  name: 'ListBuckets',
  summary: "Lists the requester's buckets by name.",
  source: page(31957),
  method: 'GET',
  level: 'service',
  permissions: ['oss:ListBuckets'],
  input: {
    prefix: optional(query('prefix', nameText('invalidPrefixOfService'))),
    marker: optional(query('marker', nameText('invalidMarkerOfService'))),
    maxKeys: optional(query('max-keys', maxKeys)),
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
        storageClass: element('StorageClass', storageClass),
      }),
    }),
  }),
  errors: [],
  refuses: [refuseQuery('tag-key'), refuseQuery('tag-value'), refuseQuery('tagging'), refuseResourceGroup],
})
