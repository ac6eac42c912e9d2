import { operation } from '../../operation.js'
import { page, refuseVersionId } from '../shared.js'
import { objectHeaders } from './object-headers.js'

const { contentLength, etag, lastModified, crc64 } = objectHeaders

export const getObjectMeta = operation({
  name: 'GetObjectMeta',
  summary: 'Returns the size, ETag, CRC-64 and time of an object, and nothing else.',
  source: page(31985),
  method: 'HEAD',
  level: 'object',
  when: [{ query: ['objectMeta'] }],
  permissions: ['oss:GetObject'],
  input: {},
  status: 200,
  output: { contentLength, etag, lastModified, crc64 },
  errors: ['noSuchBucket', 'noSuchKey'],
  refuses: [refuseVersionId],
})
