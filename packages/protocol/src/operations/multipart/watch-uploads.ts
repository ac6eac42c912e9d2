import { text } from '../../codec.js'
import { header, query, withDefault } from '../../field.js'
import { operation } from '../../operation.js'
import { prefixText } from '../shared.js'

/** The body is a stream of server-sent events without an end. */
export const watchUploads = operation({
  name: 'WatchUploads',
  summary: 'Streams the events of the multipart uploads of a bucket.',
  extension: true,
  source: 'docs/guides/extensions.md#live-events',
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['uploads', 'x-oss-ext-events'] }],
  permissions: ['oss:ListMultipartUploads'],
  input: { prefix: withDefault(query('prefix', prefixText), '') },
  status: 200,
  output: {
    contentType: header('Content-Type', text),
    cacheControl: header('Cache-Control', text),
    buffering: header('X-Accel-Buffering', text),
  },
  result: 'bytes',
  errors: ['noSuchBucket'],
})
