import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { addInventory, deleteInventory, findInventories, listInventories } from '../../domain/buckets/inventories.js'

export const putBucketInventory = handler('PutBucketInventory', async ({ domain, bucket, input, document }) => {
  if (document.id !== input.inventoryId) throw new OssError('invalidArgument', { ArgumentName: 'Id' })
  await addInventory(domain, bucket.name, document)
  return { output: {} }
})

export const getBucketInventory = handler('GetBucketInventory', async ({ domain, bucket, input: { inventoryId } }) => {
  const found = (await findInventories(domain, bucket.name)).find(({ id }) => id === inventoryId)
  if (found === undefined) throw new OssError('noSuchInventory', { InventoryId: inventoryId })
  return { output: {}, result: found }
})

export const listBucketInventory = handler('ListBucketInventory', async ({ domain, bucket, input }) => {
  const { inventories, isTruncated } = await listInventories(domain, bucket.name, input.continuationToken ?? '')
  const nextContinuationToken = isTruncated ? inventories.at(-1)?.id : undefined
  return { output: {}, result: { inventories, isTruncated, nextContinuationToken } }
})

export const deleteBucketInventory = handler('DeleteBucketInventory', async ({ domain, bucket, input }) => {
  await deleteInventory(domain, bucket.name, input.inventoryId)
  return { output: {} }
})
