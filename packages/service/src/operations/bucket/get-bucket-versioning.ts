import { handler } from '../../call.js'

export const getBucketVersioning = handler('GetBucketVersioning', ({ bucket }) => {
  return { output: {}, result: { status: bucket.versioning } }
})
