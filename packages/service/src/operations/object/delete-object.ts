import { handler } from '../../call.js'
import { deleteObject as removeObject } from '../../domain/objects/objects.js'
import { conditionOf } from '../describe.js'

export const deleteObject = handler('DeleteObject', async (call) => {
  const { bypassGovernance } = call.input
  const deletion = { bypassGovernance, condition: conditionOf(call.input) }
  const { version, isMarker } = await removeObject(call.domain, call.objectName, deletion)
  return { output: { deleteMarker: isMarker ? true : undefined, versionId: version } }
})
