import { operation } from '../../operation.js'
import { accessControlPolicy, objectAcl, page, shownVersionId, VERSION_CAUSES, versionId } from '../shared.js'

/** Returns `default` if the object follows its bucket. */
export const getObjectAcl = operation({
  name: 'GetObjectACL',
  summary: 'Returns the ACL of an object.',
  source: page(31987),
  method: 'GET',
  level: 'object',
  when: [{ query: ['acl'] }],
  permissions: ['oss:GetObjectAcl'],
  input: { versionId },
  status: 200,
  output: { versionId: shownVersionId },
  result: accessControlPolicy(objectAcl),
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
  answersAs: { versionIsDeleteMarker: 'deleteMarkerUndescribed' },
})
