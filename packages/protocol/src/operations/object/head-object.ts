import { operation } from '../../operation.js'
import { conditions, MIRROR_CAUSES, page, SYMLINK_CAUSES, VERSION_CAUSES, versionId } from '../shared.js'
import { objectHeaders } from './object-headers.js'

/** A Range header is ignored. */
export const headObject = operation({
  name: 'HeadObject',
  summary: 'Returns the headers of GetObject without the bytes.',
  source: page(31984),
  method: 'HEAD',
  level: 'object',
  permissions: ['oss:GetObject'],
  input: { versionId, ...conditions },
  status: 200,
  output: objectHeaders,
  errors: [
    'customerKeyNeeded',
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'preconditionFailed',
    'notModified',
    ...SYMLINK_CAUSES,
    ...MIRROR_CAUSES,
  ],
})
