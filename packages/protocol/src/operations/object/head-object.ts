import { operation } from '../../operation.js'
import { conditions, page, refuseVersionId, SYMLINK_CAUSES } from '../shared.js'
import { objectHeaders } from './object-headers.js'

/** A Range header is ignored. */
export const headObject = operation({
  name: 'HeadObject',
  summary: 'Returns the headers of GetObject without the bytes.',
  source: page(31984),
  method: 'HEAD',
  level: 'object',
  permissions: ['oss:GetObject'],
  input: conditions,
  status: 200,
  output: objectHeaders,
  errors: ['noSuchBucket', 'noSuchKey', 'preconditionFailed', 'notModified', ...SYMLINK_CAUSES],
  refuses: [refuseVersionId],
})
