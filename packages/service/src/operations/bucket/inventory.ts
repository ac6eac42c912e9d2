import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import {
  addInventory,
  deleteInventory,
  findInventories,
  listInventories,
  requestRun,
} from '../../domain/buckets/inventories.js'

export const putBucketInventory = handler('PutBucketInventory', async ({ domain, bucket, document }) => {
  await addInventory(domain, bucket.name, document)
  return { output: {} }
})

export const getBucketInventory = handler('GetBucketInventory', ({ domain, bucket, input: { inventoryId } }) =>
  andThen(findInventories(domain, bucket.name), (inventories) => {
    const found = inventories.find(({ id }) => id === inventoryId)
    if (found === undefined) throw new OssError('noSuchInventory', { inventoryId })
    return { output: {}, result: found }
  }),
)

export const runBucketInventory = handler('RunBucketInventory', async ({ domain, bucket, input: { inventoryId } }) => {
  await requestRun(domain, bucket.name, inventoryId)
  return { output: {} }
})

export const listBucketInventory = handler('ListBucketInventory', ({ domain, bucket, input }) => {
  return andThen(
    listInventories(domain, bucket.name, input.continuationToken ?? ''),
    ({ inventories, isTruncated }) => {
      const nextContinuationToken = isTruncated ? inventories.at(-1)?.id : undefined
      return { output: {}, result: { inventories, isTruncated, nextContinuationToken } }
    },
  )
})

export const deleteBucketInventory = handler('DeleteBucketInventory', async ({ domain, bucket, input }) => {
  await deleteInventory(domain, bucket.name, input.inventoryId)
  return { output: {} }
})
