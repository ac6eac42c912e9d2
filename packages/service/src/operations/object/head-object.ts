import type { HandlerOf } from '../../call.js'
import { checkConditions } from '../../response/conditions.js'
import { objectHeaders } from '../describe.js'

export const headObject: HandlerOf<'HeadObject'> = async (call) => {
  checkConditions(call.input, call.object)
  return { output: objectHeaders(call.object) }
}
