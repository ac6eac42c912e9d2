// size: exempt (a table: one row per operation)

import type { Level, Method } from '../operation.js'
import type { AbsentOperation } from '../operations/absent.js'

function absent(name: string, method: Method, level: Level, ...query: string[]): AbsentOperation {
  return { absent: true, name, method, level, when: query.length === 0 ? [] : [{ query }] }
}

/** Put, Get and Delete of a configuration of buckets. */
function configuration(name: string, key: string, methods: readonly Method[] = ['PUT', 'GET', 'DELETE']) {
  const verbs = { PUT: 'Put', GET: 'Get', DELETE: 'Delete' } as Partial<Record<Method, string>>
  return methods.map((method) => absent(`${verbs[method]}${name}`, method, 'bucket', key))
}

/** Operations of S3 that Bindery does not have in its dialect. */
export const ABSENT_S3_OPERATIONS: readonly AbsentOperation[] = [
  ...configuration('BucketReplication', 'replication', ['PUT']),
  ...configuration('BucketInventoryConfiguration', 'inventory', ['PUT', 'DELETE']),
  ...configuration('BucketAnalyticsConfiguration', 'analytics', ['PUT', 'DELETE']),
  ...configuration('BucketMetricsConfiguration', 'metrics', ['PUT', 'DELETE']),
  ...configuration('BucketIntelligentTieringConfiguration', 'intelligent-tiering', ['PUT', 'DELETE']),
  ...configuration('BucketMetadataTableConfiguration', 'metadataTable', ['GET', 'DELETE']),
  absent('CreateBucketMetadataTableConfiguration', 'POST', 'bucket', 'metadataTable'),
  ...configuration('BucketMetadataConfiguration', 'metadataConfiguration', ['GET', 'DELETE']),
  absent('CreateBucketMetadataConfiguration', 'POST', 'bucket', 'metadataConfiguration'),
  ...configuration('BucketAbac', 'abac', ['PUT', 'GET']),
  absent('CreateSession', 'GET', 'bucket', 'session'),

  absent('GetObjectTorrent', 'GET', 'object', 'torrent'),
  absent('RenameObject', 'PUT', 'object', 'renameObject'),
  absent('UpdateObjectEncryption', 'PUT', 'object', 'encryption'),
]
