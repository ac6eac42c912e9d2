import type { HandlerOf } from '../../call.js'
import { locationOf } from '../describe.js'

export const getBucketLocation: HandlerOf<'GetBucketLocation'> = async ({ region }) => {
  return { output: {}, result: locationOf(region).location }
}
