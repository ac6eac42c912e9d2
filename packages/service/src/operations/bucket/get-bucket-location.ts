import { handler } from '../../call.js'
import { locationOf } from '../../response/endpoint.js'

export const getBucketLocation = handler('GetBucketLocation', ({ region }) => {
  return { output: {}, result: locationOf(region) }
})
