import { httpDate } from '../../codec.js'
import { header, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { page, VERSION_CAUSES, versionId } from '../shared.js'
import { objectHeaders } from './object-headers.js'

const { contentLength, etag, lastModified, crc64, transitionTime, versionId: shown } = objectHeaders

export const getObjectMeta = operation({
  name: 'GetObjectMeta',
  summary: 'Returns the size, ETag, CRC-64 and time of an object, and nothing else.',
  source: page(31985),
  method: 'HEAD',
  level: 'object',
  when: [{ query: ['objectMeta'] }],
  permissions: ['oss:GetObject'],
  input: { versionId },
  status: 200,
  output: {
    contentLength,
    etag,
    lastModified,
    crc64,
    transitionTime,
    /** Only of buckets that record accesses. */
    lastAccessTime: optional(header('x-oss-last-access-time', httpDate)),
    versionId: shown,
  },
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
})
