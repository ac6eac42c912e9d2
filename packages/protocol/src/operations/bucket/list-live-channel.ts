import { integer, text, truth } from '../../codec.js'
import { query, withDefault } from '../../field.js'
import { OBJECTS_PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, xml } from '../../xml.js'
import { apiPage, markerText, prefixText } from '../shared.js'

const maxKeys = integer(1, PAGE_SIZE_MAX)

/** Without channels there is only an empty list, which clients request before they delete a bucket. */
export const listLiveChannel = operation({
  name: 'ListLiveChannel',
  summary: 'Lists the live channels of a bucket: always an empty list.',
  source: apiPage('ListLiveChannel'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['live'] }],
  permissions: ['oss:ListLiveChannel'],
  input: {
    prefix: withDefault(query('prefix', prefixText), ''),
    marker: withDefault(query('marker', markerText), ''),
    maxKeys: withDefault(query('max-keys', maxKeys), OBJECTS_PAGE_SIZE_DEFAULT),
  },
  status: 200,
  output: {},
  result: xml('ListLiveChannelResult', {
    prefix: element('Prefix', text),
    marker: element('Marker', text),
    maxKeys: element('MaxKeys', maxKeys),
    isTruncated: element('IsTruncated', truth()),
    nextMarker: element('NextMarker', text),
  }),
  errors: ['noSuchBucket'],
})
