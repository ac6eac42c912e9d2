import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import {
  deleteInventory,
  findInventories,
  listInventories,
  putInventory,
  requestRun,
  targetOf,
} from '../../domain/buckets/inventories.js'
import { prefixOf } from '../../domain/upkeep/write-inventories.js'
import { authoriseReports } from './report-target.js'

export const putBucketInventory = handler('PutBucketInventory', async (call) => {
  const { domain, bucket, document, input } = call
  const target = targetOf(document)
  if (target !== undefined) await authoriseReports(call, target, prefixOf(document))
  await putInventory(domain, bucket.name, document, { replaces: input.replaces ?? false })
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
  const { continuationToken, mayBeEmpty = continuationToken !== undefined } = input
  return andThen(listInventories(domain, bucket.name, continuationToken ?? ''), ({ page: inventories, ...rest }) => {
    if (inventories.length === 0 && !mayBeEmpty) throw new OssError('noSuchInventory')
    return { output: {}, result: { inventories, continuationToken, ...rest } }
  })
})

export const deleteBucketInventory = handler('DeleteBucketInventory', async ({ domain, bucket, input }) => {
  await deleteInventory(domain, bucket.name, input.inventoryId, { mustExist: input.mustExist ?? false })
  return { output: {} }
})
