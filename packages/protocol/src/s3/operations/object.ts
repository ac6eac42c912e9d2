import { percentDecode } from '@bindery/bytes'
import { badArgument, type Codec, etag, oneOf, text } from '../../codec.js'
import { header, implied, omit, optional, withDefault } from '../../field.js'
import { bucketName, soughtKey } from '../../names.js'
import { refuseHeader, refuseQuery } from '../../operation.js'
import { copyObject as ossCopyObject } from '../../operations/object/copy-object.js'
import type { CopySourceName } from '../../operations/object/copy-source.js'
import { deletedList, deletedObjects, deleteMultipleObjects } from '../../operations/object/delete-multiple-objects.js'
import { deleteObject as ossDeleteObject } from '../../operations/object/delete-object.js'
import { getObject as ossGetObject } from '../../operations/object/get-object.js'
import { headObject as ossHeadObject } from '../../operations/object/head-object.js'
import { BYPASS_PERMISSION, bypassGovernance } from '../../operations/object/holds.js'
import { objectHeaders } from '../../operations/object/object-headers.js'
import {
  checkedTagging,
  deleteObjectTagging as ossDeleteObjectTagging,
  getObjectTagging as ossGetObjectTagging,
  putObjectTagging as ossPutObjectTagging,
  taggingDocument,
} from '../../operations/object/object-tagging.js'
import { optionObject } from '../../operations/object/option-object.js'
import { putObject as ossPutObject } from '../../operations/object/put-object.js'
import { contentMd5, etagElement, lastModifiedElement, versionIdText } from '../../operations/shared.js'
import { xml } from '../../xml.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import {
  checksumElements,
  checksumHeaders,
  description,
  refuseOnWrite,
  WRITE_CONDITION_CAUSES,
  writeConditions,
} from './shared.js'

const putObject = s3Operation({
  name: 'PutObject',
  handledAs: 'PutObject',
  summary: ossPutObject.summary,
  source: s3Page('PutObject'),
  method: 'PUT',
  level: 'object',
  permissions: ossPutObject.permissions,
  permissionsWith: { 'x-amz-tagging': 'oss:PutObjectTagging', 'x-amz-acl': 'oss:PutObjectAcl' },
  input: {
    ...description,
    ...writeConditions,
    contentMd5,
    tagging: ossPutObject.input.tagging,
    userMetadata: ossPutObject.input.userMetadata,
    forbidOverwrite: implied(false),
  },
  body: 'bytes',
  status: 200,
  output: {
    etag: header('ETag', etag),
    versionId: ossPutObject.output.versionId,
    expiration: ossPutObject.output.expiration,
    ...checksumHeaders,
  },
  errors: [...ossPutObject.errors, ...WRITE_CONDITION_CAUSES],
  refuses: refuseOnWrite,
})

/** `ENABLED`: the object's checksum is wanted. */
const checksumMode = optional(header('x-amz-checksum-mode', text))

/** S3 ignores what is not one range in exactly this form. */
const range: Codec<string | undefined> = {
  name: 'bytes=FIRST-[LAST] | bytes=-LENGTH',
  decode: (value) => (/^bytes=(?:\d{1,15}-\d{0,15}|-\d{1,15})$/.test(value) ? value : undefined),
  encode: (value) => value ?? '',
}

const getObject = s3Operation({
  ...sharedWith(ossGetObject),
  name: 'GetObject',
  source: s3Page('GetObject'),
  input: {
    // bytes are never compressed: checksums are of what is stored
    ...omit(ossGetObject.input, 'acceptEncoding', 'trafficLimit'),
    range: optional(header('Range', range)),
    rangeBehavior: implied<string>('standard'),
    checksumMode,
  },
  output: { ...omit(ossGetObject.output, 'contentMd5'), ...checksumHeaders },
  result: 'bytes',
  refuses: [refuseQuery('partNumber')],
})

const headObject = s3Operation({
  ...sharedWith(ossHeadObject),
  name: 'HeadObject',
  source: s3Page('HeadObject'),
  input: { ...ossHeadObject.input, checksumMode },
  output: { ...omit(objectHeaders, 'contentMd5'), ...checksumHeaders },
  refuses: [refuseQuery('partNumber')],
})

const deleteObject = s3Operation({
  ...sharedWith(ossDeleteObject),
  name: 'DeleteObject',
  source: s3Page('DeleteObject'),
  permissionsWith: BYPASS_PERMISSION,
  input: ossDeleteObject.input,
  output: ossDeleteObject.output,
  refuses: [...(ossDeleteObject.refuses ?? []), refuseHeader('If-Match')],
})

const anyVersion = versionIdText()

/** `[/]bucket/key`, percent-encoded as a whole or in part, a plus for a blank; `?versionId=` may follow. */
export const copySource: Codec<CopySourceName> = {
  ...ossCopyObject.input.copySource.codec,
  name: '[/]bucket/encoded-key',
  decode(value, argument) {
    const [path = '', version] = value.split('?versionId=')
    const decoded = percentDecode(path.replace(/^\//, '').replaceAll('+', ' '))
    const slash = decoded?.indexOf('/') ?? -1
    if (decoded === undefined || slash === -1 || slash === decoded.length - 1) {
      throw badArgument('copySourceInvalid', argument, value)
    }
    const name = { bucket: bucketName(decoded.slice(0, slash)), key: soughtKey(decoded.slice(slash + 1)) }
    return version === undefined
      ? name
      : { ...name, version: anyVersion.decode(percentDecode(version) ?? '', argument) }
  },
  encode: ({ bucket, key, version }) =>
    `${bucket}/${encodeURIComponent(key)}${version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`}`,
}

const directive = oneOf(['COPY', 'REPLACE'])

const copyObject = s3Operation({
  ...sharedWith(ossCopyObject),
  name: 'CopyObject',
  source: s3Page('CopyObject'),
  permissionsWith: { 'x-amz-tagging': 'oss:PutObjectTagging', 'x-amz-acl': 'oss:PutObjectAcl' },
  input: {
    ...omit(ossCopyObject.input, 'trafficLimit'),
    ...description,
    ...writeConditions,
    copySource: header('x-amz-copy-source', copySource),
    metadataDirective: withDefault(header('x-amz-metadata-directive', directive), 'COPY'),
    taggingDirective: withDefault(header('x-amz-tagging-directive', directive), 'COPY'),
    forbidOverwrite: implied(false),
    /** A copy onto itself must change something, and changes nothing else. */
    mustChange: implied(true),
  },
  output: omit(ossCopyObject.output, 'etag', 'crc64'),
  result: xml('CopyObjectResult', { etag: etagElement, lastModified: lastModifiedElement, ...checksumElements }),
  errors: [...ossCopyObject.errors, ...WRITE_CONDITION_CAUSES, 'copyOntoItself'],
  // there is no answer without a body that says that the target is as it is asked for
  answersAs: { ...ossCopyObject.answersAs, notModified: 'preconditionFailed' },
  refuses: refuseOnWrite,
})

const deleted = xml('DeleteResult', { deleted: deletedList })

/** The body must have an MD5 or a checksum. A quiet request gets a document without entries. */
const deleteObjects = s3Operation({
  ...sharedWith(deleteMultipleObjects),
  name: 'DeleteObjects',
  source: s3Page('DeleteObjects'),
  permissionsWith: BYPASS_PERMISSION,
  input: { contentMd5, bypassGovernance },
  output: {},
  body: deletedObjects,
  needsDigest: true,
  errors: [...deleteMultipleObjects.errors, 'deleteWithoutMd5'],
  result: { ...deleted, encode: (value, notation) => deleted.encode(value ?? { deleted: [] }, notation) },
})

const putObjectTagging = s3Operation({
  ...sharedWith(ossPutObjectTagging),
  name: 'PutObjectTagging',
  source: s3Page('PutObjectTagging'),
  input: ossPutObjectTagging.input,
  output: ossPutObjectTagging.output,
  body: taggingDocument,
  decodeWith: checkedTagging,
})

const getObjectTagging = s3Operation({
  ...sharedWith(ossGetObjectTagging),
  name: 'GetObjectTagging',
  source: s3Page('GetObjectTagging'),
  input: ossGetObjectTagging.input,
  output: ossGetObjectTagging.output,
  result: taggingDocument,
})

const deleteObjectTagging = s3Operation({
  ...sharedWith(ossDeleteObjectTagging),
  name: 'DeleteObjectTagging',
  source: s3Page('DeleteObjectTagging'),
  input: ossDeleteObjectTagging.input,
  output: ossDeleteObjectTagging.output,
})

/** A page of another origin asks before it sends a request. */
const optionsObject = s3Operation({
  ...sharedWith(optionObject),
  name: 'OptionsObject',
  source: s3Page('RESTOPTIONSobject').replace('API_', ''),
  input: optionObject.input,
  output: optionObject.output,
})

export const objectOperations = [
  optionsObject,
  putObjectTagging,
  getObjectTagging,
  deleteObjectTagging,
  putObject,
  getObject,
  headObject,
  deleteObject,
  copyObject,
  deleteObjects,
] as const
