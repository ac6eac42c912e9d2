import { CALLBACK_CAUSES, callbackFields } from '../../callback.js'
import { crc64Decimal, etag, oneOf } from '../../codec.js'
import { header, optional, userMetadata, withDefault } from '../../field.js'
import { operation } from '../../operation.js'
import { xml } from '../../xml.js'
import { ENCRYPTION_CAUSES, encryptionInput, encryptionOutput, refuseEncryptionContext } from '../encryption-fields.js'
import {
  etagElement,
  forbidOverwrite,
  lastModifiedElement,
  objectAcl,
  page,
  shownVersionId,
  storageClass,
  storedHeaders,
  trafficLimit,
} from '../shared.js'
import { COPY_SOURCE_CAUSES, copyConditions, copySource, copySourceVersionId } from './copy-source.js'
import { HOLD_CAUSES, HOLD_PERMISSIONS, holdHeaders } from './holds.js'
import { tagging } from './tags.js'

const directive = oneOf(['COPY', 'REPLACE'], 'invalidArgument', { ignoreCase: true })

/** Bindery copies by reference: no byte moves, whatever the size, so that OSS's size limits do not apply. */
export const copyObject = operation({
  name: 'CopyObject',
  summary: 'Copies an object, also onto itself to change its metadata.',
  source: page(31979),
  method: 'PUT',
  level: 'object',
  when: [{ header: ['x-oss-copy-source'] }],
  permissions: ['oss:PutObject'],
  sourcePermissions: ['oss:GetObject'],
  permissionsWith: {
    'x-oss-tagging': 'oss:PutObjectTagging',
    'x-oss-object-acl': 'oss:PutObjectAcl',
    ...HOLD_PERMISSIONS,
  },
  input: {
    copySource: header('x-oss-copy-source', copySource),
    forbidOverwrite,
    ...copyConditions,
    metadataDirective: withDefault(header('x-oss-metadata-directive', directive), 'COPY'),
    taggingDirective: withDefault(header('x-oss-tagging-directive', directive), 'COPY'),
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    storageClass: optional(header('x-oss-storage-class', storageClass)),
    tagging,
    ...storedHeaders,
    userMetadata,
    ...holdHeaders,
    ...encryptionInput,
    trafficLimit,
    ...callbackFields,
  },
  status: 200,
  output: {
    etag: header('ETag', etag),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    versionId: shownVersionId,
    copySourceVersionId,
    ...encryptionOutput,
  },
  result: xml('CopyObjectResult', { etag: etagElement, lastModified: lastModifiedElement }),
  errors: [
    ...ENCRYPTION_CAUSES,
    ...COPY_SOURCE_CAUSES,
    'fileAlreadyExists',
    'fileImmutable',
    'publicObjectAclBlocked',
    ...HOLD_CAUSES,
    'entityTooLarge',
    ...CALLBACK_CAUSES,
  ],
  answersAs: { noSuchVersion: 'noSuchSourceVersion', versionIsDeleteMarker: 'sourceIsDeleteMarker' },
  refuses: [refuseEncryptionContext],
})
