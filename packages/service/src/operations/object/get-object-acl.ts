import { handler } from '../../call.js'
import { findObject } from '../../domain/objects/objects.js'
import { ownerOf } from '../describe.js'

export const getObjectAcl = handler('GetObjectACL', async (call) => {
  const { owner, acl } = await findObject(call.domain, call.objectName)
  return { output: {}, result: { owner: ownerOf(owner), accessControlList: { grant: acl } } }
})
