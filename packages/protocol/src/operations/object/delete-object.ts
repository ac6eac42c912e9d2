import { type Codec, httpDate, isoDate } from '../../codec.js'
import { header, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { deleteMarkerHeaders, etags, page, versionId } from '../shared.js'
import { BYPASS_PERMISSION, bypassGovernance } from './holds.js'

/** The time at which an object must have been written to be deleted, in HTTP's form or in ISO 8601. */
export const deletedTime: Codec<number> = {
  ...isoDate,
  name: 'HTTP date | ISO 8601 time',
  decode: (value, argument) => httpDate.decode(value, argument) ?? isoDate.decode(value, argument),
}

/**
 * Without a version, a bucket that keeps versions gets a delete marker. OSS has no conditions here: without them a program that moves an
 * object deletes what another has written since.
 */
export const deleteObject = operation({
  name: 'DeleteObject',
  summary: 'Deletes an object, or one version of it; succeeds even if it does not exist.',
  source: page(31982),
  method: 'DELETE',
  level: 'object',
  // SDKs repeat the parameters of the link's GetSymlink
  when: [{}, { query: ['symlink'] }],
  permissions: ['oss:DeleteObject'],
  permissionsWith: BYPASS_PERMISSION,
  input: {
    versionId,
    bypassGovernance,
    matches: optional(header('x-oss-ext-if-match', etags)),
    modifiedAt: optional(header('x-oss-ext-if-last-modified', deletedTime)),
  },
  status: 204,
  output: deleteMarkerHeaders,
  errors: ['noSuchBucket', 'fileImmutable', 'noSuchKey', 'preconditionFailed'],
})
