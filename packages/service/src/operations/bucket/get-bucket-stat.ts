import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { bucketStat } from '../../domain/buckets/buckets.js'

export const getBucketStat = handler('GetBucketStat', ({ domain, bucket }) => {
  return andThen(bucketStat(domain, bucket.name), ({ byClass, ...stat }) => {
    const result = {
      storage: stat.storage,
      objectCount: stat.objects,
      multipartUploadCount: stat.uploads,
      liveChannelCount: 0,
      lastModifiedTime: Math.floor(stat.lastModifiedAt / 1000),
      standardStorage: byClass.Standard.bytes,
      standardObjectCount: byClass.Standard.objects,
      infrequentAccessStorage: byClass.IA.bytes,
      infrequentAccessRealStorage: byClass.IA.bytes,
      infrequentAccessObjectCount: byClass.IA.objects,
      archiveStorage: byClass.Archive.bytes,
      archiveRealStorage: byClass.Archive.bytes,
      archiveObjectCount: byClass.Archive.objects,
      coldArchiveStorage: byClass.ColdArchive.bytes,
      coldArchiveRealStorage: byClass.ColdArchive.bytes,
      coldArchiveObjectCount: byClass.ColdArchive.objects,
      deepColdArchiveStorage: byClass.DeepColdArchive.bytes,
      deepColdArchiveRealStorage: byClass.DeepColdArchive.bytes,
      deepColdArchiveObjectCount: byClass.DeepColdArchive.objects,
      multipartPartCount: stat.parts,
      deleteMarkerCount: stat.deleteMarkers,
    }
    return { output: {}, result }
  })
})
