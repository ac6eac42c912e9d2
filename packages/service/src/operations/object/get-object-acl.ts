import { handler } from '../../call.js'
import { findObject } from '../../domain/objects/objects.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { ownerOf } from '../describe.js'

export const getObjectAcl = handler('GetObjectACL', async (call) => {
  const object = await findObject(call.domain, call.objectName)
  const { owner, acl } = object
  return {
    output: { versionId: shownVersionOf(call.bucket, object) },
    result: { owner: ownerOf(owner), accessControlList: { grant: acl } },
  }
})
