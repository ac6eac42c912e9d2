import { header, required } from '../../field.js'
import { operation } from '../../operation.js'
import { objectAcl, page, shownVersionId, VERSION_CAUSES, versionId } from '../shared.js'

/** The modification time of the object does not change. */
export const putObjectAcl = operation({
  name: 'PutObjectACL',
  summary: 'Sets the ACL of an object.',
  source: page(31986),
  method: 'PUT',
  level: 'object',
  when: [{ query: ['acl'] }],
  permissions: ['oss:PutObjectAcl'],
  input: { versionId, objectAcl: required(header('x-oss-object-acl', objectAcl), 'missingObjectAcl') },
  status: 200,
  output: { versionId: shownVersionId },
  errors: ['noSuchBucket', 'noSuchKey', 'publicObjectAclBlocked', ...VERSION_CAUSES],
  answersAs: { versionIsDeleteMarker: 'deleteMarkerUndescribed' },
})
