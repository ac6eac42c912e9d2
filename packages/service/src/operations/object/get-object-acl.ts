import type { HandlerOf } from '../../call.js'
import { findObject } from '../../domain/objects/objects.js'
import { ownerOf } from '../describe.js'

export const getObjectAcl: HandlerOf<'GetObjectACL'> = async (call) => {
  const { owner, acl } = await findObject(call.domain, call.bucket.name, call.key)
  return { output: {}, result: { owner: ownerOf(owner), accessControlList: { grant: acl } } }
}
