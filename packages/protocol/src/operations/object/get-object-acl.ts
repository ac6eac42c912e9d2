import { operation } from '../../operation.js'
import { accessControlPolicy, objectAcl, page, refuseVersionId } from '../shared.js'

/** Returns `default` if the object follows its bucket. */
export const getObjectAcl = operation({
  name: 'GetObjectACL',
  summary: 'Returns the ACL of an object.',
  source: page(31987),
  method: 'GET',
  level: 'object',
  when: [{ query: ['acl'] }],
  permissions: ['oss:GetObjectAcl'],
  input: {},
  status: 200,
  output: {},
  result: accessControlPolicy(objectAcl),
  errors: ['noSuchBucket', 'noSuchKey'],
  refuses: [refuseVersionId],
})
