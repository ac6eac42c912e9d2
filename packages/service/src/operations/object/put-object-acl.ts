import { handler } from '../../call.js'
import { setObjectAcl } from '../../domain/objects/objects.js'

export const putObjectAcl = handler('PutObjectACL', async (call) => {
  await setObjectAcl(call.domain, call.objectName, call.input.objectAcl)
  return { output: {} }
})
