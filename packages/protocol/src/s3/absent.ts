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
  ...configuration('BucketMetadataTableConfiguration', 'metadataTable', ['GET', 'DELETE']),
  absent('CreateBucketMetadataTableConfiguration', 'POST', 'bucket', 'metadataTable'),
  ...configuration('BucketMetadataConfiguration', 'metadataConfiguration', ['GET', 'DELETE']),
  absent('CreateBucketMetadataConfiguration', 'POST', 'bucket', 'metadataConfiguration'),
  ...configuration('BucketAbac', 'abac', ['PUT', 'GET']),
  absent('UpdateBucketMetadataInventoryTableConfiguration', 'PUT', 'bucket', 'metadataInventoryTable'),
  absent('UpdateBucketMetadataJournalTableConfiguration', 'PUT', 'bucket', 'metadataJournalTable'),
  absent('UpdateBucketMetadataAnnotationTableConfiguration', 'PUT', 'bucket', 'metadataAnnotationTable'),
  absent('CreateSession', 'GET', 'bucket', 'session'),

  absent('GetObjectTorrent', 'GET', 'object', 'torrent'),
  absent('PutObjectAnnotation', 'PUT', 'object', 'annotation'),
  absent('GetObjectAnnotation', 'GET', 'object', 'annotation', 'x-id=GetObjectAnnotation'),
  absent('ListObjectAnnotations', 'GET', 'object', 'annotation'),
  absent('DeleteObjectAnnotation', 'DELETE', 'object', 'annotation'),
  absent('RenameObject', 'PUT', 'object', 'renameObject'),
  absent('UpdateObjectEncryption', 'PUT', 'object', 'encryption'),
]
