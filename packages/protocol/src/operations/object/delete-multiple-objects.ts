import { orEmpty, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, required } from '../../field.js'
import { DELETE_OBJECTS_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, list, optionalDocument, optionalElement, xml } from '../../xml.js'
import { DOCUMENT_CAUSES, encodingType, encodingTypeElement, md5, page, versionIdText } from '../shared.js'

const versionId = optionalElement('VersionId', orEmpty(versionIdText()))

/** Keys are used unchanged, including control characters and spaces. A quiet request gets no document at all. */
export const deleteMultipleObjects = operation({
  name: 'DeleteMultipleObjects',
  summary: 'Deletes up to 1,000 objects or versions; missing ones count as deleted.',
  source: page(31983),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['delete'] }],
  keysInBody: true,
  permissions: ['oss:DeleteObject'],
  input: {
    encodingType,
    contentMd5: required(header('Content-MD5', md5), 'deleteWithoutMd5'),
  },
  body: xml(
    'Delete',
    {
      quiet: optionalElement('Quiet', truth('deleteMalformed')),
      objects: list('Object', { key: element('Key', text), versionId }),
    },
    { malformed: 'deleteMalformed' },
  ),
  decodeWith(read) {
    const document = read()
    if (document.objects.length === 0) throw new OssError('deleteWithoutObjects')
    if (document.objects.length > DELETE_OBJECTS_MAX) throw new OssError('deleteTooManyObjects')
    return document
  },
  status: 200,
  output: {},
  result: optionalDocument(
    xml('DeleteResult', {
      encodingType: optionalElement('EncodingType', encodingTypeElement),
      deleted: list('Deleted', {
        key: element('Key', text, { url: true }),
        versionId: optionalElement('VersionId', text),
        /** Present where a delete marker was made or deleted. */
        deleteMarker: optionalElement('DeleteMarker', truth()),
        deleteMarkerVersionId: optionalElement('DeleteMarkerVersionId', text),
      }),
    }),
  ),
  errors: [
    'noSuchBucket',
    'deleteMalformed',
    'deleteWithoutObjects',
    'deleteTooManyObjects',
    'invalidVersionId',
    'objectNameEmpty',
    'objectNameInvalid',
    'objectNameTooLong',
    ...DOCUMENT_CAUSES,
  ],
})
