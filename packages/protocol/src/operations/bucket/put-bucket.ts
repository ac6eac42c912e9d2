import { oneOf, text } from '../../codec.js'
import { header, optional } from '../../field.js'
import { operation, refuseHeader } from '../../operation.js'
import { optionalDocument, optionalElement, xml } from '../../xml.js'
import { bucketAcl, DOCUMENT_CAUSES, page, redundancy, refuseEncryption, refuseResourceGroup } from '../shared.js'

const storageClass = oneOf(['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'], 'invalidBucketStorageClass')

/** The owner may repeat it: the ACL, if one is sent, is set; the other attributes must be as they were. */
export const putBucket = operation({
  name: 'PutBucket',
  summary: 'Creates a bucket.',
  source: page(31959),
  method: 'PUT',
  level: 'bucket',
  createsBucket: true,
  permissions: ['oss:PutBucket'],
  input: { acl: optional(header('x-oss-acl', bucketAcl)) },
  body: optionalDocument(
    xml('CreateBucketConfiguration', {
      storageClass: optionalElement('StorageClass', storageClass),
      dataRedundancyType: optionalElement('DataRedundancyType', redundancy),
      locationConstraint: optionalElement('LocationConstraint', text),
    }),
  ),
  status: 200,
  output: { location: header('Location', text) },
  errors: [
    'bucketNameTaken',
    'publicBucketAclBlocked',
    'bucketStorageClassFixed',
    'bucketRedundancyFixed',
    'tooManyBuckets',
    'invalidLocationConstraint',
    'invalidBucketStorageClass',
    'invalidArgument',
    ...DOCUMENT_CAUSES,
  ],
  refuses: [...refuseEncryption, refuseResourceGroup, refuseHeader('x-oss-bucket-tagging')],
})
