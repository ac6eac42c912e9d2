import { handler } from '../../call.js'
import { deleteObject as removeObject } from '../../domain/objects/objects.js'

export const deleteObject = handler('DeleteObject', async (call) => {
  const { version, isMarker } = await removeObject(call.domain, call.objectName, call.input.bypassGovernance)
  return { output: { deleteMarker: isMarker ? true : undefined, versionId: version } }
})
