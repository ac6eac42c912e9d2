import type { HandlerOf } from '../call.js'
import { findObject } from '../domain/objects.js'
import { checkConditions } from '../response/conditions.js'
import { objectHeaders } from './describe.js'

export const headObject: HandlerOf<'HeadObject'> = async (call) => {
  const record = await findObject(call.domain, call.bucket.name, call.key)
  checkConditions(call.input, record)
  return { output: objectHeaders(record) }
}
