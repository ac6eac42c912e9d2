import { OBJECTS_PAGE_SIZE_DEFAULT } from '@bindery/protocol'
import { handler } from '../../call.js'
import { listBuckets as readBuckets } from '../../domain/buckets/buckets.js'
import type { BucketRecord } from '../../domain/stored/model.js'
import type { RegionEndpoints } from '../../response/endpoint.js'
import { ownerOf } from '../describe.js'

export const listBuckets = handler('ListBuckets', async (call) => {
  const owner = call.accountId
  const { prefix = '', marker = '', maxKeys = OBJECTS_PAGE_SIZE_DEFAULT } = call.input
  const { buckets, nextMarker } = await readBuckets(call.domain, { owner, prefix, marker, maxKeys })
  const isTruncated = nextMarker !== undefined
  const asked = Object.values(call.input).some((value) => value !== undefined)
  const result = {
    ...(asked || isTruncated ? { prefix, marker, maxKeys, isTruncated, nextMarker } : {}),
    owner: ownerOf(owner),
    buckets: { bucket: buckets.map((bucket) => listed(bucket, call.region, call.endpoints)) },
  }
  return { output: {}, result }
})

function listed({ name, createdAt, storageClass }: BucketRecord, region: string, endpoints: RegionEndpoints) {
  return { creationDate: createdAt, ...endpoints, name, region, storageClass }
}
