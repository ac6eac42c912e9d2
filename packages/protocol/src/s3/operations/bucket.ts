import { oneOf, text, truth } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { header, implied, optional, withDefault } from '../../field.js'
import { refuseHeader } from '../../operation.js'
import { deleteBucket as ossDeleteBucket } from '../../operations/bucket/delete-bucket.js'
import { getBucketLocation as ossGetBucketLocation } from '../../operations/bucket/get-bucket-location.js'
import {
  getBucketVersioning as ossGetBucketVersioning,
  versioningState,
} from '../../operations/bucket/get-bucket-versioning.js'
import { headBucket as ossHeadBucket } from '../../operations/bucket/head-bucket.js'
import { objectOwnership } from '../../operations/bucket/ownership-controls.js'
import { type NewBucketDocument, putBucket } from '../../operations/bucket/put-bucket.js'
import { putBucketVersioning as ossPutBucketVersioning } from '../../operations/bucket/put-bucket-versioning.js'
import { maybe, optionalDocument, optionalElement, xml, xmlText } from '../../xml.js'
import { bucketTagSet, checkedTags, TAG_CAUSES } from './bucket-tags.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { mapped } from './document.js'
import { cannedBucketAcl } from './shared.js'

const refuseGrants = ['read', 'write', 'read-acp', 'write-acp', 'full-control'].map((right) =>
  refuseHeader(`x-amz-grant-${right}`),
)

/** Tags that a new bucket begins with. */
const configuration = mapped(xml('CreateBucketConfiguration', { tags: maybe('Tags', bucketTagSet('Tags')) }), {
  read: ({ tags }): NewBucketDocument =>
    tags === undefined || tags.tags.length === 0 ? {} : { tagging: { tagSet: checkedTags(tags) } },
  write: ({ tagging }) => ({ tags: tagging?.tagSet }),
})

/** Any location is taken: clients send the region that they are configured with. The owner may repeat it. */
const createBucket = s3Operation({
  name: 'CreateBucket',
  handledAs: 'PutBucket',
  summary: 'Creates a bucket.',
  source: s3Page('CreateBucket'),
  method: 'PUT',
  level: 'bucket',
  createsBucket: true,
  permissions: putBucket.permissions,
  permissionsWith: {
    'x-amz-acl': 'oss:PutBucketAcl',
    'x-amz-object-ownership': 'oss:PutBucketAcl',
    'x-amz-bucket-object-lock-enabled': 'oss:PutBucketObjectWormConfiguration',
  },
  /** A new bucket is private anyway, and one that exists stays as it is. */
  settingNothing: { 'x-amz-acl': 'private' },
  input: {
    acl: optional(header('x-amz-acl', cannedBucketAcl)),
    aclIsOfListing: implied(true),
    /** A bucket that its owner creates again stays as it is. */
    keepsExisting: implied(true),
    objectLock: withDefault(header('x-amz-bucket-object-lock-enabled', truth()), false),
    objectOwnership: optional(header('x-amz-object-ownership', objectOwnership)),
  },
  body: optionalDocument(configuration),
  bodyPermissions: ['oss:PutBucketTagging'],
  status: 200,
  output: putBucket.output,
  errors: [...putBucket.errors, ...TAG_CAUSES, 'bucketAlreadyOwned', 'publicAclWithOwnership'],
  refuses: refuseGrants,
})

const deleteBucket = s3Operation({
  ...sharedWith(ossDeleteBucket),
  name: 'DeleteBucket',
  source: s3Page('DeleteBucket'),
  /** Uploads that are still open end with their bucket. */
  input: { ...ossDeleteBucket.input, abortsUploads: implied(true) },
  output: ossDeleteBucket.output,
})

const headBucket = s3Operation({
  ...sharedWith(ossHeadBucket),
  name: 'HeadBucket',
  source: s3Page('HeadBucket'),
  input: ossHeadBucket.input,
  output: { region: header('x-amz-bucket-region', text) },
})

const location = xmlText('LocationConstraint')

/** A bare region; the first one of S3 is written as an empty element. */
const regionAlone: Document<string> = {
  ...location,
  encode: (place, notation) => location.encode(place.replace(/^oss-/, '').replace(/^us-east-1$/, ''), notation),
}

const getBucketLocation = s3Operation({
  ...sharedWith(ossGetBucketLocation),
  name: 'GetBucketLocation',
  summary: 'Returns the region of a bucket.',
  source: s3Page('GetBucketLocation'),
  input: ossGetBucketLocation.input,
  output: ossGetBucketLocation.output,
  result: regionAlone,
})

const versioning = mapped(
  xml('VersioningConfiguration', {
    status: optionalElement('Status', oneOf(['Enabled', 'Suspended'], 'malformedXml')),
    mfaDelete: optionalElement('MfaDelete', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
  }),
  {
    read({ status, mfaDelete }) {
      if (mfaDelete === 'Enabled') throw new OssError('elementNotImplemented', { element: 'MfaDelete' })
      if (status === undefined) throw new OssError('versioningWithoutStatus')
      return { status }
    },
    write: (setting) => setting,
  },
)

const putBucketVersioning = s3Operation({
  ...sharedWith(ossPutBucketVersioning),
  name: 'PutBucketVersioning',
  source: s3Page('PutBucketVersioning'),
  input: ossPutBucketVersioning.input,
  body: versioning,
  output: {},
  errors: [...ossPutBucketVersioning.errors, 'versioningWithoutStatus', 'elementNotImplemented'],
})

const getBucketVersioning = s3Operation({
  ...sharedWith(ossGetBucketVersioning),
  name: 'GetBucketVersioning',
  source: s3Page('GetBucketVersioning'),
  input: ossGetBucketVersioning.input,
  output: {},
  result: versioningState,
})

/** The operations on buckets themselves, and on their versioning. */
export const bucketOperations = [
  createBucket,
  deleteBucket,
  headBucket,
  getBucketLocation,
  putBucketVersioning,
  getBucketVersioning,
] as const
