// size: exempt (a table: one row per operation)

import type { Discriminator, Level, Method } from '../operation.js'

/** An operation that OSS has and Bindery does not: it returns notImplemented with its own name. */
export interface AbsentOperation {
  readonly absent: true
  /** OSS's own name. */
  readonly name: string
  readonly method: Method
  readonly level: Level
  readonly when: readonly Discriminator[]
}

/** `when`: the query keys, or other alternatives. */
function absent(name: string, method: Method, level: Level, ...when: (string | Discriminator)[]): AbsentOperation {
  const keys = when.filter((one) => typeof one === 'string')
  const alternatives = when.filter((one) => typeof one !== 'string')
  return { absent: true, name, method, level, when: keys.length > 0 ? [{ query: keys }] : alternatives }
}

/** In the order of the official reference. A name is listed twice where an operation is addressed in two ways. */
export const ABSENT_OPERATIONS: readonly AbsentOperation[] = [
  // The service
  absent('ListAccessPointsForObjectProcess', 'GET', 'service', 'accessPointForObjectProcess'),
  absent('ListResourcePools', 'GET', 'service', 'resourcePool'),
  absent('GetResourcePoolInfo', 'GET', 'service', 'resourcePoolInfo'),
  absent('ListResourcePoolBuckets', 'GET', 'service', 'resourcePoolBuckets'),
  absent('ListCloudBoxes', 'GET', 'service', 'cloudboxes'),
  absent('WriteGetObjectResponse', 'POST', 'service', 'x-oss-write-get-object-response'),

  // Names, sites, processing
  absent('CreateAccessPointForObjectProcess', 'PUT', 'bucket', 'accessPointForObjectProcess'),
  absent('GetAccessPointForObjectProcess', 'GET', 'bucket', 'accessPointForObjectProcess'),
  absent('DeleteAccessPointForObjectProcess', 'DELETE', 'bucket', 'accessPointForObjectProcess'),
  absent('PutAccessPointConfigForObjectProcess', 'PUT', 'bucket', 'accessPointConfigForObjectProcess'),
  absent('GetAccessPointConfigForObjectProcess', 'GET', 'bucket', 'accessPointConfigForObjectProcess'),
  absent('PutAccessPointPolicyForObjectProcess', 'PUT', 'bucket', 'accessPointPolicyForObjectProcess'),
  absent('GetAccessPointPolicyForObjectProcess', 'GET', 'bucket', 'accessPointPolicyForObjectProcess'),
  absent('DeleteAccessPointPolicyForObjectProcess', 'DELETE', 'bucket', 'accessPointPolicyForObjectProcess'),
  absent('OpenMetaQuery', 'POST', 'bucket', 'metaQuery', 'comp=add'),
  absent('GetMetaQueryStatus', 'GET', 'bucket', 'metaQuery'),
  absent('DoMetaQuery', 'POST', 'bucket', 'metaQuery', 'comp=query'),
  absent('CloseMetaQuery', 'POST', 'bucket', 'metaQuery', 'comp=delete'),
  absent('SetAsyncFetchTask', 'POST', 'bucket', 'asyncFetch'),
  absent('GetAsyncFetchTask', 'GET', 'bucket', 'asyncFetch'),

  // Objects
  absent('AsyncProcessObject', 'POST', 'object', 'x-oss-async-process'),
  absent('RenameObject', 'POST', 'object', 'x-oss-rename'),
  absent('CreateDirectory', 'POST', 'object', 'x-oss-dir'),
  absent('DeleteDirectory', 'POST', 'object', 'x-oss-delete'),

  // Live channels
  absent('PutLiveChannel', 'PUT', 'object', 'live'),
  absent('PutLiveChannelStatus', 'PUT', 'object', 'live', 'status'),
  absent('GetLiveChannelInfo', 'GET', 'object', 'live'),
  absent('GetLiveChannelStat', 'GET', 'object', 'live', 'comp=stat'),
  absent('GetLiveChannelHistory', 'GET', 'object', 'live', 'comp=history'),
  absent('DeleteLiveChannel', 'DELETE', 'object', 'live'),
  absent('PostVodPlaylist', 'POST', 'object', 'vod'),
  absent('GetVodPlaylist', 'GET', 'object', 'vod'),
]

/**
 * Sub-resources that SDKs know and no official page describes, so that their operations have no names: they are absent
 * by their key, whatever the method.
 */
export const UNDESCRIBED_SUBRESOURCES: Readonly<Record<Level, readonly string[]>> = {
  service: ['udf', 'udfApplication', 'udfApplicationLog', 'udfImage', 'udfImageDesc', 'vip', 'vpcip'],
  bucket: [
    'DeleteVectorIndex',
    'GetVectorIndex',
    'ListVectorIndexes',
    'MetaQuery',
    'PutVectorIndex',
    'dataPipeline',
    'img',
    'metadataConfiguration',
    'metadataInventoryTable',
    'metadataJournalTable',
    'vip',
    'vpcip',
  ],
  object: ['group', 'img', 'link', 'objectInfo'],
}
