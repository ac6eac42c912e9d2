import { orEmpty, text, truth } from '../../codec.js'
import { header, required } from '../../field.js'
import { DELETE_DOCUMENT_BYTES_MAX, DELETE_OBJECTS_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { counted, element, list, optionalDocument, optionalElement, xml } from '../../xml.js'
import { DOCUMENT_CAUSES, encodingType, encodingTypeElement, md5, page, versionIdText } from '../shared.js'
import { BYPASS_PERMISSION, bypassGovernance } from './holds.js'

/** The version that an entry of the request names; absent or empty: the current one. */
export const deletedVersion = optionalElement('VersionId', orEmpty(versionIdText()))

/** The deleted keys and versions of a result. */
export const deletedList = list('Deleted', {
  key: element('Key', text, { url: true }),
  versionId: optionalElement('VersionId', text),
  /** Present where a delete marker was made or deleted. */
  deleteMarker: optionalElement('DeleteMarker', truth()),
  deleteMarkerVersionId: optionalElement('DeleteMarkerVersionId', text),
})

/**
 * The keys and versions that a request deletes: 1 to 1,000. Throws deleteMalformed, deleteOtherRoot, deleteWithoutKey,
 * deleteWithoutObjects and deleteTooManyObjects.
 */
export const deletedObjects = xml(
  'Delete',
  {
    quiet: optionalElement('Quiet', truth('deleteMalformed')),
    objects: counted(
      list('Object', { key: element('Key', text, { missing: 'deleteWithoutKey' }), versionId: deletedVersion }),
      {
        max: DELETE_OBJECTS_MAX,
        none: 'deleteWithoutObjects',
        tooMany: 'deleteTooManyObjects',
      },
    ),
  },
  { malformed: 'deleteMalformed', otherRoot: 'deleteOtherRoot' },
)

/** Keys are used unchanged, including control characters and spaces. A quiet request gets no document at all. */
export const deleteMultipleObjects = operation({
  name: 'DeleteMultipleObjects',
  summary: 'Deletes up to 1,000 objects or versions; missing ones count as deleted.',
  source: page(31983),
  method: 'POST',
  level: 'bucket',
  atAccessPoint: true,
  when: [{ query: ['delete'] }],
  keysInBody: true,
  documentBytesMax: DELETE_DOCUMENT_BYTES_MAX,
  permissions: ['oss:DeleteObject'],
  permissionsWith: BYPASS_PERMISSION,
  input: {
    encodingType,
    bypassGovernance,
    contentMd5: required(header('Content-MD5', md5), 'deleteWithoutMd5'),
  },
  body: deletedObjects,
  status: 200,
  output: {},
  result: optionalDocument(
    xml('DeleteResult', {
      encodingType: optionalElement('EncodingType', encodingTypeElement),
      deleted: deletedList,
    }),
  ),
  errors: [
    'noSuchBucket',
    'deleteMalformed',
    'deleteOtherRoot',
    'deleteWithoutKey',
    'deleteWithoutObjects',
    'deleteTooManyObjects',
    'invalidVersionId',
    'objectNameEmpty',
    'objectNameInvalid',
    'objectNameTooLong',
    ...DOCUMENT_CAUSES,
  ],
})
