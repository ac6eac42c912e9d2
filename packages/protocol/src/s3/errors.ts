/** Errors as S3 writes them. */
import { base64, utf8Bytes } from '@bindery/bytes'
import type { Cause, ErrorRow } from '../errors/catalogue.js'
import type { EncodedError, ErrorExchange } from '../errors/encode.js'
import { elementOf, fillMessage, type OssError } from '../errors/oss-error.js'
import { escapeXml, XML_DECLARATION } from '../xml.js'
import { S3_NOTATION } from './notation.js'

type Differing = Partial<Pick<ErrorRow, 'code' | 'status' | 'message'>>

const NOT_IMPLEMENTED: Differing = {
  status: 501,
  message: 'A header you provided implies functionality that is not implemented: {header!}',
}
const INVALID_URI: Differing = { code: 'InvalidURI', message: "Couldn't parse the specified URI." }
const INVALID_TOKEN: Differing = {
  code: 'InvalidToken',
  status: 400,
  message: 'The provided token is malformed or otherwise invalid.',
}
const SOURCE_IS_MARKER: Differing = {
  code: 'InvalidRequest',
  status: 400,
  message: 'The source of a copy request may not specifically refer to a delete marker by version id.',
}
const DATE_NEEDED: Differing = { message: 'AWS authentication requires a valid Date or x-amz-date header.' }

/** How S3 answers causes that it reports in another way than OSS. */
const DIFFERING: Readonly<Partial<Record<Cause, Differing>>> = {
  noSuchLifecycle: { code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
  noSuchInventory: { code: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' },
  inventoryTooMany: {
    code: 'TooManyConfigurations',
    message: 'You are attempting to create a new configuration but have already reached the 1,000-configuration limit.',
  },
  inventoryTargetName: { code: 'InvalidS3DestinationBucket', message: 'Invalid bucket ARN.' },
  inventoryTarget: { code: 'InvalidS3DestinationBucket', message: 'Invalid S3 destination bucket.' },
  noSuchEncryptionRule: { code: 'ServerSideEncryptionConfigurationNotFoundError' },
  tooManyTagsInDocument: { code: 'BadRequest', message: 'Object tags cannot be greater than 10' },
  duplicateTagKeyInDocument: { code: 'InvalidTag', message: 'Cannot provide multiple Tags with the same key' },
  bucketTagsTooMany: { code: 'BadRequest', message: 'Bucket tag count cannot be greater than 50' },
  bucketTagKeyTwice: { message: 'Cannot provide multiple Tags with the same key' },
  publicPolicyBlocked: {
    message: 'Access Denied because public policies are blocked by the BlockPublicPolicy setting.',
  },
  noSuchObjectWorm: {
    code: 'ObjectLockConfigurationNotFoundError',
    message: 'Object Lock configuration does not exist for this bucket',
  },
  objectWormNotPossible: {
    message: 'Versioning must be enabled on the bucket to apply an Object Lock configuration, and stays so',
  },
  objectWormMissing: { message: 'Bucket is missing Object Lock Configuration' },
  noSuchRetention: {
    code: 'NoSuchObjectLockConfiguration',
    message: 'The specified object does not have a ObjectLock configuration',
  },
  noSuchLegalHold: {
    code: 'NoSuchObjectLockConfiguration',
    message: 'The specified object does not have a ObjectLock configuration',
  },
  retentionIncomplete: {
    message: 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
  },
  retentionInPast: { message: 'The retain until date must be in the future!' },
  notMultipartForm: {
    code: 'PreconditionFailed',
    status: 412,
    message: 'Bucket POST must be of the enclosure-type multipart/form-data',
  },
  filesInForm: { code: 'InvalidArgument' },
  formKeyMissing: {
    message: "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
  },
  fileAlreadyExists: {
    code: 'PreconditionFailed',
    status: 412,
    message: 'At least one of the pre-conditions you specified did not hold',
  },
  invalidDigestMismatch: {
    code: 'BadDigest',
    message: 'The Content-MD5 you specified did not match what we received.',
  },
  fileImmutable: {
    code: 'AccessDenied',
    status: 403,
    message: 'Access Denied because object protected by object lock.',
  },
  objectNameTooLong: { code: 'KeyTooLongError', message: 'Your key is too long' },
  objectNameEmpty: INVALID_URI,
  objectNameInvalid: INVALID_URI,
  objectNameNotUtf8: INVALID_URI,
  conditionalPutNotImplemented: NOT_IMPLEMENTED,
  headerNotImplemented: NOT_IMPLEMENTED,
  elementNotImplemented: { status: 501 },
  invalidAccessKeyId: { message: 'The AWS Access Key Id you provided does not exist in our records.' },
  invalidSecurityToken: INVALID_TOKEN,
  securityTokenOfOtherKey: INVALID_TOKEN,
  securityTokenExpired: { code: 'ExpiredToken', status: 400, message: 'The provided token has expired.' },
  signatureNotSupported: {
    code: 'InvalidRequest',
    status: 400,
    message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  },
  dateMissing: DATE_NEEDED,
  dateInvalid: DATE_NEEDED,
  deleteWithoutMd5: {
    code: 'InvalidRequest',
    message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  },
  malformedTagging: {
    code: 'InvalidArgument',
    message:
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
  },
  metadataTooLarge: {
    code: 'MetadataTooLarge',
    message: 'Your metadata headers exceed the maximum allowed metadata size',
  },
  invalidStorageClass: { code: 'InvalidStorageClass', message: 'The storage class you specified is not valid' },
  copySourceInvalid: { message: 'Invalid copy source object key' },
  sourceIsDeleteMarker: SOURCE_IS_MARKER,
  partSourceIsDeleteMarker: SOURCE_IS_MARKER,
  invalidTargetBucketForLogging: { status: 400 },
  noSuchUploadIdMissing: {
    code: 'InvalidArgument',
    status: 400,
    message: 'This operation does not accept partNumber without uploadId',
  },
  noSuchBucket: { message: 'The specified bucket does not exist' },
  copySourceEmpty: { message: 'Invalid copy source object key' },
}

/** S3's names of details that OSS calls by its own. */
const ELEMENTS: Readonly<Record<string, string>> = { OSSAccessKeyId: 'AWSAccessKeyId' }

/** S3's second id of a request: opaque to clients. */
export function hostIdOf(requestId: string): string {
  return base64(utf8Bytes(requestId))
}

/** The code and status of an error, as S3 answers it. */
export function s3Row({ reason, row }: OssError): Pick<ErrorRow, 'code' | 'status' | 'message'> {
  return { ...row, ...DIFFERING[reason] }
}

/** The encoding of an error as S3 returns it. HEAD has no body, and a 304 has only headers. */
export function encodeS3Error(error: OssError, exchange: ErrorExchange): EncodedError {
  const row = s3Row(error)
  const headers = error.headersIn(S3_NOTATION).map(([name, value]): [string, string] => [name, value])
  if (row.status === 304) return { status: 304, headers, body: undefined }
  if (row.status === 503) headers.push(['Retry-After', '1'])
  if (exchange.method === 'HEAD') {
    // clients that are refused look for the region in which they should have signed
    const isRefused = row.status === 400 || row.status === 403
    if (isRefused && exchange.region !== undefined) headers.push(['x-amz-bucket-region', exchange.region])
    return { status: row.status, headers, body: undefined }
  }
  const body = utf8Bytes(errorDocument(error, row, exchange))
  headers.push(['Content-Type', 'application/xml'], ['Content-Length', String(body.length)])
  return { status: row.status, headers, body }
}

function errorDocument(
  { details }: OssError,
  { code, message }: Pick<ErrorRow, 'code' | 'message'>,
  { requestId, resource }: ErrorExchange,
): string {
  const elements: (readonly [string, string | number])[] = [
    ['Code', code],
    ['Message', fillMessage(message, details)],
    ...Object.entries(details).flatMap(([name, value]) =>
      // S3 has no groups of details
      typeof value === 'object' || message.includes(`{${name}}`)
        ? []
        : [[ELEMENTS[elementOf(name)] ?? elementOf(name), value] as const],
    ),
    ...(resource === undefined ? [] : [['Resource', resource] as const]),
    ['RequestId', requestId],
    ['HostId', hostIdOf(requestId)],
  ]
  const text = elements.map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`).join('')
  return `${XML_DECLARATION}<Error>${text}</Error>`
}
