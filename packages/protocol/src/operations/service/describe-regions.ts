import { text } from '../../codec.js'
import { optional, query } from '../../field.js'
import { operation } from '../../operation.js'
import { element, list, xml } from '../../xml.js'
import { apiPage } from '../shared.js'

export const describeRegions = operation({
  name: 'DescribeRegions',
  summary: 'Lists the regions of the service, which is the one of this server, with their endpoints.',
  source: apiPage('DescribeRegions'),
  method: 'GET',
  level: 'service',
  when: [{ query: ['regions'] }],
  permissions: ['oss:DescribeRegions'],
  input: { region: optional(query('regions', text)) },
  status: 200,
  output: {},
  result: xml('RegionInfoList', {
    regions: list('RegionInfo', {
      region: element('Region', text),
      internetEndpoint: element('InternetEndpoint', text),
      internalEndpoint: element('InternalEndpoint', text),
      accelerateEndpoint: element('AccelerateEndpoint', text),
    }),
  }),
  errors: ['noSuchRegion'],
})
