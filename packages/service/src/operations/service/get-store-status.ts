import { handler } from '../../call.js'
import { bucketStats, garbageStat } from '../../domain/upkeep/store-status.js'

export const getStoreStatus = handler('GetStoreStatus', async ({ domain, accountId }) => {
  const garbage = await garbageStat(domain)
  const stats = await bucketStats(domain, accountId)
  const buckets = stats.map(([name, { objects, storage, uploads, parts, partBytes }]) => ({
    name,
    objects,
    objectBytes: storage,
    uploads,
    parts,
    partBytes,
  }))
  return { output: {}, result: { garbage, buckets } }
})
