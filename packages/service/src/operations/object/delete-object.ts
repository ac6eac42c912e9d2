import { handler } from '../../call.js'
import { deleteObject as removeObject } from '../../domain/objects/objects.js'

export const deleteObject = handler('DeleteObject', async (call) => {
  await removeObject(call.domain, call.objectName)
  return { output: {} }
})
