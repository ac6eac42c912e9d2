import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { findObject } from '../../domain/objects/objects.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { ownerOf } from '../describe.js'

export const getObjectAcl = handler('GetObjectACL', (call) => {
  return andThen(findObject(call.domain, call.objectName), (object) => {
    const { owner, acl } = object
    return {
      output: { versionId: shownVersionOf(call.bucket, object) },
      result: { owner: ownerOf(owner), accessControlList: { grant: acl } },
    }
  })
})
