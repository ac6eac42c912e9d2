import { base64Bytes } from '@bindery/bytes'
import { badArgument, type Codec, etag, integer, isoDate, text, truth } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { header, implied, omit, optional, query, withDefault } from '../../field.js'
import { OBJECT_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'
import { ListedParts } from '../../listed-parts.js'
import { refuseHeader } from '../../operation.js'
import { encryptionInput, encryptionOutput } from '../../operations/encryption-fields.js'
import { abortMultipartUpload as ossAbortMultipartUpload } from '../../operations/multipart/abort-multipart-upload.js'
import {
  type ListedChecksum,
  completeMultipartUpload as ossCompleteMultipartUpload,
  type PartList,
  partList,
} from '../../operations/multipart/complete-multipart-upload.js'
import { initiateMultipartUpload } from '../../operations/multipart/initiate-multipart-upload.js'
import { listMultipartUploads as ossListMultipartUploads } from '../../operations/multipart/list-multipart-uploads.js'
import { listParts as ossListParts } from '../../operations/multipart/list-parts.js'
import { uploadPart as ossUploadPart } from '../../operations/multipart/upload-part.js'
import { uploadPartCopy as ossUploadPartCopy } from '../../operations/multipart/upload-part-copy.js'
import {
  contentMd5,
  encodingTypeElement,
  etagElement,
  lastModifiedElement,
  ownerGroup,
  partNumber,
  storageClass,
  uploadId,
} from '../../operations/shared.js'
import { PlainElement, readPlainPartList } from '../../plain-part-list.js'
import { element, group, list, optionalElement, xml } from '../../xml.js'
import { CHECKSUM_NAMES, CHECKSUMS } from '../payload.js'
import { CUSTOMER_KEY_CAUSES, customerKeyInput, customerKeyOutput, sourceKeyInput } from './customer-keys.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { encryptionContext } from './encryption-context.js'
import { encodingType, keyMarkerText, keyPrefix, pageSize } from './listing.js'
import { copySource, sourceOwner } from './object.js'
import {
  checksumAlgorithm,
  checksumElementName,
  checksumElements,
  checksumHeaders,
  checksumType,
  DESCRIPTION_CAUSES,
  DESCRIPTION_PERMISSIONS,
  description,
  refuseEncryption,
  refuseEncryptionKey,
  uploadChecksum,
  WRITE_CONDITION_CAUSES,
  writeConditions,
} from './shared.js'

const createMultipartUpload = s3Operation({
  ...sharedWith(initiateMultipartUpload),
  name: 'CreateMultipartUpload',
  refuses: [],
  source: s3Page('CreateMultipartUpload'),
  permissionsWith: DESCRIPTION_PERMISSIONS,
  input: {
    ...description,
    tagging: initiateMultipartUpload.input.tagging,
    userMetadata: initiateMultipartUpload.input.userMetadata,
    ...uploadChecksum,
    sequential: implied(false),
    forbidOverwrite: implied(false),
  },
  output: { ...uploadChecksum, ...encryptionOutput, encryptionContext, ...customerKeyOutput },
  errors: [
    ...initiateMultipartUpload.errors,
    ...DESCRIPTION_CAUSES,
    'checksumTypeWithoutAlgorithm',
    'checksumTypeUnsupported',
  ],
  result: xml('InitiateMultipartUploadResult', {
    bucket: element('Bucket', text),
    key: element('Key', text),
    uploadId: element('UploadId', text),
  }),
})

const uploadPart = s3Operation({
  ...sharedWith(ossUploadPart),
  name: 'UploadPart',
  source: s3Page('UploadPart'),
  input: {
    partNumber: ossUploadPart.input.partNumber,
    uploadId,
    contentMd5,
    ...customerKeyInput,
    /** Clients list the checksum at Complete that this answer has. */
    answersChecksum: implied(true),
  },
  body: 'bytes',
  output: { etag: header('ETag', etag), ...encryptionOutput, ...customerKeyOutput, ...checksumHeaders },
  errors: [...ossUploadPart.errors, ...CUSTOMER_KEY_CAUSES, 'customerKeyNeededForPart', 'checksumDiffers'],
  answersAs: { ...ossUploadPart.answersAs, customerKeyNeeded: 'customerKeyNeededForPart' },
  refuses: refuseEncryption,
})

/** Both ends are needed, and are positions of the source's bytes. */
const copyRange: Codec<string> = {
  name: 'bytes=FIRST-LAST',
  causes: ['copyRangeInvalid'],
  decode(value, argument) {
    const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(value) ?? []
    if (first === undefined || Number(first) > Number(last)) throw badArgument('copyRangeInvalid', argument, value)
    return value
  },
  encode: (value) => value,
}

const uploadPartCopy = s3Operation({
  ...sharedWith(ossUploadPartCopy),
  name: 'UploadPartCopy',
  beginsEarly: true,
  source: s3Page('UploadPartCopy'),
  input: {
    ...omit(ossUploadPartCopy.input, 'trafficLimit'),
    copySource: header('x-amz-copy-source', copySource),
    sourceOwner,
    copySourceRange: optional(header('x-amz-copy-source-range', copyRange)),
    /** A range that leaves the source is an error. */
    wholeRange: implied(true),
    /** minio-go repeats that of the upload; another one is refused. */
    serverSideEncryption: encryptionInput.serverSideEncryption,
    ...customerKeyInput,
    ...sourceKeyInput,
  },
  output: {
    ...encryptionOutput,
    ...customerKeyOutput,
    copySourceVersionId: ossUploadPartCopy.output.copySourceVersionId,
  },
  result: xml('CopyPartResult', { etag: etagElement, lastModified: lastModifiedElement }),
  errors: [...ossUploadPartCopy.errors, ...CUSTOMER_KEY_CAUSES, 'copyRangeOutside'],
  answersAs: { ...ossUploadPartCopy.answersAs, notModified: 'preconditionFailed' },
  refuses: refuseEncryptionKey,
})

const partsWithChecksums = xml(
  'CompleteMultipartUpload',
  {
    parts: list('Part', {
      partNumber: element('PartNumber', partNumber),
      etag: element('ETag', etag),
      ...omit(checksumElements, 'checksumType'),
    }),
  },
  { malformed: 'malformedCompleteXml' },
)

type Listed = typeof partsWithChecksums extends Document<infer T> ? T : never
type ListedPart = Listed['parts'][number]

const PLAIN_CHECKSUMS = CHECKSUM_NAMES.map((name) => {
  return new PlainElement<ListedChecksum>(checksumElementName(name), (text) => {
    const bytes = base64Bytes(text)
    return bytes?.length === CHECKSUMS[name] ? { name, bytes } : undefined
  })
})

/** The list of parts of a Complete, which must not be empty. Throws malformedCompleteXml. */
const someParts: Document<PartList> = {
  ...partList,
  docLines: partsWithChecksums.docLines,
  decode(parser, body, notation) {
    const plain = readPlainPartList(body, PLAIN_CHECKSUMS)
    const document =
      plain === undefined
        ? listed(partsWithChecksums.decode(parser, body, notation).parts)
        : { parts: plain.parts, ...(plain.others && { checksums: plain.others }) }
    if (document.parts.length === 0) throw new OssError('malformedCompleteXml')
    return document
  },
}

function listed(parts: readonly ListedPart[]): PartList {
  const checksums = parts.map(checksumListed)
  return { parts: ListedParts.of(parts), ...(checksums.some((one) => one !== undefined) && { checksums }) }
}

/** Throws checksumOfPartInvalid. */
function checksumListed(part: ListedPart): ListedChecksum | undefined {
  const stated = CHECKSUM_NAMES.filter((name) => part[name] !== undefined)
  const [name, other] = stated
  if (name === undefined) return undefined
  const bytes = base64Bytes(part[name]?.trim() ?? '')
  if (other !== undefined || bytes?.length !== CHECKSUMS[name]) throw new OssError('checksumOfPartInvalid')
  return { name, bytes }
}

/** Causes of what a Complete states about its object and its parts. */
const STATED_CAUSES = [
  'objectSizeDiffers',
  'checksumTypeOfUploadDiffers',
  'checksumOfPartMissing',
  'checksumOfPartDiffers',
  'checksumOfPartInvalid',
] as const

const completeMultipartUpload = s3Operation({
  ...sharedWith(ossCompleteMultipartUpload),
  name: 'CompleteMultipartUpload',
  beginsEarly: true,
  source: s3Page('CompleteMultipartUpload'),
  input: {
    uploadId,
    ...writeConditions,
    ...checksumHeaders,
    ...customerKeyInput,
    objectSize: optional(header('x-amz-mp-object-size', integer(0, OBJECT_SIZE_MAX))),
    forbidOverwrite: implied(false),
    /** Clients repeat a Complete and expect its answer, whatever OSS does. */
    answersRepeats: implied(true),
  },
  body: someParts,
  checksumOfObject: true,
  output: {
    versionId: ossCompleteMultipartUpload.output.versionId,
    expiration: ossCompleteMultipartUpload.output.expiration,
    ...encryptionOutput,
  },
  errors: [
    ...ossCompleteMultipartUpload.errors,
    ...WRITE_CONDITION_CAUSES,
    ...CUSTOMER_KEY_CAUSES,
    ...STATED_CAUSES,
    'checksumMismatch',
  ],
  result: xml('CompleteMultipartUploadResult', {
    location: element('Location', text),
    bucket: element('Bucket', text),
    key: element('Key', text),
    etag: etagElement,
    ...checksumElements,
  }),
  // minio-go repeats the encryption of the upload
  refuses: [],
})

const abortMultipartUpload = s3Operation({
  ...sharedWith(ossAbortMultipartUpload),
  name: 'AbortMultipartUpload',
  source: s3Page('AbortMultipartUpload'),
  input: { uploadId },
  output: {},
  // a condition that is not evaluated must not be ignored
  refuses: [refuseHeader('x-amz-if-match-initiated-time')],
})

const partMarker = integer(0, 2_147_483_647)

/** A number that is written as 0 where it is missing: an empty one breaks botocore. */
const orZero: Codec<number | undefined> = { ...partMarker, encode: (value = 0) => String(value) }

const listParts = s3Operation({
  ...sharedWith(ossListParts),
  name: 'ListParts',
  source: s3Page('ListParts'),
  input: {
    uploadId,
    maxParts: pageSize('max-parts'),
    partNumberMarker: withDefault(query('part-number-marker', partMarker), 0),
  },
  output: {},
  result: xml('ListPartsResult', {
    bucket: element('Bucket', text),
    key: element('Key', text),
    uploadId: element('UploadId', text),
    initiator: group('Initiator', { id: element('ID', text), displayName: element('DisplayName', text) }),
    owner: ownerGroup,
    storageClass: element('StorageClass', storageClass),
    partNumberMarker: element('PartNumberMarker', partMarker),
    nextPartNumberMarker: element('NextPartNumberMarker', orZero),
    maxParts: element('MaxParts', integer(0, PART_NUMBER_MAX)),
    isTruncated: element('IsTruncated', truth()),
    parts: list('Part', {
      partNumber: element('PartNumber', partNumber),
      lastModified: lastModifiedElement,
      etag: etagElement,
      size: element('Size', integer(0, OBJECT_SIZE_MAX)),
      ...omit(checksumElements, 'checksumType'),
    }),
    checksumAlgorithm: optionalElement('ChecksumAlgorithm', checksumAlgorithm),
    checksumType: optionalElement('ChecksumType', checksumType),
  }),
})

const listMultipartUploads = s3Operation({
  ...sharedWith(ossListMultipartUploads),
  name: 'ListMultipartUploads',
  source: s3Page('ListMultipartUploads'),
  input: {
    ...ossListMultipartUploads.input,
    prefix: keyPrefix,
    keyMarker: withDefault(query('key-marker', keyMarkerText), ''),
    maxUploads: pageSize('max-uploads'),
    encodingType,
  },
  output: {},
  result: xml('ListMultipartUploadsResult', {
    bucket: element('Bucket', text),
    keyMarker: element('KeyMarker', text, { url: true }),
    uploadIdMarker: element('UploadIdMarker', text),
    nextKeyMarker: element('NextKeyMarker', text, { url: true }),
    nextUploadIdMarker: element('NextUploadIdMarker', text),
    prefix: element('Prefix', text, { url: true }),
    delimiter: element('Delimiter', text, { url: true }),
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    maxUploads: element('MaxUploads', integer(0, PART_NUMBER_MAX)),
    isTruncated: element('IsTruncated', truth()),
    uploads: list('Upload', {
      key: element('Key', text, { url: true }),
      uploadId: element('UploadId', text),
      initiator: group('Initiator', { id: element('ID', text), displayName: element('DisplayName', text) }),
      owner: ownerGroup,
      storageClass: element('StorageClass', storageClass),
      initiated: element('Initiated', isoDate),
    }),
    commonPrefixes: list('CommonPrefixes', { prefix: element('Prefix', text, { url: true }) }),
  }),
})

/** The operations on multipart uploads. */
export const multipartOperations = [
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,
  listMultipartUploads,
] as const
