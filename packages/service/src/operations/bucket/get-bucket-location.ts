import { handler } from '../../call.js'
import { locationOf } from '../../response/endpoint.js'

export const getBucketLocation = handler('GetBucketLocation', async ({ region }) => {
  return { output: {}, result: locationOf(region) }
})
