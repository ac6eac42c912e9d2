import { text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, required } from '../../field.js'
import { DELETE_OBJECTS_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { counted, element, list, optionalDocument, optionalElement, xml } from '../../xml.js'
import { DOCUMENT_CAUSES, encodingType, encodingTypeElement, md5, page } from '../shared.js'

export const deletedObjects = xml(
  'Delete',
  {
    quiet: optionalElement('Quiet', truth('deleteMalformed')),
    objects: counted(list('Object', { key: element('Key', text), versionId: optionalElement('VersionId', text) }), {
      max: DELETE_OBJECTS_MAX,
      none: 'deleteWithoutObjects',
      tooMany: 'deleteTooManyObjects',
    }),
  },
  { malformed: 'deleteMalformed' },
)

/** Keys are used unchanged, including control characters and spaces. A quiet request gets no document at all. */
export const deleteMultipleObjects = operation({
  name: 'DeleteMultipleObjects',
  summary: 'Deletes up to 1,000 objects; missing ones count as deleted.',
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
  body: deletedObjects,
  decodeWith(read) {
    const document = read()
    if (document.objects.some(({ versionId }) => versionId !== undefined && versionId !== '' && versionId !== 'null')) {
      throw new OssError('headerNotImplemented', { Header: 'VersionId' })
    }
    return document
  },
  status: 200,
  output: {},
  result: optionalDocument(
    xml('DeleteResult', {
      encodingType: optionalElement('EncodingType', encodingTypeElement),
      deleted: list('Deleted', { key: element('Key', text, { url: true }) }),
    }),
  ),
  errors: [
    'noSuchBucket',
    'deleteMalformed',
    'deleteWithoutObjects',
    'deleteTooManyObjects',
    'headerNotImplemented',
    'objectNameEmpty',
    'objectNameInvalid',
    'objectNameTooLong',
    ...DOCUMENT_CAUSES,
  ],
})
