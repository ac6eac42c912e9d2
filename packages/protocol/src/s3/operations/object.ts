import { percentDecode } from '@bindery/bytes'
import { badArgument, type Codec, etag, fact, integer, oneOf, orEmpty, text, truth } from '../../codec.js'
import { fillMessage, type OssError } from '../../errors/oss-error.js'
import { header, implied, omit, optional, query, silentFor, withDefault } from '../../field.js'
import { DELETE_OBJECTS_MAX, OBJECT_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'
import { bucketName, soughtKey } from '../../names.js'
import { refuseHeader } from '../../operation.js'
import { encryptionOutput } from '../../operations/encryption-fields.js'
import { copyObject as ossCopyObject } from '../../operations/object/copy-object.js'
import type { CopySourceName } from '../../operations/object/copy-source.js'
import { deletedList, deleteMultipleObjects } from '../../operations/object/delete-multiple-objects.js'
import { deletedTime, deleteObject as ossDeleteObject } from '../../operations/object/delete-object.js'
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
import { restoreObject as ossRestoreObject, restoreDays, restoreTier } from '../../operations/object/restore-object.js'
import { contentMd5, etagElement, lastModifiedElement, versionIdText } from '../../operations/shared.js'
import {
  counted,
  element,
  escapeXml,
  group,
  list,
  type Member,
  maybe,
  optionalElement,
  refusedElement,
  xml,
} from '../../xml.js'
import { s3Row } from '../errors.js'
import { CUSTOMER_KEY_CAUSES, customerKeyInput, customerKeyOutput, sourceKeyInput } from './customer-keys.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { mapped } from './document.js'
import { encryptionContext } from './encryption-context.js'
import { postObject } from './post.js'
import { selectObjectContent } from './select.js'
import {
  checksumAlgorithm,
  checksumElements,
  checksumHeaders,
  DESCRIPTION_CAUSES,
  DESCRIPTION_PERMISSIONS,
  description,
  refuseEncryption,
  WRITE_CONDITION_CAUSES,
  websiteRedirect,
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
  permissionsWith: DESCRIPTION_PERMISSIONS,
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
    ...encryptionOutput,
    encryptionContext,
    ...customerKeyOutput,
    ...checksumHeaders,
  },
  errors: [...ossPutObject.errors, ...WRITE_CONDITION_CAUSES, ...DESCRIPTION_CAUSES],
  // an appended part must not replace the object
  refuses: [refuseHeader('x-amz-write-offset-bytes')],
})

/** `ENABLED`: the object's checksum is wanted. */
const checksumMode = optional(header('x-amz-checksum-mode', text))

/** Tags of content as text; a weak one counts as the strong one. */
const strongTags: Codec<string> = {
  ...text,
  name: 'ETag,… | *',
  decode: (value) => value.replace(/(^|,)\s*W\//g, '$1'),
}

/** S3 ignores what is not one range in exactly this form. */
const range: Codec<string | undefined> = {
  name: 'bytes=FIRST-[LAST] | bytes=-LENGTH',
  decode: (value) => (/^bytes=(?:\d{1,300}-\d{0,300}|-\d{1,300})$/.test(value) ? value : undefined),
  encode: (value) => value ?? '',
}

/** A part of a multipart object can be requested by the number that it was uploaded with. */
const partInput = {
  ...customerKeyInput,
  checksumMode,
  partNumber: optional(query('partNumber', integer(1, PART_NUMBER_MAX, 'partNumberOfObjectInvalid'))),
  ifMatch: optional(header('If-Match', strongTags)),
  /** A matching tag makes If-Unmodified-Since count for nothing. */
  matchDecides: implied(true),
  /** A time that has not come yet makes If-Modified-Since count for nothing. */
  ignoresFuture: implied(true),
}
const partOutput = {
  websiteRedirect,
  storageClass: silentFor(objectHeaders.storageClass, 'Standard'),
  partsCount: optional(header('x-amz-mp-parts-count', integer(1, PART_NUMBER_MAX))),
  ...checksumHeaders,
  ...customerKeyOutput,
}
const PART_CAUSES = ['rangeWithPartNumber', 'noSuchPartOfObject', ...CUSTOMER_KEY_CAUSES] as const

const getObject = s3Operation({
  ...sharedWith(ossGetObject),
  name: 'GetObject',
  source: s3Page('GetObject'),
  input: {
    // bytes are never compressed: checksums are of what is stored
    ...omit(ossGetObject.input, 'acceptEncoding', 'multiRangeBehavior', 'process', 'trafficLimit'),
    range: optional(header('Range', range)),
    rangeBehavior: implied<string>('standard'),
    ...partInput,
  },
  output: { ...omit(ossGetObject.output, 'contentMd5'), ...partOutput },
  result: 'bytes',
  errors: [...ossGetObject.errors, ...PART_CAUSES],
  refuses: refuseEncryption,
})

const headObject = s3Operation({
  ...sharedWith(ossHeadObject),
  name: 'HeadObject',
  source: s3Page('HeadObject'),
  input: {
    ...ossHeadObject.input,
    range: optional(header('Range', range)),
    ifRange: ossGetObject.input.ifRange,
    ...partInput,
  },
  otherStatuses: [206],
  output: { ...omit(objectHeaders, 'contentMd5'), contentRange: ossGetObject.output.contentRange, ...partOutput },
  errors: [...ossHeadObject.errors, 'invalidRange', ...PART_CAUSES],
  refuses: refuseEncryption,
})

/** The number of bytes that an object must have to be deleted. One that is missing counts as deleted. */
const deletedSize = integer(0, OBJECT_SIZE_MAX)

const deleteObject = s3Operation({
  ...sharedWith(ossDeleteObject),
  name: 'DeleteObject',
  source: s3Page('DeleteObject'),
  permissionsWith: BYPASS_PERMISSION,
  input: {
    ...ossDeleteObject.input,
    matches: writeConditions.matches,
    size: optional(header('x-amz-if-match-size', deletedSize)),
    modifiedAt: optional(header('x-amz-if-match-last-modified-time', deletedTime)),
  },
  output: ossDeleteObject.output,
  errors: ossDeleteObject.errors,
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

/** The account that the requester takes for the owner of the source's bucket. */
export const sourceOwner = optional(header('x-amz-source-expected-bucket-owner', text))

const directive = oneOf(['COPY', 'REPLACE'])

const copyObject = s3Operation({
  ...sharedWith(ossCopyObject),
  name: 'CopyObject',
  refuses: [],
  beginsEarly: true,
  source: s3Page('CopyObject'),
  permissionsWith: DESCRIPTION_PERMISSIONS,
  input: {
    ...omit(
      ossCopyObject.input,
      'trafficLimit',
      'callbackHeader',
      'callbackVarHeader',
      'callbackQuery',
      'callbackVarQuery',
    ),
    ...description,
    ...sourceKeyInput,
    ...writeConditions,
    copySource: header('x-amz-copy-source', copySource),
    sourceOwner,
    checksumAlgorithm: optional(header('x-amz-checksum-algorithm', checksumAlgorithm)),
    metadataDirective: withDefault(header('x-amz-metadata-directive', directive), 'COPY'),
    taggingDirective: withDefault(header('x-amz-tagging-directive', directive), 'COPY'),
    forbidOverwrite: implied(false),
    /** A copy onto itself must change something, and changes nothing else. */
    mustChange: implied(true),
  },
  output: { ...omit(ossCopyObject.output, 'etag', 'crc64'), encryptionContext, ...customerKeyOutput },
  result: xml('CopyObjectResult', { etag: etagElement, lastModified: lastModifiedElement, ...checksumElements }),
  errors: [
    ...ossCopyObject.errors,
    ...WRITE_CONDITION_CAUSES,
    ...DESCRIPTION_CAUSES,
    'copyOntoItself',
    'checksumUnsupported',
  ],
  // a copy has no 304: a source that was not modified fails the condition
  answersAs: { ...ossCopyObject.answersAs, notModified: 'preconditionFailed' },
})

/** A key that could not be deleted, and why. */
export interface FailedDeletion {
  readonly key: string
  readonly versionId?: string | undefined
  readonly error: OssError
}

const failures: Member<readonly FailedDeletion[] | undefined> = {
  decode: () => undefined,
  encode: (values = []) =>
    values
      .map(({ key, versionId, error }) => {
        const { code, message } = s3Row(error)
        const version = versionId === undefined ? '' : `<VersionId>${escapeXml(versionId)}</VersionId>`
        const text = escapeXml(fillMessage(message, error.details))
        return `<Error><Key>${escapeXml(key)}</Key>${version}<Code>${code}</Code><Message>${text}</Message></Error>`
      })
      .join(''),
  docLines: () => ['Error[]/Key, VersionId, Code, Message'],
}

const deleted = xml('DeleteResult', { deleted: deletedList, failures })

const objectsToDelete = xml('Delete', {
  quiet: optionalElement('Quiet', truth('malformedXml')),
  objects: counted(
    list('Object', {
      key: element('Key', text),
      // each key fails on its own, also one with an id that no version can have
      versionId: optionalElement('VersionId', orEmpty(text)),
      etag: optionalElement('ETag', etag),
      size: optionalElement('Size', deletedSize),
      modifiedAt: optionalElement('LastModifiedTime', deletedTime),
    }),
    { max: DELETE_OBJECTS_MAX, none: 'deleteWithoutObjects', tooMany: 'deleteTooManyObjects' },
  ),
})

/** The body must have an MD5 or a checksum. A quiet request gets a document without entries. */
const deleteObjects = s3Operation({
  ...sharedWith(deleteMultipleObjects),
  name: 'DeleteObjects',
  source: s3Page('DeleteObjects'),
  permissionsWith: BYPASS_PERMISSION,
  /** Each key fails on its own. */
  input: { contentMd5, bypassGovernance, reportsFailures: implied(true) },
  output: {},
  body: objectsToDelete,
  needsDigest: true,
  errors: [...deleteMultipleObjects.errors, 'deleteWithoutMd5'],
  result: { ...deleted, encode: (value, notation) => deleted.encode(value ?? { deleted: [] }, notation) },
})

const restoreObject = s3Operation({
  ...sharedWith(ossRestoreObject),
  name: 'RestoreObject',
  source: s3Page('RestoreObject'),
  input: { ...ossRestoreObject.input, namesTierOfArchive: implied(true) },
  body: mapped(
    xml('RestoreRequest', {
      days: optionalElement('Days', restoreDays),
      tier: optionalElement('Tier', restoreTier),
      job: maybe('GlacierJobParameters', group('GlacierJobParameters', { tier: optionalElement('Tier', restoreTier) })),
      type: refusedElement('Type'),
    }),
    { read: ({ days, tier, job }) => ({ days, job: job ?? { tier } }), write: ({ days, job }) => ({ days, job }) },
  ),
  output: { versionId: ossRestoreObject.output.versionId },
  errors: [...ossRestoreObject.errors, 'elementNotImplemented'],
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

/** The preflight that a browser sends before a request of another origin. */
const optionsObject = s3Operation({
  ...sharedWith(optionObject),
  name: 'OptionsObject',
  source: s3Page('RESTOPTIONSobject').replace('API_', ''),
  input: optionObject.input,
  output: {
    ...optionObject.output,
    allowCredentials: optional(header('Access-Control-Allow-Credentials', fact('true'))),
  },
})

/** The operations on objects. */
export const objectOperations = [
  selectObjectContent,
  postObject,
  restoreObject,
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
