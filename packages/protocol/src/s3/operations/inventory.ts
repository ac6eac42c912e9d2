/** Inventories in S3's form: those of OSS, whose reports are written, in the words of S3. */
import { oneOf, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { implied } from '../../field.js'
import { bucketArn, configurationId } from '../../operations/bucket/configurations.js'
import {
  deleteBucketInventory,
  getBucketInventory,
  type InventoryField,
  listBucketInventory,
  putBucketInventory,
} from '../../operations/bucket/inventory.js'
import type { BucketSettings } from '../../operations/bucket/settings.js'
import { prefixText } from '../../operations/shared.js'
import { element, group, list, type MembersOf, maybe, optionalElement, texts, xml } from '../../xml.js'
import { listInput, namedBy, pageElements, requireSameId } from './configurations.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { mapped } from './document.js'

type Inventory = BucketSettings['inventory']['inventories'][number]

/** Columns with the same name in both protocols, and those of S3 for what has another name, or none, in OSS. */
const FIELDS: Readonly<Record<string, InventoryField>> = {
  Size: 'Size',
  LastModifiedDate: 'LastModifiedDate',
  ETag: 'ETag',
  StorageClass: 'StorageClass',
  IsMultipartUploaded: 'IsMultipartUploaded',
  EncryptionStatus: 'EncryptionStatus',
  ReplicationStatus: 'ReplicationStatus',
  ObjectLockRetainUntilDate: 'ObjectLockRetainUntilDate',
  ObjectLockMode: 'ObjectLockMode',
  ObjectLockLegalHoldStatus: 'ObjectLockLegalHoldStatus',
  IntelligentTieringAccessTier: 'IntelligentTieringAccessTier',
  BucketKeyStatus: 'BucketKeyStatus',
  ChecksumAlgorithm: 'ChecksumAlgorithm',
  ObjectOwner: 'ObjectOwner',
}
/** Columns of S3 that a report here cannot have. */
const ABSENT_FIELDS: readonly string[] = [
  'ObjectAccessControlList',
  'LifecycleExpirationDate',
  'IntelligentTieringReferenceDate',
  'ObjectLockEventHoldDuration',
  'ObjectLockEventHoldStatus',
]

/** Throws elementNotImplemented for a column that a report cannot have. */
const field = {
  name: Object.keys(FIELDS).join(' | '),
  causes: ['malformedXml', 'elementNotImplemented'] as const,
  decode(value: string): InventoryField {
    if (ABSENT_FIELDS.includes(value)) throw new OssError('elementNotImplemented', { element: value })
    const found = FIELDS[value]
    if (found === undefined) throw new OssError('malformedXml')
    return found
  },
  encode: (value: InventoryField) => value,
}

/** Reports are written as CSV. */
const format = {
  name: 'CSV',
  causes: ['malformedXml', 'elementNotImplemented'] as const,
  decode(value: string): 'CSV' {
    if (value === 'ORC' || value === 'Parquet') throw new OssError('elementNotImplemented', { element: value })
    if (value !== 'CSV') throw new OssError('malformedXml')
    return value
  },
  encode: (value: 'CSV') => value,
}

const prefix = optionalElement('Prefix', prefixText)

const members = {
  id: element('Id', configurationId),
  isEnabled: element('IsEnabled', truth('malformedXml')),
  filter: maybe('Filter', group('Filter', { prefix: element('Prefix', prefixText) })),
  destination: group('Destination', {
    bucketDestination: group('S3BucketDestination', {
      accountId: optionalElement('AccountId', text),
      bucket: element('Bucket', bucketArn),
      format: element('Format', format),
      prefix,
      encryption: maybe(
        'Encryption',
        group('Encryption', {
          sseS3: maybe('SSE-S3', group('SSE-S3', {})),
          sseKms: maybe('SSE-KMS', group('SSE-KMS', { keyId: element('KeyId', { ...text, spelled: 'keyId' }) })),
        }),
      ),
    }),
  }),
  schedule: group('Schedule', { frequency: element('Frequency', oneOf(['Daily', 'Weekly'], 'malformedXml')) }),
  includedObjectVersions: element('IncludedObjectVersions', oneOf(['All', 'Current'], 'malformedXml')),
  optionalFields: maybe('OptionalFields', group('OptionalFields', { fields: texts('Field', field) })),
}

type Sent = MembersOf<typeof members>

const ARN_OF_OSS = 'acs:oss:::'
const ARN_OF_S3 = 'arn:aws:s3:::'
const nameIn = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1)

function read(sent: Sent): Inventory {
  const { accountId, bucket, format: _, prefix: folder, encryption } = sent.destination.bucketDestination
  if ((encryption?.sseS3 === undefined) === (encryption?.sseKms === undefined) && encryption !== undefined) {
    throw new OssError('malformedXml')
  }
  return {
    id: sent.id,
    isEnabled: sent.isEnabled,
    filter: sent.filter && { prefix: sent.filter.prefix },
    destination: {
      ossBucketDestination: {
        format: 'CSV',
        accountId,
        bucket: ARN_OF_OSS + nameIn(bucket),
        prefix: folder,
        encryption: encryption && (encryption.sseKms === undefined ? { sseOss: '' } : { sseKms: encryption.sseKms }),
      },
    },
    schedule: sent.schedule,
    includedObjectVersions: sent.includedObjectVersions,
    optionalFields: sent.optionalFields,
    others: [],
  }
}

/** Whether S3 can express an inventory: one of OSS may be monthly, or about sizes, times and classes. */
function isOfS3({ schedule, filter, optionalFields }: Inventory): boolean {
  const { prefix: _, ...conditions } = filter ?? {}
  const isPlain = Object.values(conditions).every((one) => one === undefined)
  return schedule.frequency !== 'Monthly' && isPlain && (optionalFields?.fields ?? []).every((one) => one in FIELDS)
}

function write(inventory: Inventory): Sent {
  const { accountId, bucket, prefix: folder, encryption } = inventory.destination.ossBucketDestination
  return {
    id: inventory.id,
    isEnabled: inventory.isEnabled,
    filter: inventory.filter?.prefix === undefined ? undefined : { prefix: inventory.filter.prefix },
    destination: {
      bucketDestination: {
        accountId,
        bucket: ARN_OF_S3 + nameIn(bucket),
        format: 'CSV',
        prefix: folder,
        encryption: encryption && {
          sseS3: encryption.sseKms === undefined ? {} : undefined,
          sseKms: encryption.sseKms,
        },
      },
    },
    schedule: { frequency: inventory.schedule.frequency === 'Weekly' ? 'Weekly' : 'Daily' },
    includedObjectVersions: inventory.includedObjectVersions,
    optionalFields: inventory.optionalFields,
  }
}

const configuration = mapped(xml('InventoryConfiguration', members), { read, write })

const page = mapped(
  xml('ListInventoryConfigurationsResult', { ...pageElements, inventories: list('InventoryConfiguration', members) }),
  {
    read: ({ inventories, ...rest }) => ({ ...rest, inventories: inventories.map(read) }),
    write: ({ inventories, ...rest }) => ({ ...rest, inventories: inventories.filter(isOfS3).map(write) }),
  },
)

const named = { when: [{ query: ['inventory', 'id'] }] }
const inventoryId = namedBy

/** The operations on inventories. */
export const inventoryOperations = [
  s3Operation({
    ...sharedWith(putBucketInventory),
    ...named,
    name: 'PutBucketInventoryConfiguration',
    source: s3Page('PutBucketInventoryConfiguration'),
    /** One that exists is replaced, and a report needs no role. */
    input: { inventoryId, replaces: implied(true) },
    body: configuration,
    decodeWith: (decode, _, input) => requireSameId(decode(), input.inventoryId),
    output: {},
    errors: [...putBucketInventory.errors, 'configurationIdDiffers', 'bucketArnInvalid', 'elementNotImplemented'],
  }),
  s3Operation({
    ...sharedWith(getBucketInventory),
    ...named,
    name: 'GetBucketInventoryConfiguration',
    source: s3Page('GetBucketInventoryConfiguration'),
    input: { inventoryId },
    output: {},
    result: configuration,
  }),
  s3Operation({
    ...sharedWith(listBucketInventory),
    name: 'ListBucketInventoryConfigurations',
    source: s3Page('ListBucketInventoryConfigurations'),
    input: { ...listInput, mayBeEmpty: implied(true) },
    output: {},
    result: page,
  }),
  s3Operation({
    ...sharedWith(deleteBucketInventory),
    ...named,
    name: 'DeleteBucketInventoryConfiguration',
    source: s3Page('DeleteBucketInventoryConfiguration'),
    input: { inventoryId, mustExist: implied(true) },
    output: {},
    errors: [...deleteBucketInventory.errors, 'noSuchInventory'],
  }),
] as const
