import { handler } from '../../call.js'
import { changeAccessPoint, findAccessPoint } from '../../domain/buckets/access-points.js'

export const putAccessPointPublicAccessBlock = handler('PutAccessPointPublicAccessBlock', async (call) => {
  const { domain, bucket, input, document } = call
  const blocksPublicAccess = document.blockPublicAccess
  await changeAccessPoint(domain, bucket.name, input.accessPointName, (point) => ({ ...point, blocksPublicAccess }))
  return { output: {} }
})

export const getAccessPointPublicAccessBlock = handler(
  'GetAccessPointPublicAccessBlock',
  async ({ domain, bucket, input }) => {
    const { blocksPublicAccess = false } = await findAccessPoint(domain, bucket.name, input.accessPointName)
    return { output: {}, result: { blockPublicAccess: blocksPublicAccess } }
  },
)

export const deleteAccessPointPublicAccessBlock = handler(
  'DeleteAccessPointPublicAccessBlock',
  async ({ domain, bucket, input }) => {
    await changeAccessPoint(domain, bucket.name, input.accessPointName, ({ blocksPublicAccess: _, ...point }) => point)
    return { output: {} }
  },
)
