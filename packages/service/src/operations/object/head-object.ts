import { handler } from '../../call.js'
import { checkConditions } from '../../response/conditions.js'
import { objectHeaders } from '../describe.js'

export const headObject = handler('HeadObject', async (call) => {
  checkConditions(call.input, call.object)
  return { output: objectHeaders(call.object) }
})
