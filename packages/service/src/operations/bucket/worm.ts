import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { readBucket } from '../../domain/buckets/buckets.js'
import { abortWorm, completeWorm, extendWorm, initiateWorm, readWorm } from '../../domain/buckets/worm.js'

export const initiateBucketWorm = handler('InitiateBucketWorm', async ({ domain, bucket, document }) => {
  return { output: { wormId: await initiateWorm(domain, bucket.name, document.days) } }
})

export const abortBucketWorm = handler('AbortBucketWorm', async ({ domain, bucket }) => {
  await abortWorm(domain, bucket.name)
  return { output: {} }
})

export const completeBucketWorm = handler('CompleteBucketWorm', async ({ domain, bucket, input }) => {
  await completeWorm(domain, bucket.name, input.wormId)
  return { output: {} }
})

export const extendBucketWorm = handler('ExtendBucketWorm', async ({ domain, bucket, input, document }) => {
  await extendWorm(domain, bucket.name, input.wormId, document.days)
  return { output: {} }
})

export const getBucketWorm = handler('GetBucketWorm', ({ domain, bucket: { name } }) => {
  const found = domain.metadata.read((reader) =>
    andThen(readBucket(domain, reader, name), (record) => readWorm(domain, reader, record)),
  )
  return andThen(found, (worm) => {
    if (worm === undefined) throw new OssError('noSuchWorm')
    return { output: {}, result: worm }
  })
})
