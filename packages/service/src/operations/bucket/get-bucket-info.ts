import { handler } from '../../call.js'
import { ownerOf } from '../describe.js'

export const getBucketInfo = handler('GetBucketInfo', ({ bucket, endpoints }) => {
  const info = {
    accessMonitor: 'Disabled',
    blockPublicAccess: false,
    comment: '',
    creationDate: bucket.createdAt,
    crossRegionReplication: 'Disabled',
    dataRedundancyType: bucket.redundancy,
    ...endpoints,
    name: bucket.name,
    resourceGroupId: 'rg-default-id',
    storageClass: bucket.storageClass,
    transferAcceleration: 'Disabled',
    owner: ownerOf(bucket.owner),
    accessControlList: { grant: bucket.acl },
    serverSideEncryptionRule: { sseAlgorithm: 'None' },
    bucketPolicy: { logBucket: '', logPrefix: '' },
  } as const
  return { output: {}, result: { bucket: info } }
})
