import { percentDecode, percentEncode } from '@bindery/bytes'
import { type Codec, etag } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional, required, userMetadata } from '../../field.js'
import { type ObjectKey, objectKey } from '../../names.js'
import { operation } from '../../operation.js'
import {
  apiPage,
  forbidOverwrite,
  objectAcl,
  shownVersionId,
  storageClass,
  storedHeaders,
  VERSION_CAUSES,
  versionId,
} from '../shared.js'
import { HOLD_CAUSES, HOLD_PERMISSIONS, holdHeaders } from './holds.js'
import { objectHeaders } from './object-headers.js'
import { tagging } from './tags.js'

/** The key of an object in the same bucket, percent-encoded; a blank may be a plus, as the first Go SDK writes it. */
const targetKey: Codec<ObjectKey> = {
  name: 'encoded key',
  causes: ['objectNameEmpty', 'objectNameInvalid', 'objectNameTooLong', 'objectNameNotUtf8'],
  decode(value) {
    const decoded = percentDecode(value.replaceAll('+', ' '))
    if (decoded === undefined) throw new OssError('objectNameNotUtf8')
    return objectKey(decoded)
  },
  encode: (key) => percentEncode(key),
}

const target = header('x-oss-symlink-target', targetKey)

const common = {
  level: 'object',
  when: [{ query: ['symlink'] }],
  status: 200,
} as const

/** The target need not exist, and is looked for only when it is read. */
export const putSymlink = operation({
  ...common,
  name: 'PutSymlink',
  summary: 'Creates an object that stands for another of its bucket.',
  source: apiPage('PutSymlink'),
  method: 'PUT',
  permissions: ['oss:PutObject'],
  permissionsWith: {
    'x-oss-tagging': 'oss:PutObjectTagging',
    'x-oss-object-acl': 'oss:PutObjectAcl',
    ...HOLD_PERMISSIONS,
  },
  input: {
    target: required(target, 'symlinkTargetMissing'),
    ...storedHeaders,
    forbidOverwrite,
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    storageClass: optional(header('x-oss-storage-class', storageClass)),
    tagging,
    userMetadata,
    ...holdHeaders,
  },
  output: { etag: header('ETag', etag), versionId: shownVersionId },
  errors: ['noSuchBucket', 'fileAlreadyExists', 'fileImmutable', 'publicObjectAclBlocked', ...HOLD_CAUSES],
})

const { contentLength, contentType, lastModified } = objectHeaders

/** The symlink itself, whether its target exists or not. */
export const getSymlink = operation({
  ...common,
  name: 'GetSymlink',
  summary: 'Returns the target of a symlink.',
  source: apiPage('GetSymlink'),
  method: 'GET',
  permissions: ['oss:GetObject'],
  input: { versionId },
  output: {
    contentLength,
    contentType,
    etag: objectHeaders.etag,
    lastModified,
    target,
    versionId: shownVersionId,
    userMetadata,
  },
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES, 'notSymlink'],
})
