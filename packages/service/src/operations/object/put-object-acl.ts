import { handler } from '../../call.js'
import { setObjectAcl } from '../../domain/objects/objects.js'

export const putObjectAcl = handler('PutObjectACL', async (call) => {
  await setObjectAcl(call.domain, call.bucket.name, call.key, call.input.objectAcl)
  return { output: {} }
})
