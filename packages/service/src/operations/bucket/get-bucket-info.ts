import { andThen, together } from '@bindery/storage'
import { handler } from '../../call.js'
import { readBucket, readResourceGroup } from '../../domain/buckets/buckets.js'
import { readDocument } from '../../domain/stored/documents.js'
import { ownerOf } from '../describe.js'

export const getBucketInfo = handler('GetBucketInfo', ({ domain, bucket: { name }, endpoints }) => {
  const info = domain.metadata.read((reader) =>
    andThen(readBucket(domain, reader, name), (bucket) => {
      const documents = together(
        readDocument(reader, bucket, 'accessmonitor'),
        readDocument(reader, bucket, 'publicAccessBlock'),
        readDocument(reader, bucket, 'transferAcceleration'),
        readResourceGroup(reader, bucket),
        readDocument(reader, bucket, 'encryption'),
        readDocument(reader, bucket, 'logging'),
      )
      return andThen(documents, ([monitor, block, acceleration, resourceGroupId, encryption, logging]) => {
        const { targetBucket = '', targetPrefix = '' } = logging?.loggingEnabled ?? {}
        return {
          accessMonitor: monitor?.status ?? 'Disabled',
          blockPublicAccess: block?.blockPublicAccess ?? false,
          comment: '',
          creationDate: bucket.createdAt,
          crossRegionReplication:
            bucket.documents?.replication === undefined ? ('Disabled' as const) : ('Enabled' as const),
          dataRedundancyType: bucket.redundancy,
          ...endpoints,
          name,
          resourceGroupId,
          storageClass: bucket.storageClass,
          transferAcceleration: acceleration?.enabled === true ? ('Enabled' as const) : ('Disabled' as const),
          versioning: bucket.versioning,
          owner: ownerOf(bucket.owner),
          accessControlList: { grant: bucket.acl },
          serverSideEncryptionRule: encryption?.byDefault ?? { sseAlgorithm: 'None' as const },
          bucketPolicy: { logBucket: targetBucket, logPrefix: targetPrefix },
        }
      })
    }),
  )
  return andThen(info, (bucket) => ({ output: {}, result: { bucket } }))
})
