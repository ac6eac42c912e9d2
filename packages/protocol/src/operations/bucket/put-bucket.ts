import { type Codec, oneOf, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { header, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { optionalDocument, optionalElement, storedOnly, xml } from '../../xml.js'
import { dataEncryption, sseAlgorithm } from '../encryption-fields.js'
import { bucketAcl, DOCUMENT_CAUSES, page, redundancy, STORAGE_CLASSES } from '../shared.js'
import { resourceGroupId } from './resource-group.js'
import { bucketTaggingHeader } from './tags.js'

const storageClass = oneOf(STORAGE_CLASSES, 'invalidBucketStorageClass')

const configuration = xml('CreateBucketConfiguration', {
  storageClass: optionalElement('StorageClass', storageClass),
  dataRedundancyType: optionalElement('DataRedundancyType', redundancy),
  locationConstraint: optionalElement('LocationConstraint', text),
  /** S3 alone; OSS has them in a header. */
  tagging: storedOnly<Tagging>(),
})

type Tagging = typeof bucketTaggingHeader extends Codec<infer T> ? T : never
/** The document by which a bucket is created. */
export type NewBucketDocument = typeof configuration extends Document<infer T> ? T : never

/** The owner may repeat it: what a header sets is set; class, redundancy and place must be as they were. */
export const putBucket = operation({
  name: 'PutBucket',
  summary: 'Creates a bucket.',
  source: page(31959),
  method: 'PUT',
  level: 'bucket',
  createsBucket: true,
  permissions: ['oss:PutBucket'],
  permissionsWith: {
    'x-oss-acl': 'oss:PutBucketAcl',
    'x-oss-server-side-encryption': 'oss:PutBucketEncryption',
    'x-oss-resource-group-id': 'oss:PutBucketResourceGroup',
    'x-oss-bucket-tagging': 'oss:PutBucketTagging',
  },
  input: {
    acl: optional(header('x-oss-acl', bucketAcl)),
    sseAlgorithm: optional(header('x-oss-server-side-encryption', sseAlgorithm)),
    kmsDataEncryption: optional(header('x-oss-server-side-data-encryption', dataEncryption)),
    kmsMasterKeyId: optional(header('x-oss-server-side-encryption-key-id', text)),
    resourceGroupId: optional(header('x-oss-resource-group-id', resourceGroupId)),
    tagging: optional(header('x-oss-bucket-tagging', bucketTaggingHeader)),
  },
  body: optionalDocument(configuration),
  status: 200,
  output: { location: header('Location', text) },
  errors: [
    'headerNotImplemented',
    'bucketNameTaken',
    'publicBucketAclBlocked',
    'bucketStorageClassFixed',
    'bucketRedundancyFixed',
    'tooManyBuckets',
    'invalidLocationConstraint',
    'invalidBucketStorageClass',
    'invalidArgument',
    'keyIdWithoutKms',
    ...DOCUMENT_CAUSES,
  ],
})
