import { badArgument, crc64Decimal, etag, integer } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { header, ignoredWhen, optional, query, required, userMetadata } from '../../field.js'
import { APPENDABLE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { ENCRYPTION_CAUSES, encryptionInput, encryptionOutput, refuseEncryptionContext } from '../encryption-fields.js'
import {
  apiPage,
  CONTENT_CAUSES,
  contentMd5,
  objectAcl,
  page,
  qosDelayTime,
  refuseRetention,
  shownVersionId,
  storageClass,
  storedHeaders,
  trafficLimit,
} from '../shared.js'
import { nextAppendPosition, sealedTime } from './object-headers.js'
import { tagging } from './tags.js'

const position = required(query('position', integer(0, APPENDABLE_SIZE_MAX)), 'appendPositionMissing')

/** Causes of an object, or a position, that nothing can be appended to. */
const APPEND_CAUSES = [
  'appendPositionMissing',
  'objectNotAppendable',
  'positionNotEqualToLength',
] as const satisfies readonly Cause[]

/** OSS has no appendable objects of DeepColdArchive. */
const appendableClass: typeof storageClass = {
  ...storageClass,
  causes: ['invalidStorageClass', 'deepColdArchiveRefused'],
  decode(value, argument) {
    const found = storageClass.decode(value, argument)
    if (found === 'DeepColdArchive') throw badArgument('deepColdArchiveRefused', argument, value)
    return found
  },
}

const refuseVersion = { place: 'query', name: 'versionId', cause: 'versionOfAppend' } as const

/**
 * Metadata, tags and storage class are those of the first append, and ignored later; an ACL is always set. OSS accepts
 * appends up to 5 GB in total.
 */
export const appendObject = operation({
  name: 'AppendObject',
  summary: 'Appends bytes to an object, or creates an object that can be appended to.',
  source: page(31981),
  method: 'POST',
  level: 'object',
  when: [{ query: ['append'] }],
  permissions: ['oss:PutObject'],
  permissionsWith: { 'x-oss-tagging': 'oss:PutObjectTagging', 'x-oss-object-acl': 'oss:PutObjectAcl' },
  input: {
    position,
    ...storedHeaders,
    contentMd5,
    objectAcl: optional(header('x-oss-object-acl', objectAcl)),
    storageClass: optional(header('x-oss-storage-class', appendableClass)),
    tagging: ignoredWhen(tagging, (sent) => Number(sent.get('position')) > 0),
    userMetadata,
    ...encryptionInput,
    trafficLimit,
  },
  body: 'bytes',
  status: 200,
  output: {
    etag: header('ETag', etag),
    nextAppendPosition,
    crc64: header('x-oss-hash-crc64ecma', crc64Decimal),
    versionId: shownVersionId,
    qosDelayTime,
    ...encryptionOutput,
  },
  errors: [
    ...ENCRYPTION_CAUSES,
    'noSuchBucket',
    ...APPEND_CAUSES,
    'appendableSealed',
    'appendUnderObjectWorm',
    'fileImmutable',
    'publicObjectAclBlocked',
    ...CONTENT_CAUSES,
  ],
  refuses: [refuseVersion, refuseEncryptionContext, ...refuseRetention],
})

/** Repeating it returns the time of the first seal. With `--strict-oss` it is refused, as for most accounts of OSS. */
export const sealAppendObject = operation({
  name: 'SealAppendObject',
  summary: 'Ends the appends to an object for good.',
  source: apiPage('SealAppendObject'),
  method: 'POST',
  level: 'object',
  when: [{ query: ['seal'] }],
  permissions: ['oss:PutObject'],
  input: { position },
  status: 200,
  output: { sealedTime },
  errors: ['noSuchBucket', 'noSuchKey', ...APPEND_CAUSES, 'sealNotSupported'],
  refuses: [refuseVersion],
})
