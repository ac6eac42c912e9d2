import { operation } from '../../operation.js'
import { xmlText } from '../../xml.js'
import { page } from '../shared.js'

export const getBucketLocation = operation({
  name: 'GetBucketLocation',
  summary: 'Returns the location of a bucket, as `oss-<region>`.',
  source: page(31967),
  method: 'GET',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['location'] }],
  permissions: ['oss:GetBucketLocation'],
  input: {},
  status: 200,
  output: {},
  result: xmlText('LocationConstraint'),
  errors: ['noSuchBucket'],
})
