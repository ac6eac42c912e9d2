// size: exempt (a table: one row per cause)

import { IMAGE_ROWS } from './image-rows.js'
import { S3_ROWS } from './s3-rows.js'
import { SELECT_ROWS } from './select-rows.js'

/** One cause of failure as the wire shows it. */
export interface ErrorRow {
  /** OSS's coarse code, which clients match on. */
  readonly code: string
  readonly status: number
  /**
   * OSS's own text. `{name}` is replaced by the detail of that name, which is then no element of its own; `{name!}` too,
   * and it is an element as well.
   */
  readonly message: string
  /** OSS's fine code, where its value is known; a refusal (403) always has one, `…-0009…` where the value is Bindery's own. */
  readonly ec?: string
  /** Whether the same request may succeed when sent again: at once, after a while, or never. */
  readonly retry: 'never' | 'now' | 'later'
}

type Extra = { readonly ec?: string; readonly retry?: ErrorRow['retry'] }

function row(code: string, status: number, message: string, { ec, retry = 'never' }: Extra = {}): ErrorRow {
  return ec === undefined ? { code, status, message, retry } : { code, status, message, ec, retry }
}

const invalidArgument = (message: string, ec?: string) =>
  row('InvalidArgument', 400, message, ec === undefined ? {} : { ec })
const mirrorFailed = (message: string, extra?: Extra) => row('MirrorFailed', 424, message, extra)
const callbackFailed = (message: string, extra?: Extra) => row('CallbackFailed', 203, message, extra)
const accessDenied = (message: string, ec?: string) => row('AccessDenied', 403, message, ec === undefined ? {} : { ec })

const NO_SUCH_UPLOAD =
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
const NO_SUCH_VERSION = 'The specified version does not exist.'
const METHOD_NOT_ALLOWED = 'The specified method is not allowed against this resource.'
const MALFORMED_XML = 'The XML you provided was not well-formed or did not validate against our published schema.'
const INVALID_MD5 = 'The Content-MD5 you specified was invalid.'
const INVALID_OBJECT = 'The specified object is not valid.'
const FILE_EXISTS = 'The object you specified already exists and can not be overwritten.'
const NOT_IMPLEMENTED_HEADER = 'A header you provided implies functionality that is not implemented: {header!}.'
const SIGNATURE_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
const ACCESS_KEY_ID_CHARACTERS =
  'The OSS Access Key Id contains non-acceptable characters, which accepts only alphanumeric characters[0-9a-zA-Z] and several special characters[. _=]'
const PREFLIGHT_NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec."
const REDUCE_TRAFFIC = 'Please reduce your upload request traffic.'
const REFERER_DENIED = 'You are denied by bucket referer policy.'
const REQUESTER_PAYS = 'Access denied for requester pay bucket'
const INVALID_ENVELOPE = 'The client side encryption request you specified is not valid.'
const TAG_INVALID = 'The TagKey you have provided is invalid.'

/**
 * Every failure that Bindery can answer, one row per cause; several causes share a code. Texts are the wire's own.
 * @see https://help.aliyun.com/document_detail/32005.html
 */
export const CATALOGUE = {
  // Names and lookups
  noSuchBucket: row('NoSuchBucket', 404, 'The specified bucket does not exist.', { ec: '0015-00000101' }),
  noSuchKey: row('NoSuchKey', 404, 'The specified key does not exist.', { ec: '0026-00000001' }),
  noSuchVersion: row('NoSuchVersion', 404, NO_SUCH_VERSION, { ec: '0026-00000001' }),
  noSuchSourceVersion: row('NoSuchVersion', 404, NO_SUCH_VERSION, { ec: '0012-00000203' }),
  versionIsDeleteMarker: row('MethodNotAllowed', 405, METHOD_NOT_ALLOWED, { ec: '0003-00000016' }),
  deleteMarkerUndescribed: row('MethodNotAllowed', 405, METHOD_NOT_ALLOWED, { ec: '0017-00000002' }),
  sourceIsDeleteMarker: row('NoSuchKey', 404, 'The specified key does not exist.', { ec: '0016-00000307' }),
  partSourceIsDeleteMarker: invalidArgument('The source of a copy is a delete marker.'),
  noSuchUpload: row('NoSuchUpload', 404, NO_SUCH_UPLOAD, { ec: '0042-00000104' }),
  noSuchUploadOnAbort: row('NoSuchUpload', 404, NO_SUCH_UPLOAD, { ec: '0042-00000002' }),
  noSuchUploadOnList: row('NoSuchUpload', 404, NO_SUCH_UPLOAD, { ec: '0042-00000002' }),
  noSuchUploadOnCopy: row('NoSuchUpload', 404, NO_SUCH_UPLOAD, { ec: '0042-00000311' }),
  noSuchUploadIdMissing: row('NoSuchUpload', 404, NO_SUCH_UPLOAD, { ec: '0017-00000244' }),
  invalidBucketName: row('InvalidBucketName', 400, 'The specified bucket is not valid.', { ec: '0015-00000001' }),
  objectNameEmpty: row('InvalidObjectName', 400, 'The Object name can not be empty', { ec: '0016-00000001' }),
  objectNameTooLong: row('InvalidObjectName', 400, 'The Length of Object name must be less than 1024.', {
    ec: '0016-00000003',
  }),
  objectNameNotUtf8: row('InvalidObjectName', 400, INVALID_OBJECT, { ec: '0016-00000004' }),
  objectNameInvalid: row('InvalidObjectName', 400, INVALID_OBJECT, { ec: '0016-00000005' }),

  // Multipart upload
  invalidPart: row(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
  ),
  invalidPartOrder: row(
    'InvalidPartOrder',
    400,
    'The list of parts was not in ascending order. Parts list must specified in order by part number.',
    { ec: '0042-00000209' },
  ),
  entityTooSmall: row('EntityTooSmall', 400, 'Your proposed upload smaller than the minimum allowed size.', {
    ec: '0042-00000213',
  }),
  entityTooLarge: row('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size.'),
  malformedCompleteXml: row('MalformedXML', 400, MALFORMED_XML, { ec: '0042-00000205' }),
  completeAllWithBody: invalidArgument('Should not speficy both complete all header and http body.', '0042-00000216'),
  partNumberMissing: invalidArgument('Unexpected query string parameter', '0017-00000219'),
  partNumberOutOfRange: invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive.',
    '0017-00000220',
  ),
  partNotSequential: row(
    'PartNotSequential',
    400,
    'For sequential multipart upload, you must upload or complete parts with sequential part number.',
  ),
  partAlreadyExist: row(
    'PartAlreadyExist',
    409,
    "For sequential multipart upload, you can't overwrite uploaded parts.",
    { ec: '0042-00000108' },
  ),
  declaredCrcDiffers: row('CrcMismatch', 400, 'The CRC-64 of all parts is {crc64}; {declared} was declared.'),

  // State of buckets and objects
  fileImmutable: row('FileImmutable', 409, 'The object you specified is immutable.'),
  fileAlreadyExists: row('FileAlreadyExists', 409, FILE_EXISTS, { ec: '0026-00000002' }),
  positionNotEqualToLength: row('PositionNotEqualToLength', 409, 'Position is not equal to file length', {
    ec: '0026-00000016',
  }),
  objectNotAppendable: row('ObjectNotAppendable', 409, 'The object is not appendable', { ec: '0026-00000017' }),
  appendableSealed: row('AppendSealedObjectNotAllowed', 409, 'The object is sealed, nothing can be appended to it.'),
  symlinkTargetNotExist: row('SymlinkTargetNotExist', 404, 'The symbolic link target does not exist', {
    ec: '0026-00000012',
  }),
  invalidTargetType: row('InvalidTargetType', 400, "The symbolic's target file type is invalid", {
    ec: '0026-00000011',
  }),
  notSymlink: row('NotSymlink', 400, 'The object is not a symbolic link.', { ec: '0043-00000101' }),
  sealNotSupported: row('OperationNotSupported', 400, 'SealAppendable is not supported.', { ec: '0016-00000513' }),
  bucketNameTaken: row(
    'BucketAlreadyExists',
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { ec: '0015-00000104' },
  ),
  bucketStorageClassFixed: row('BucketAlreadyExists', 409, "Cannot modify existing bucket's storage class."),
  bucketRedundancyFixed: row('BucketAlreadyExists', 409, "Bucket already exists can't modify data redundancy type."),
  invalidLocationConstraint: row('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid'),
  bucketHasObjects: row('BucketNotEmpty', 409, 'The bucket has objects. Please delete them first.', {
    ec: '0015-00000301',
  }),
  bucketHasUploads: row(
    'BucketNotEmpty',
    409,
    'The bucket has Multipart Uploads. Please complete or abort them first.',
  ),
  bucketHasAccessPoints: row('BucketNotEmpty', 409, 'The bucket has access points. Please delete them first.'),
  tooManyBuckets: row('TooManyBuckets', 400, 'You have attempted to create more buckets than allowed.'),
  preconditionFailed: row('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold.', {
    ec: '0017-00001001',
  }),
  notModified: row('NotModified', 304, 'Not Modified'),
  multiRangeFailed: row('MultiRangeFailed', 400, 'Exceed multi range max interval count.', { ec: '0016-00000110' }),
  invalidRange: row('InvalidRange', 416, 'The requested range cannot be satisfied'),

  // Bodies
  malformedXml: row('MalformedXML', 400, MALFORMED_XML),
  configOfMissingBucket: row('MalformedXML', 400, MALFORMED_XML, { ec: '0015-00000231' }),
  invalidDigestFormat: row('InvalidDigest', 400, INVALID_MD5, { ec: '0017-00000502' }),
  invalidDigestMismatch: row('InvalidDigest', 400, INVALID_MD5, { ec: '0017-00000503' }),
  incompleteBody: row(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    { retry: 'now' },
  ),
  missingContentLength: row('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.'),
  requestTimeout: row(
    'RequestTimeout',
    400,
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
    { retry: 'now' },
  ),
  deleteTooManyObjects: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000609' }),
  deleteMalformed: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000607' }),
  deleteOtherRoot: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000608' }),
  deleteWithoutKey: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000613' }),
  deleteWithoutObjects: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000615' }),
  deleteWithoutMd5: row('MissingArgument', 400, 'Missing Some Required Arguments.', { ec: '0016-00000606' }),

  // Archived objects
  invalidObjectState: row('InvalidObjectState', 403, "The operation is not valid for the object's state", {
    ec: '0016-00000404',
  }),
  restoreInProgress: row('RestoreAlreadyInProgress', 409, 'The restore operation is in progress.', {
    ec: '0016-00000701',
    retry: 'later',
  }),
  restoreInProgressFaster: row('RestoreAlreadyInProgress', 409, 'The restore operation is in progress.', {
    ec: '0016-00000715',
    retry: 'later',
  }),
  restoreGlacierParameters: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000709' }),
  restoreOutputLocation: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000710' }),
  restoreType: row('MalformedXML', 400, MALFORMED_XML, { ec: '0016-00000713' }),
  restoreNotSupported: row('OperationNotSupported', 400, 'The operation is not supported for this resource', {
    ec: '0016-00000702',
  }),
  restoreTierUnknown: invalidArgument('Invalid Argument.', '0016-00000703'),
  restoreDays: invalidArgument('Invalid Argument.', '0016-00000704'),
  restoreDaysOfArchive: invalidArgument('Invalid Argument.', '0016-00000708'),
  restoreNotFinished: row('ArchiveRestoreNotFinished', 409, "The archive file's restore is not finished.", {
    ec: '0016-00000719',
    retry: 'later',
  }),
  restoreStale: row('ArchiveRestoreFileStale', 409, 'The archive file is not restored.'),

  // Lifecycle rules
  noSuchLifecycle: row('NoSuchLifecycle', 404, 'No Row found in Lifecycle Table.'),
  lifecycleAbortElement: row('MalformedXML', 400, MALFORMED_XML, { ec: '0014-00000071' }),
  lifecycleAbortEmpty: row('MalformedXML', 400, MALFORMED_XML, { ec: '0014-00000073' }),
  lifecycleAbortTwice: row('MalformedXML', 400, MALFORMED_XML, { ec: '0014-00000074' }),
  lifecycleAbortFiltered: invalidArgument('Filter cannot be used with AbortMultipartUpload.', '0014-00000034'),
  lifecycleAbortTagged: invalidArgument('Tag cannot be used with AbortMultipartUpload.'),
  lifecycleOverlap: row('InvalidRequest', 400, 'Overlap for same action type {action}', { ec: '0014-00000084' }),
  lifecycleTimeTwice: invalidArgument('Days and a date cannot be used together.', '0014-00000061'),
  lifecycleTimesMixed: row('InvalidRequest', 400, 'Found mixed CreatedBeforeDate and Days based {actions} actions', {
    ec: '0014-00000080',
  }),
  lifecycleDaysOrder: invalidArgument('Days in the {later} must be more than the {earlier}'),
  lifecycleNotInvalid: invalidArgument('The Not filter of a rule must lie within what the rule covers.'),
  lifecycleIdTwice: invalidArgument('Rule ID must be unique. Found same ID for more than one rule.'),
  lifecycleTooManyRules: invalidArgument('A lifecycle configuration has at most {max} rules.'),

  // CORS rules
  noSuchCors: row('NoSuchCORSConfiguration', 404, 'The CORS Configuration does not exist.'),
  corsTooManyRules: row('CORSRuleBeyondLimit', 400, 'The CORS Rules num is beyond limit.'),
  corsOriginMissing: row('MalformedXML', 400, MALFORMED_XML, { ec: '0034-00000008' }),
  preflightWithoutOrigin: row('BadRequest', 400, 'Insufficient information. Origin request header needed.'),
  preflightWithoutMethod: row(
    'BadRequest',
    400,
    'Insufficient information. Request Access-Control-Request-Method header needed.',
  ),
  preflightNotAllowed: row('AccessForbidden', 403, PREFLIGHT_NOT_ALLOWED, { ec: '0034-00090001' }),
  corsNotEnabled: row('AccessForbidden', 403, 'CORSResponse: CORS is not enabled for this bucket.', {
    ec: '0034-00090002',
  }),

  // Bucket tags
  bucketTagKeyInvalid: row('InvalidTag', 400, TAG_INVALID, { ec: '0010-00000207' }),
  bucketTagKeyTwice: row('InvalidTag', 400, TAG_INVALID, { ec: '0010-00000210' }),
  bucketTagValueInvalid: row('InvalidTag', 400, 'The TagValue you have provided is invalid.', { ec: '0010-00000219' }),
  bucketTagsTooMany: row('TooManyTags', 400, 'The bucket tags num is beyond limit.'),

  // Retention of buckets
  noSuchWorm: row('NoSuchWORMConfiguration', 404, 'The WORM Configuration does not exist.'),
  wormIdUnknown: row('NoSuchWORMConfiguration', 404, 'The specified WORM ID does not exist.'),
  wormExists: row('WORMConfigurationAlreadyExists', 409, 'The WORM Configuration already exists.'),
  wormLocked: row('WORMConfigurationLocked', 403, 'The WORM Configuration is locked.', { ec: '0003-00090008' }),
  wormInvalid: row('InvalidWORMConfiguration', 400, 'Invalid WORM Configuration.'),
  noSuchObjectWorm: row('NoSuchObjectWormConfiguration', 404, 'The object WORM configuration does not exist.'),
  objectWormNotPossible: row(
    'InvalidBucketState',
    409,
    'The request is not valid with the current state of the bucket: object WORM needs enabled versioning, and no other retention policy.',
  ),
  objectWormMissing: row('InvalidRequest', 400, 'Bucket is missing Object Worm Configuration.'),
  noSuchRetention: row(
    'NoSuchObjectRetentionConfiguration',
    404,
    'The specified object does not have a retention configuration.',
  ),
  noSuchLegalHold: row(
    'NoSuchObjectLegalHoldConfiguration',
    404,
    'The specified object does not have a legal hold configuration.',
  ),
  retentionIncomplete: invalidArgument(
    'x-oss-object-worm-retain-until-date and x-oss-object-worm-mode must both be supplied.',
  ),
  retentionInPast: invalidArgument('The retain until date must be in the future.'),
  appendUnderObjectWorm: row('OperationNotSupported', 400, 'The operation is not supported for this resource'),

  // Styles, domains, replication, inventories, redundancy
  noSuchStyle: row('NoSuchStyle', 404, 'The specified style does not exist.'),
  styleTooMany: invalidArgument('A bucket has at most {max} styles.'),
  cnameExists: row('CnameAlreadyExists', 409, 'The specified cname is bound to another bucket.'),
  cnameTooMany: invalidArgument('A bucket has at most {max} cnames.'),
  cnameNotProven: row(
    'NeedVerifyDomainOwnership',
    403,
    'You need verify the domain ownership, please create a TXT record of the cname token.',
    { ec: '0018-00000115' },
  ),
  cnameTokenNotFound: row('CnameTokenNotFound', 404, 'The cname token does not exist.'),
  cnameTokenNotNeeded: row('NoNeedCreateCnameToken', 400, 'The cname is bound to this bucket already.'),
  certificateInvalid: invalidArgument('The certificate or its private key is invalid.'),
  certificateChanged: invalidArgument('PreviousCertId is not the id of the current certificate.'),
  certificateNodesMixed: invalidArgument('Invalid Argument.', '0018-00000107'),
  notReplicated: row(
    'NoSuchReplicationConfiguration',
    404,
    'The bucket you specified does not have replication configuration.',
  ),
  noSuchReplicationRule: row('NoSuchReplicationRule', 404, 'The specified replication rule does not exist.'),
  replicationTarget: row('InvalidTargetBucket', 400, 'The target bucket you specified is invalid.'),
  replicationLocation: row('BadReplicationLocation', 400, 'The replication location you choose is invalid'),
  replicationExists: row('BucketReplicationAlreadyExist', 400, 'The bucket replication already exists.'),
  replicationTooManyRules: row('TooManyReplicationRules', 400, 'A bucket has at most {max} replication rules.'),
  replicationTooManyPrefixes: invalidArgument('A replication rule has at most {max} prefixes.'),
  replicationVersioning: invalidArgument('Versioning of the source bucket is suspended.', '0031-00000054'),
  noSuchInventory: row('NoSuchInventory', 404, 'The specified inventory does not exist.'),
  inventoryExists: row('InventoryAlreadyExist', 409, 'The specified inventory already exists.'),
  inventoryTooMany: row('InventoryExceedLimit', 400, 'A bucket has at most {max} inventories.'),
  inventoryWithoutFrequency: row('MalformedXML', 400, MALFORMED_XML, { ec: '0020-00000017' }),
  inventoryWithoutRole: row('MalformedXML', 400, MALFORMED_XML, { ec: '0020-00000014' }),
  inventoryTargetName: invalidArgument('The name of the target bucket is invalid.', '0020-00000032'),
  inventoryTarget: invalidArgument('The target bucket does not belong to the account.', '0020-00000033'),
  redundancyTaskUnknown: row(
    'BucketDataRedundancyTransitionTaskNotExist',
    404,
    'The data redundancy transition task does not exist.',
  ),
  redundancyTaskExists: row(
    'BucketDataRedundancyTransitionTaskExist',
    409,
    'The redundancy of the bucket is, or is becoming, the requested one.',
  ),

  // Other settings of buckets
  noSuchRegion: row('NoSuchRegion', 404, '{name}'),
  noSuchTransferAcceleration: row(
    'NoSuchTransferAccelerationConfiguration',
    404,
    'The bucket you specified does not have transfer acceleration configuration.',
  ),
  noSuchArchiveDirectRead: row(
    'NoSuchArchiveDirectReadConfiguration',
    404,
    'The bucket you specified does not have an archive direct read configuration.',
  ),
  noSuchBucketPolicy: row('NoSuchBucketPolicy', 404, 'The specified bucket policy does not exist.'),
  invalidPolicyDocument: row('InvalidPolicyDocument', 400, 'Invalid Policy: {why}.'),
  serviceWorkerRefused: accessDenied(
    'An object may become a service worker only at an address whose host names its bucket.',
    '0003-00000001',
  ),
  publicPolicyBlocked: accessDenied('Put public bucket policy is not allowed', '0003-00090006'),
  publicObjectAclBlocked: accessDenied('Put public object acl is not allowed', '0003-00090014'),
  publicBucketAclBlocked: accessDenied('Put public bucket acl is not allowed', '0003-00090005'),
  noSuchWebsite: row('NoSuchWebsiteConfiguration', 404, 'The specified bucket does not have a website configuration.'),
  noSuchAccessPoint: row('NoSuchAccessPoint', 404, 'Accesspoint not found'),
  noSuchAccessPointPolicy: row('NoSuchAccessPointPolicy', 404, 'The access point policy does not exist.'),
  accessPointExists: row('AccessPointAlreadyExists', 409, 'The requested access point name is not available.'),
  accessPointTooMany: row('TooManyAccessPoints', 400, 'A bucket has at most {max} access points.'),
  noSuchOverwriteConfig: row(
    'NoSuchBucketOverwriteConfig',
    404,
    'The specified bucket does not have an overwrite configuration.',
  ),
  noSuchCallbackPolicy: row(
    'BucketCallbackPolicyNotExist',
    404,
    'The specified bucket does not have a callback policy.',
  ),
  noSuchStorageQuota: row('NoSuchBucketStorageQuota', 404, 'The specified bucket does not have a storage quota.'),
  noSuchQosInfo: row('NoSuchBucketQosInfo', 404, 'The specified bucket does not have a QoS configuration.'),
  noSuchResponseHeader: row(
    'NoSuchResponseHeaderConfiguration',
    404,
    'The specified bucket does not have a response header configuration.',
  ),
  websiteTooManyRules: invalidArgument('A website has at most {max} routing rules.'),
  noSuchUserDefinedLogFields: row(
    'NoSuchUserDefinedLogFieldsConfig',
    404,
    'The bucket you specified does not have user-defined log fields.',
  ),
  noSuchEncryptionRule: row(
    'NoSuchServerSideEncryptionRule',
    404,
    'The server side encryption configuration was not found',
  ),
  accessMonitorNeeded: row(
    'AccessMonitorDisableNotAllowed',
    400,
    'Access tracking cannot be disabled while a lifecycle rule is based on the last access time.',
  ),
  resourceGroupInvalid: row('ResourceGroupIdPreCheckError', 400, 'The resource group id precheck error', {
    ec: '0039-00000003',
  }),
  inlineDataTooLarge: row('InlineDataTooLarge', 400, 'Inline data exceeds the maximum allowed size.'),
  invalidTargetBucketForLogging: row(
    'InvalidTargetBucketForLogging',
    403,
    'put bucket log requester is not target bucket owner.',
    { ec: '0003-00090007' },
  ),
  userDefinedLogFieldsEmpty: invalidArgument('Invalid Argument.', '0046-00000003'),
  userDefinedLogFieldsTooMany: invalidArgument('Headers and parameters together must not be more than 6.'),
  invalidEncryptionAlgorithm: row(
    'InvalidEncryptionAlgorithmError',
    400,
    'The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.',
    { ec: '0005-00000003' },
  ),
  invalidDataEncryption: invalidArgument('Invalid Argument.', '0005-00000203'),
  keyIdWithoutKms: invalidArgument('Invalid Argument.', '0005-00000204'),
  keyIdEmpty: invalidArgument('Invalid Argument.', '0005-00000205'),
  encryptionKeyNotFound: row('KeyNotFound', 404, 'The specified key {keyId!} does not exist.', { ec: '0005-00000208' }),
  encryptionKeyForbidden: accessDenied('This request is forbidden by kms.', '0005-00090001'),
  encryptionNotSupported: row('InvalidEncryptionAlgorithmError', 400, 'This server has no cipher {cipher}.', {
    ec: '0005-00000003',
  }),
  kmsServiceNotEnabled: row('KmsServiceNotEnabled', 403, 'The key service is not enabled.', { ec: '0005-00090002' }),

  // Uploads that a client encrypts
  envelopeMissing: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000406' }),
  envelopePartSizeMissing: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000407' }),
  envelopeDataSizeInvalid: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000408' }),
  envelopePartSizeInvalid: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000409' }),
  envelopeIncomplete: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000411' }),
  envelopeDiffers: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000418' }),
  envelopePartSizeDiffers: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000419' }),
  envelopeLastPartSizeDiffers: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0005-00000420' }),
  envelopeOfSource: row('InvalidEncryptionRequest', 400, INVALID_ENVELOPE, { ec: '0042-00000309' }),

  // Arguments
  invalidArgument: invalidArgument('Invalid Argument.'),
  invalidEncodingType: invalidArgument('Invalid Encoding Method specified in Request', '0017-00000235'),
  invalidForbidOverwrite: invalidArgument('Invalid Argument.', '0017-00000279'),
  invalidBucketAcl: invalidArgument('no such bucket access control exists', '0015-00000204'),
  invalidObjectAcl: invalidArgument('no such object access control exists', '0017-00000104'),
  invalidBucketStorageClass: invalidArgument('No such bucket storage class exists.', '0013-00000101'),
  invalidStorageClass: invalidArgument('Invalid Argument.'),
  invalidMaxKeysOfService: invalidArgument('Argument max-keys must be an integer between 1 and 1000.', '0017-00000289'),
  invalidPrefixOfService: invalidArgument('Invalid Argument.', '0017-00000290'),
  invalidMarkerOfService: invalidArgument('Invalid Argument.', '0017-00000291'),
  invalidPrefix: invalidArgument('Invalid Argument.', '0015-00000403'),
  invalidMarker: invalidArgument('Invalid Argument.', '0015-00000405'),
  invalidListType: invalidArgument('Invalid Argument.', '0015-00000401'),
  appendPositionMissing: row('MissingArgument', 400, 'Missing Some Required Arguments.', { ec: '0016-00000501' }),
  symlinkTargetMissing: row('MissingArgument', 400, 'Missing Some Required Arguments.', { ec: '0043-00000001' }),
  versionOfAppend: invalidArgument('Invalid Argument.', '0016-00000504'),
  deepColdArchiveRefused: invalidArgument('Invalid Argument.', '0013-00000109'),
  copySourceInvalid: invalidArgument('Invalid Argument.', '0042-00000301'),
  copySourceEmpty: invalidArgument('Invalid Argument.', '0042-00000302'),
  copySourceParameter: invalidArgument('Invalid Argument.', '0016-00000304'),
  copySourceVersionEmpty: invalidArgument('Invalid Argument.', '0016-00000305'),
  invalidVersionId: invalidArgument('Invalid Argument.', '0012-00000202'),
  invalidVersionIdMarker: invalidArgument('Invalid Argument.', '0012-00000105'),
  versionMarkerWithoutKey: invalidArgument('A version-id marker cannot be specified without a key marker.'),
  invalidVersionsDelimiter: invalidArgument('Invalid Argument.', '0012-00000107'),
  invalidTrafficLimit: invalidArgument('Invalid Argument.', '0004-00000502'),
  trafficLimitTwice: invalidArgument('Invalid Argument.', '0004-00000501'),
  encryptionHeaderOnPart: invalidArgument('Invalid Argument.', '0005-00000002'),
  missingObjectAcl: row('MissingArgument', 400, 'Missing Some Required Arguments.'),
  anonymousOverride: row(
    'InvalidRequest',
    400,
    'Request specific response headers cannot be used for anonymous GET requests.',
  ),
  metadataTooLarge: invalidArgument('Invalid Argument.', '0011-00000002'),
  invalidMetadataName: invalidArgument('Invalid Argument.', '0011-00000004'),
  invalidMetadataValue: invalidArgument('Invalid Argument.', '0011-00000005'),
  tooManyTags: row('BadRequest', 400, 'Object tags cannot be greater than 10.'),
  invalidTag: row('InvalidTag', 400, TAG_INVALID, { ec: '0010-00000217' }),
  tagKeyTooLong: row('InvalidTag', 400, TAG_INVALID, { ec: '0010-00000209' }),
  duplicateTagKey: invalidArgument('query parameters without tag name duplicates', '0010-00000214'),
  tooManyTagsInDocument: row('InvalidTag', 400, TAG_INVALID),
  duplicateTagKeyInDocument: invalidArgument('Cannot provide multiple Tags with the same key.', '0010-00000210'),
  malformedTagging: row('InvalidTag', 400, TAG_INVALID, { ec: '0010-00000219' }),

  // Callbacks that are refused: nothing is stored
  callbackTooLong: invalidArgument('The callback configuration is longer than 5 KB.', '0007-00000001'),
  callbackPolicyUnknown: invalidArgument('The bucket has no callback policy of this name.'),
  callbackNotBase64: invalidArgument('The callback configuration is not base64 encoded.'),
  callbackNotJson: invalidArgument('The callback configuration is not json format.', '0007-00000003'),
  callbackUrlInvalid: invalidArgument('The callback URL is invalid, or there are more than 5.', '0007-00000004'),
  callbackAddressForbidden: invalidArgument('Private address is forbidden to callback.', '0007-00000008'),
  callbackAnonymous: accessDenied('Anonymous access is forbidden for callbacks.', '0003-00000001'),
  callbackFieldInvalid: invalidArgument('The callback configuration holds an invalid value.'),
  callbackHeadersReserved: invalidArgument('Additional headers must not begin with x-oss-.', '0007-00000026'),
  callbackTwice: invalidArgument('The callback is in both the headers and the query.', '0007-00000027'),
  callbackTemplateBrace: invalidArgument('Left brace must be adjacent to dollar sign.', '0007-00000105'),
  callbackTemplateOpen: invalidArgument('A variable has no right brace.', '0007-00000105'),
  callbackVarTooLong: invalidArgument('The callback-var configuration is longer than 5 KB.', '0007-00000101'),
  callbackVarNotBase64: invalidArgument('The callback-var configuration is not base64 encoded.'),
  callbackVarNotJson: invalidArgument('The callback-var configuration is not json format.', '0007-00000103'),
  callbackVarInvalid: invalidArgument(
    'The name of a custom variable must begin with x:, and its value must be a string.',
  ),

  // Callbacks that failed: the object is stored
  callbackStatus: callbackFailed('Error status : {status}.', { ec: '0007-00000203' }),
  callbackNotAllowed: callbackFailed(
    'No callback was made: this server calls only the hosts that --callback-hosts names.',
    { ec: '0007-00000203' },
  ),
  callbackAnswerNotJson: callbackFailed('Response body is not valid json format.', { ec: '0007-00000205' }),
  callbackWithoutLength: callbackFailed('Error Status : 400.User server missing content-length.'),
  callbackTooLarge: callbackFailed('User server return too long content-length value.'),
  callbackLate: callbackFailed('Cost too long time.'),
  callbacksTooMany: callbackFailed('Too many callback requests.', { ec: '0007-00000201' }),

  // Mirroring: nothing is stored
  mirrorUnreachable: mirrorFailed('Mirroring failed, please check your mirror configuration', { retry: 'later' }),
  mirrorForbidden: mirrorFailed('Mirroring failed, please check your mirror configuration', { ec: '0041-00000108' }),
  mirrorStatus: mirrorFailed('Error status : {status} from mirror host, should return 200 OK', { ec: '0041-00000101' }),
  mirrorUnreadable: mirrorFailed('Read body from mirror host failed, please check your mirror host', {
    ec: '0041-00000104',
    retry: 'later',
  }),
  mirrorIncomplete: mirrorFailed('Bytes read is not equal to expected', { retry: 'later' }),
  mirrorDigestMismatch: mirrorFailed('MD5 in header() is not equal to MD5 calculated'),
  mirrorHeadersTooLong: mirrorFailed('Meta is too large'),
  mirrorsTooMany: row('MirrorFailed', 503, 'Mirror request is rejected by QoS', { retry: 'later' }),

  // SelectObject
  selectRangeUnsupported: row('InvalidRange', 400, 'The header Range needs CSV without quoted record delimiters.', {
    ec: '0016-00000815',
  }),
  selectRangeTwice: row('InvalidRange', 400, 'The range is in the header and in the document.', {
    ec: '0016-00000816',
  }),

  // Images
  imagesBusy: row('ServiceUnavailable', 503, 'Too many images are being processed. Please try again later.', {
    ec: '0004-00000801',
    retry: 'later',
  }),
  imagesUnavailable: row(
    'NotImplemented',
    501,
    'This server cannot process images: its optional library sharp is not installed.',
  ),
  imageProcessTooLong: invalidArgument('The value of x-oss-process is too long.', '0017-00000288'),
  imageProcessEmpty: row(
    'InvalidRequest',
    400,
    'The value of x-oss-process is empty: name an operation, such as image/resize,w_100.',
  ),

  // What Bindery does not do
  conditionalPutNotImplemented: row('NotImplemented', 400, NOT_IMPLEMENTED_HEADER, { ec: '0017-00000245' }),
  headerNotImplemented: row(
    'NotImplemented',
    400,
    'Bindery does not implement {header!}. Send the request without it.',
  ),
  elementNotImplemented: row(
    'NotImplemented',
    400,
    'Bindery does not implement the element {element}. Send the document without it.',
  ),
  notImplemented: row('NotImplemented', 501, 'Bindery does not implement {operation}.'),
  methodNotAllowed: row('MethodNotAllowed', 405, METHOD_NOT_ALLOWED),

  // Authentication
  signatureDoesNotMatch: row('SignatureDoesNotMatch', 403, SIGNATURE_MISMATCH, { ec: '0002-00000040' }),
  sourceNotAllowed: row('SignatureDoesNotMatch', 403, SIGNATURE_MISMATCH, { ec: '0002-00000602' }),
  signatureV4DoesNotMatch: row('SignatureDoesNotMatch', 403, SIGNATURE_MISMATCH, { ec: '0002-00000201' }),
  signatureV2DoesNotMatch: row('SignatureDoesNotMatch', 403, SIGNATURE_MISMATCH, { ec: '0002-00090002' }),
  v2SignatureMissing: invalidArgument('Authorization header is invalid.', '0002-00000108'),
  invalidAccessKeyId: row(
    'InvalidAccessKeyId',
    403,
    'The OSS Access Key Id you provided does not exist in our records.',
    { ec: '0002-00000902' },
  ),
  accessKeyDisabled: row('InvalidAccessKeyId', 403, 'The OSS Access Key Id you provided is disabled.', {
    ec: '0002-00000904',
  }),
  accessKeyIdCharacters: row('InvalidAccessKeyId', 403, ACCESS_KEY_ID_CHARACTERS, { ec: '0002-00000064' }),
  urlAccessKeyIdCharacters: row('InvalidAccessKeyId', 403, ACCESS_KEY_ID_CHARACTERS, { ec: '0002-00000073' }),
  v2AccessKeyIdCharacters: row('InvalidAccessKeyId', 403, ACCESS_KEY_ID_CHARACTERS, { ec: '0002-00000901' }),
  v4AccessKeyIdCharacters: row('InvalidAccessKeyId', 403, ACCESS_KEY_ID_CHARACTERS, { ec: '0002-00000206' }),
  v4UrlAccessKeyIdCharacters: row('InvalidAccessKeyId', 403, ACCESS_KEY_ID_CHARACTERS, { ec: '0002-00000222' }),
  securityTokenNotInQuery: row('InvalidRequest', 400, 'Security-token must be provided by query string parameter.'),
  invalidSecurityToken: row('InvalidSecurityToken', 403, 'The security token you provided is invalid.', {
    ec: '0002-00000006',
  }),
  securityTokenExpired: row('SecurityTokenExpired', 403, 'The security token you provided has expired.', {
    ec: '0002-00000007',
  }),
  securityTokenOfOtherKey: row(
    'AccessKeyIdAndSecurityTokenNotMatch',
    403,
    'The OSS access key id and security token you provided does not match.',
    { ec: '0002-00000008' },
  ),
  securityTokenTwice: invalidArgument('Invalid Argument.'),
  authorizationTwice: invalidArgument('Invalid Argument.'),
  authorizationInvalid: invalidArgument('Authorization header is invalid.'),
  authorizationItems: invalidArgument('Authorization header is invalid, bad num of Items in Authorization header.'),
  authorizationMissingPart: invalidArgument('AccessKeyId or Signature is missing in Authorization header value.'),
  authorizationEmpty: invalidArgument('Authorization header value is empty.'),
  authorizationUnknownParameter: invalidArgument('Unknown parameter in Authorization header.'),
  signatureEmpty: invalidArgument('Authorization header is invalid.', '0002-00000065'),
  v4AuthorizationInvalid: invalidArgument('Authorization header is invalid.', '0002-00000202'),
  v4AdditionalHeadersEmpty: invalidArgument('Authorization header is invalid.', '0002-00000209'),
  v4AdditionalHeadersInvalid: invalidArgument('Authorization header is invalid.', '0002-00000210'),
  v4AdditionalHeadersMissing: invalidArgument('Authorization header is invalid.', '0002-00000211'),
  v4UrlAdditionalHeadersEmpty: invalidArgument('Invalid Argument.', '0002-00000076'),
  v4UrlAdditionalHeadersInvalid: invalidArgument('Invalid Argument.', '0002-00000077'),
  v4UrlAdditionalHeadersMissing: invalidArgument('Invalid Argument.', '0002-00000078'),
  v2AdditionalHeadersEmpty: invalidArgument('Authorization header is invalid.', '0002-00000110'),
  v2AdditionalHeadersInvalid: invalidArgument('Authorization header is invalid.', '0002-00000111'),
  v2AdditionalHeadersMissing: invalidArgument('Authorization header is invalid.', '0002-00000112'),
  v4ProductInvalid: invalidArgument('Invalid credential in Authorization header.', '0002-00000227'),
  v4CredentialInvalid: invalidArgument('Invalid credential in Authorization header.', '0002-00000213'),
  v4UrlCredentialInvalid: invalidArgument('Invalid Argument.', '0002-00000224'),
  v4PayloadInvalid: invalidArgument('Invalid Argument.', '0002-00000214'),
  v4RegionInvalid: invalidArgument('The signing region in credential is invalid.', '0002-00000228'),
  v4UrlRegionInvalid: invalidArgument('The signing region in credential is invalid.', '0002-00000226'),
  v4UrlExpiresInvalid: invalidArgument('Invalid Argument.', '0002-00000215'),
  v4UrlSignatureMissing: invalidArgument('Invalid Argument.', '0002-00000219'),
  v4UrlDateInvalid: invalidArgument('Invalid Argument.', '0002-00000223'),
  signatureVersionUnknown: invalidArgument('Invalid Argument.', '0002-00000066'),
  signatureNotSupported: row(
    'NotImplemented',
    501,
    'Bindery does not implement signatures of the form {scheme}. Use V1, V2 or V4 of OSS, or V2 or V4 of AWS.',
  ),
  urlSignatureIncomplete: accessDenied(
    'Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters',
    '0002-00090001',
  ),
  urlExpiresMissing: accessDenied(
    'Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters',
    '0002-00000067',
  ),
  urlExpiresInvalid: accessDenied('Invalid date (should be seconds since epoch).', '0002-00000068'),
  urlKeyAmbiguous: row(
    'InvalidArgument',
    400,
    'A V1 signature does not distinguish this URL from a URL with another key or other parameters: sign it with V4.',
  ),
  urlExpired: accessDenied('Request has expired.', '0002-00000069'),
  v4UrlExpired: accessDenied('Request has expired.', '0002-00000236'),
  dateMissing: accessDenied('OSS authentication requires a valid Date.', '0002-00000503'),
  dateInvalid: accessDenied('OSS authentication requires a valid Date.', '0002-00000502'),
  requestTimeTooSkewed: row(
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
    { ec: '0002-00000504', retry: 'now' },
  ),

  // Forms
  notMultipartForm: row(
    'RequestIsNotMultiPartContent',
    400,
    'Bucket POST must be of the enclosure-type multipart/form-data.',
  ),
  malformedForm: row(
    'MalformedPOSTRequest',
    400,
    'The body of your POST request is not well-formed multipart/form-data.',
  ),
  filesInForm: row('IncorrectNumberOfFilesInPOSTRequest', 400, 'POST requires exactly one file upload per request.'),
  formKeyMissing: invalidArgument(
    "The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields",
  ),
  formFieldNameTooLong: row('FieldItemTooLong', 400, 'Your name of form field is too long.'),
  formFieldsTooLarge: row(
    'MaxPOSTPreDataLengthExceededError',
    400,
    'Your POST request fields preceding the upload file were too large.',
  ),
  postAccessKeyIdEmpty: invalidArgument('Post request accessKeyId is empty.'),
  postSignatureEmpty: invalidArgument('Post request signature is empty.'),
  postFieldMissing: invalidArgument('The bucket POST must contain the specified field name.'),
  postCredentialInvalid: invalidArgument('Invalid Argument.', '0002-00000713'),
  postDateInvalid: invalidArgument('Invalid Argument.', '0002-00000709'),
  postRegionInvalid: invalidArgument('The signing region in credential is invalid.', '0002-00000715'),
  postPolicyExpired: accessDenied('Invalid according to Policy: Policy expired.', '0003-00090007'),
  postPolicyFailed: accessDenied('Invalid according to Policy: Policy Condition failed: {condition}', '0003-00090008'),
  postPolicyInvalid: row('InvalidPolicyDocument', 400, 'Invalid Policy: {why}.', { ec: '0006-00000201' }),
  postForbidOverwriteInvalid: invalidArgument('Invalid Argument.', '0006-00000117'),
  postFileTooSmall: row('EntityTooSmall', 400, 'Your proposed upload smaller than the minimum allowed size.', {
    ec: '0006-00000004',
  }),
  postFileTooLarge: row('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size.', {
    ec: '0006-00000003',
  }),

  // Access
  deniedByAcl: accessDenied('You have no right to access this object because of bucket acl.', '0003-00000001'),
  bucketNotYours: accessDenied('The bucket you access does not belong to you.', '0003-00000002'),
  readAclDenied: accessDenied('You do not have read acl permission on this object.', '0003-00000007'),
  writeAclDenied: accessDenied('You do not have write acl permission on this object.', '0003-00090001'),
  listBucketsDenied: accessDenied('You are forbidden to list buckets.', '0003-00090002'),
  endpointOfOtherRegion: accessDenied(
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    '0003-00001403',
  ),
  anonymousBucketDenied: accessDenied('Anonymous user has no right to access this bucket.', '0003-00000002'),
  anonymousForbidden: accessDenied('Anonymous access is forbidden for this operation.', '0003-00090003'),
  sourceProtected: accessDenied('You are denied by the source file protection of the bucket.', '0003-00090011'),
  deniedByPolicy: accessDenied('Access denied by bucket policy.', '0003-00000201'),
  deniedBySessionPolicy: accessDenied("Access denied by authorizer's policy.", '0003-00090004'),
  deniedByAccessPoint: accessDenied('Access denied by access point policy.', '0003-00090012'),
  accessPointOfVpc: accessDenied('The access point takes requests from its VPC only.', '0003-00090013'),
  refererEmpty: accessDenied(REFERER_DENIED, '0003-00000501'),
  refererBlacklisted: accessDenied(REFERER_DENIED, '0003-00000502'),
  refererNotListed: accessDenied(REFERER_DENIED, '0003-00000503'),
  requesterPaysAnonymous: accessDenied(REQUESTER_PAYS, '0003-00000701'),
  requesterPaysUrl: accessDenied(REQUESTER_PAYS, '0003-00000702'),
  requesterPaysHeader: accessDenied(REQUESTER_PAYS, '0003-00000703'),

  // The server's own state
  malformedRequest: row('BadRequest', 400, 'The request could not be understood.'),
  internalError: row('InternalError', 500, 'Please contact the server administrator.', { retry: 'later' }),
  objectDamaged: row('InternalError', 500, 'The stored bytes do not match their checksum. Please restore the object.'),
  noSpace: row('ServiceUnavailable', 503, 'The disk of the server is full: free some space, then try again.', {
    retry: 'later',
  }),
  belowReserve: row(
    'ServiceUnavailable',
    503,
    'The disk of the server has {freeMiB} MiB left, and --reserve keeps {reserveMiB} MiB of it free: free some space, or lower --reserve.',
    { retry: 'later' },
  ),
  totalQpsLimitExceeded: row('TotalQpsLimitExceeded', 503, 'Max total qps limit is exceeded.', { retry: 'later' }),
  uploadRateExceeded: row('UploadTrafficRateLimitExceeded', 503, REDUCE_TRAFFIC, { retry: 'later' }),
  downloadRateExceeded: row('DownloadTrafficRateLimitExceeded', 503, REDUCE_TRAFFIC, { retry: 'later' }),
  capacityExceeded: row('QuotaExceeded', 403, 'The bucket may hold {most} bytes, and the request would exceed that.', {
    ec: '0004-00090001',
  }),
  amountExceeded: row('QuotaExceeded', 403, 'The bucket may have {most} {what}, and the request would exceed that.', {
    ec: '0004-00090002',
  }),
  slowDown: row('SlowDown', 503, 'Please reduce your request rate.', { retry: 'later' }),
  serviceUnavailable: row(
    'ServiceUnavailable',
    503,
    'The server cannot handle the request now. Please try again later.',
    {
      retry: 'later',
    },
  ),

  // last, because V8 copies the names of all members so far for each member after a spread
  ...SELECT_ROWS,
  ...IMAGE_ROWS,
  ...S3_ROWS,
} as const satisfies Record<string, ErrorRow>

/** Names a row of the catalogue. */
export type Cause = keyof typeof CATALOGUE
