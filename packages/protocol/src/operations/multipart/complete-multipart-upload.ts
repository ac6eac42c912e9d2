import { CALLBACK_CAUSES, callbackFields } from '../../callback.js'
import { badArgument, crc64Decimal, etag, oneOf, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'
import { ListedParts } from '../../listed-parts.js'
import { operation } from '../../operation.js'
import { readPlainPartList } from '../../plain-part-list.js'
import type { ChecksumName } from '../../s3/payload.js'
import { element, list, optionalDocument, optionalElement, xml } from '../../xml.js'
import { encryptionOutput } from '../encryption-fields.js'
import { expiration } from '../object/object-headers.js'
import {
  DOCUMENT_CAUSES,
  encodingType,
  encodingTypeElement,
  etagElement,
  forbidOverwrite,
  objectAcl,
  page,
  partNumber,
  refuseEncryptionOnPart,
  shownVersionId,
  uploadId,
} from '../shared.js'

const anyPartList = xml(
  'CompleteMultipartUpload',
  { parts: list('Part', { partNumber: element('PartNumber', partNumber), etag: element('ETag', etag) }) },
  { malformed: 'malformedCompleteXml' },
)

/** The checksum of a listed part. */
export interface ListedChecksum {
  readonly name: ChecksumName
  readonly bytes: Uint8Array
}

/** The body of a Complete. */
export interface PartList {
  readonly parts: ListedParts
  /** In the order of the parts; absent where none is listed with one. */
  readonly checksums?: readonly (ListedChecksum | undefined)[] | undefined
}

/** The list of parts, up to 10,000: its plain form is parsed without the XML reader. */
export const partList: Document<PartList> = {
  root: anyPartList.root,
  decode: (parser, body, notation) => ({
    parts: readPlainPartList(body)?.parts ?? ListedParts.of(anyPartList.decode(parser, body, notation).parts),
  }),
  encode: ({ parts }, notation) => anyPartList.encode({ parts: [...parts] }, notation),
  docLines: anyPartList.docLines,
}

/**
 * The body is undefined exactly if x-oss-complete-all is sent. A document without parts makes an object of no bytes; a
 * missing document is an error.
 */
export const completeMultipartUpload = operation({
  name: 'CompleteMultipartUpload',
  summary: 'Combines the uploaded parts into an object.',
  source: page(31995),
  method: 'POST',
  level: 'object',
  when: [{ query: ['uploadId'] }],
  permissions: ['oss:PutObject'],
  permissionsWith: { 'x-oss-object-acl': 'oss:PutObjectAcl' },
  input: {
    uploadId,
    encodingType,
    forbidOverwrite,
    completeAll: optional(header('x-oss-complete-all', oneOf(['yes']))),
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    ...callbackFields,
  },
  body: optionalDocument(partList),
  decodeWith(read, body, { completeAll }, nameOf) {
    if (completeAll !== undefined && body.length > 0) {
      throw badArgument('completeAllWithBody', nameOf('completeAll'), completeAll)
    }
    const document = read()
    if (completeAll === undefined && document === undefined) throw new OssError('malformedCompleteXml')
    return document
  },
  status: 200,
  output: {
    etag: header('ETag', etag),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    versionId: shownVersionId,
    expiration,
    ...encryptionOutput,
  },
  result: xml('CompleteMultipartUploadResult', {
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    location: element('Location', text),
    bucket: element('Bucket', text),
    key: element('Key', text, { url: true }),
    etag: etagElement,
  }),
  errors: [
    'noSuchBucket',
    'noSuchUpload',
    'completeAllWithBody',
    'malformedCompleteXml',
    'invalidPartOrder',
    'invalidPart',
    'partNumberOutOfRange',
    'entityTooSmall',
    'envelopeIncomplete',
    'entityTooLarge',
    'partNotSequential',
    'fileAlreadyExists',
    'fileImmutable',
    'publicObjectAclBlocked',
    ...DOCUMENT_CAUSES,
    ...CALLBACK_CAUSES,
  ],
  refuses: refuseEncryptionOnPart,
})
