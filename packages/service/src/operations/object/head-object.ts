import { handler } from '../../call.js'
import { isWanted } from '../../response/conditions.js'
import { notModified, objectHeaders } from '../describe.js'

export const headObject = handler('HeadObject', (call) => {
  const headers = objectHeaders(call.object)
  if (!isWanted(call.input, call.object)) throw notModified(headers)
  return { output: headers }
})
