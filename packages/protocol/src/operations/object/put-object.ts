import { CALLBACK_CAUSES, callbackFields } from '../../callback.js'
import { crc64Decimal, etag, text } from '../../codec.js'
import { header, optional, userMetadata } from '../../field.js'
import { operation, refuseHeader } from '../../operation.js'
import { ENCRYPTION_CAUSES, encryptionInput, encryptionOutput, refuseEncryptionContext } from '../encryption-fields.js'
import {
  CONTENT_CAUSES,
  contentMd5,
  forbidOverwrite,
  objectAcl,
  page,
  qosDelayTime,
  shownVersionId,
  storageClass,
  storedHeaders,
  trafficLimit,
} from '../shared.js'
import { HOLD_CAUSES, HOLD_PERMISSIONS, holdHeaders } from './holds.js'
import { expiration } from './object-headers.js'
import { tagging } from './tags.js'

/** OSS has no conditional PUT: it refuses one by name, with 400. `x-oss-acl`, a header for buckets, is ignored. */
export const putObject = operation({
  name: 'PutObject',
  summary: 'Uploads an object in one request.',
  source: page(31978),
  method: 'PUT',
  level: 'object',
  permissions: ['oss:PutObject'],
  permissionsWith: {
    'x-oss-tagging': 'oss:PutObjectTagging',
    'x-oss-object-acl': 'oss:PutObjectAcl',
    ...HOLD_PERMISSIONS,
  },
  input: {
    ...storedHeaders,
    contentMd5,
    forbidOverwrite,
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    storageClass: optional(header('x-oss-storage-class', storageClass)),
    tagging,
    userMetadata,
    ...holdHeaders,
    ...encryptionInput,
    trafficLimit,
    ...callbackFields,
  },
  body: 'bytes',
  status: 200,
  output: {
    etag: header('ETag', etag),
    contentMd5: optional(header('Content-MD5', text)),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    versionId: shownVersionId,
    qosDelayTime,
    expiration,
    ...encryptionOutput,
  },
  errors: [
    ...ENCRYPTION_CAUSES,
    'noSuchBucket',
    'fileAlreadyExists',
    'fileImmutable',
    'publicObjectAclBlocked',
    ...HOLD_CAUSES,
    ...CONTENT_CAUSES,
    ...CALLBACK_CAUSES,
  ],
  refuses: [
    refuseHeader('If-Modified-Since', [], 'conditionalPutNotImplemented'),
    refuseHeader('If-Unmodified-Since', [], 'conditionalPutNotImplemented'),
    refuseHeader('If-Match', [], 'conditionalPutNotImplemented'),
    refuseHeader('If-None-Match', [], 'conditionalPutNotImplemented'),
    refuseEncryptionContext,
  ],
})
