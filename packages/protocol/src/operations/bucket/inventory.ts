/** Reports about the objects of a bucket, which are written as objects into a target bucket. */

import { type Codec, integer, matching, oneOf, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { optional, query, required } from '../../field.js'
import { operation } from '../../operation.js'
import {
  defaultedElement,
  element,
  group,
  groupOrEmpty,
  list,
  type Member,
  maybe,
  optionalElement,
  others,
  storedOnly,
  texts,
  xml,
} from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES, prefixText } from '../shared.js'

const seconds = integer(0, Number.MAX_SAFE_INTEGER)
const bytes = integer(0, Number.MAX_SAFE_INTEGER)
const id = matching('id of an inventory', /^[A-Za-z0-9_-]{1,64}$/)

/** `All`, or classes with commas between them, which OSS returns in alphabetical order. */
const classes: Codec<string> = { ...text, decode: (value) => value.split(',').sort().join(',') }

/** Columns that a report may have besides bucket and key. */
const FIELDS = [
  'Size',
  'LastModifiedDate',
  'ETag',
  'StorageClass',
  'IsMultipartUploaded',
  'EncryptionStatus',
  'ObjectAcl',
  'TaggingCount',
  'ObjectType',
  'Crc64',
  'TransitionTime',
] as const

/** Columns that inventories of S3 may have besides. */
const FIELDS_OF_S3 = [
  'ReplicationStatus',
  'ObjectLockRetainUntilDate',
  'ObjectLockMode',
  'ObjectLockLegalHoldStatus',
  'IntelligentTieringAccessTier',
  'BucketKeyStatus',
  'ChecksumAlgorithm',
  'ObjectOwner',
] as const

/** A column of a report. */
export type InventoryField = (typeof FIELDS)[number] | (typeof FIELDS_OF_S3)[number]

/** The columns of a report. Those of S3 are kept, and not shown. */
function columns(): Member<readonly InventoryField[]> {
  const isOfOss = (field: InventoryField): field is (typeof FIELDS)[number] => FIELDS.some((one) => one === field)
  const whole = texts('Field', oneOf(FIELDS, 'malformedXml'))
  return { ...whole, encode: (fields, context) => whole.encode(fields.filter(isOfOss), context) }
}

const encryption = group('Encryption', {
  sseOss: optionalElement('SSE-OSS', text),
  /** Without a key: the default one of the server. */
  sseKms: maybe('SSE-KMS', group('SSE-KMS', { keyId: defaultedElement('KeyId', text, '') })),
})

const inventory = {
  id: element('Id', id),
  isEnabled: element('IsEnabled', truth('malformedXml')),
  filter: maybe(
    'Filter',
    group('Filter', {
      prefix: optionalElement('Prefix', prefixText),
      lastModifyBeginTimeStamp: optionalElement('LastModifyBeginTimeStamp', seconds),
      lastModifyEndTimeStamp: optionalElement('LastModifyEndTimeStamp', seconds),
      lowerSizeBound: optionalElement('LowerSizeBound', bytes),
      upperSizeBound: optionalElement('UpperSizeBound', bytes),
      storageClass: optionalElement('StorageClass', classes),
    }),
  ),
  destination: group('Destination', {
    ossBucketDestination: group('OSSBucketDestination', {
      format: element('Format', oneOf(['CSV'], 'malformedXml')),
      accountId: optionalElement('AccountId', text),
      roleArn: optionalElement('RoleArn', text),
      bucket: element('Bucket', text),
      prefix: optionalElement('Prefix', prefixText),
      encryption: maybe('Encryption', encryption),
    }),
  }),
  schedule: groupOrEmpty('Schedule', {
    frequency: optionalElement('Frequency', oneOf(['Daily', 'Weekly', 'Monthly'], 'malformedXml')),
    dayOfMonth: optionalElement('DayOfMonth', integer(1, 31)),
  }),
  includedObjectVersions: element('IncludedObjectVersions', oneOf(['All', 'Current'], 'malformedXml')),
  optionalFields: maybe('OptionalFields', group('OptionalFields', { fields: columns() })),
  /** Reports of what changed are not made; their settings are returned as they came. */
  others: others(/^IncrementalInventory$/),
  /** Milliseconds since 1970: when it was set, and when its last report was begun. */
  createdAt: storedOnly<number>(),
  ranAt: storedOnly<number>(),
  /** A report is due at once. */
  isRequested: storedOnly<boolean>(),
}

/** All inventories of a bucket, in the order of their ids. */
export const inventoriesDocument = {
  kind: 'inventory',
  document: xml('Inventories', { inventories: list('InventoryConfiguration', inventory) }),
  rowsMax: 20,
} as const satisfies StoredDocument<'inventory', unknown>

const configuration = xml('InventoryConfiguration', inventory)
const inventoryId = required(query('inventoryId', id), 'invalidArgument', { argumentName: 'inventoryId' })

export const putBucketInventory = operation({
  name: 'PutBucketInventory',
  summary: 'Adds a report about the objects of a bucket.',
  source: apiPage('PutBucketInventory'),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['inventory', 'inventoryId'] }],
  permissions: ['oss:PutBucketInventory'],
  targetPermissions: ['oss:PutObject'],
  input: { inventoryId },
  body: configuration,
  decodeWith(read, _, input) {
    const sent = read()
    if (sent.id !== input.inventoryId) throw new OssError('invalidArgument', { argumentName: 'Id' })
    const { sseOss, sseKms } = sent.destination.ossBucketDestination.encryption ?? {}
    if (sseOss !== undefined && sseKms !== undefined) throw new OssError('malformedXml')
    return sent
  },
  status: 200,
  output: {},
  errors: [
    'noSuchBucket',
    'inventoryExists',
    'inventoryTooMany',
    'inventoryWithoutFrequency',
    'inventoryWithoutRole',
    'inventoryTargetName',
    'inventoryTarget',
    'entityTooLarge',
    'invalidArgument',
    'invalidPrefix',
    ...DOCUMENT_CAUSES,
  ],
})

/** OSS makes reports at its own times alone. */
export const runBucketInventory = operation({
  name: 'RunBucketInventory',
  summary: 'Has a report of an inventory made within a minute, whatever its schedule.',
  extension: true,
  source: 'docs/guides/extensions.md#inventories',
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['inventory', 'inventoryId', 'x-oss-ext-run'] }],
  permissions: ['oss:PutBucketInventory'],
  input: { inventoryId },
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'noSuchInventory', 'entityTooLarge'],
})

export const getBucketInventory = operation({
  name: 'GetBucketInventory',
  summary: 'Reads a report that was added.',
  source: apiPage('GetBucketInventory'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['inventory', 'inventoryId'] }],
  permissions: ['oss:GetBucketInventory'],
  input: { inventoryId },
  status: 200,
  output: {},
  result: configuration,
  errors: ['noSuchBucket', 'noSuchInventory'],
})

export const listBucketInventory = operation({
  name: 'ListBucketInventory',
  summary: 'Lists the reports of a bucket, 100 per page; a bucket that has none gets 404.',
  source: apiPage('ListBucketInventory'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['inventory'] }],
  permissions: ['oss:GetBucketInventory'],
  input: { continuationToken: optional(query('continuation-token', text)) },
  status: 200,
  output: {},
  result: xml('ListInventoryConfigurationsResult', {
    inventories: list('InventoryConfiguration', inventory),
    isTruncated: element('IsTruncated', truth()),
    continuationToken: optionalElement('ContinuationToken', text),
    nextContinuationToken: optionalElement('NextContinuationToken', text),
  }),
  errors: ['noSuchBucket', 'noSuchInventory'],
})

export const deleteBucketInventory = operation({
  name: 'DeleteBucketInventory',
  summary: 'Deletes a report; succeeds even if it was not added. What was written stays.',
  source: apiPage('DeleteBucketInventory'),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['inventory', 'inventoryId'] }],
  permissions: ['oss:DeleteBucketInventory'],
  input: { inventoryId },
  status: 204,
  output: {},
  errors: ['noSuchBucket'],
})
