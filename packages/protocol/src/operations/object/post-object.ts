import { utf8Bytes } from '@bindery/bytes'
import { CALLBACK_CAUSES, callbackFields } from '../../callback.js'
import { crc64Decimal, etag, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { header, optional, userMetadata } from '../../field.js'
import { operation } from '../../operation.js'
import { element, xml } from '../../xml.js'
import { ENCRYPTION_CAUSES, encryptionInput, encryptionOutput, refuseEncryptionContext } from '../encryption-fields.js'
import {
  CONTENT_CAUSES,
  forbidOverwrite,
  objectAcl,
  page,
  shownVersionId,
  storageClass,
  storedHeaders,
} from '../shared.js'

const posted = xml('PostResponse', {
  bucket: element('Bucket', text),
  location: element('Location', text),
  key: element('Key', text),
  etag: element('ETag', text),
})

type Posted = typeof posted extends Document<infer T> ? T : never

/** Only the status 201 has a document; a form without a status gets 204. */
const postedIfAsked: Document<Posted | undefined> = {
  ...posted,
  encode: (value, notation) => (value === undefined ? utf8Bytes('') : posted.encode(value, notation)),
}

/** The causes of forms that cannot be read or do not meet their policies. */
const FORM_CAUSES = [
  'notMultipartForm',
  'malformedForm',
  'filesInForm',
  'formKeyMissing',
  'formFieldNameTooLong',
  'formFieldsTooLarge',
  'postAccessKeyIdEmpty',
  'postSignatureEmpty',
  'postFieldMissing',
  'postCredentialInvalid',
  'postDateInvalid',
  'postRegionInvalid',
  'postPolicyExpired',
  'postPolicyFailed',
  'postFileTooSmall',
  'postFileTooLarge',
  'postPolicyInvalid',
] as const

/**
 * The fields of the form are decoded as headers of their names; `key`, `file` and those of the signature and of callbacks
 * are read before. Headers and query of the request sign nothing.
 */
export const postObject = operation({
  name: 'PostObject',
  summary: 'Uploads an object by a form, as a browser sends it. The headers of the input are fields of the form.',
  source: page(31988),
  method: 'POST',
  level: 'bucket',
  atAccessPoint: true,
  permissions: ['oss:PutObject'],
  permissionsWith: { 'x-oss-object-acl': 'oss:PutObjectAcl' },
  input: {
    ...storedHeaders,
    forbidOverwrite,
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    storageClass: optional(header('x-oss-storage-class', storageClass)),
    userMetadata,
    ...encryptionInput,
    successActionStatus: optional(header('success_action_status', text)),
    successActionRedirect: optional(header('success_action_redirect', text)),
    ...callbackFields,
  },
  body: 'bytes',
  status: 201,
  otherStatuses: [200, 204, 303],
  output: {
    etag: header('ETag', etag),
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    versionId: shownVersionId,
    location: optional(header('Location', text)),
    ...encryptionOutput,
  },
  result: postedIfAsked,
  errors: [
    'noSuchBucket',
    'fileAlreadyExists',
    'fileImmutable',
    'publicObjectAclBlocked',
    ...ENCRYPTION_CAUSES,
    ...FORM_CAUSES,
    ...CONTENT_CAUSES,
    ...CALLBACK_CAUSES,
  ],
  answersAs: { invalidForbidOverwrite: 'postForbidOverwriteInvalid' },
  refuses: [refuseEncryptionContext],
})
