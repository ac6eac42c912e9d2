import { operation } from '../../operation.js'
import { deleteMarkerHeaders, page, versionId } from '../shared.js'
import { BYPASS_PERMISSION, bypassGovernance } from './holds.js'

/** Without a version, a bucket that keeps versions gets a delete marker. */
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
  input: { versionId, bypassGovernance },
  status: 204,
  output: deleteMarkerHeaders,
  errors: ['noSuchBucket', 'fileImmutable'],
})
