/** Causes that only requests of S3 have, with S3's codes, statuses and texts. */

export interface S3Row {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly ec?: string
  readonly retry: 'never'
}

function row(code: string, status: number, message: string, ec?: string): S3Row {
  return ec === undefined ? { code, status, message, retry: 'never' } : { code, status, message, ec, retry: 'never' }
}

const invalidRequest = (message: string) => row('InvalidRequest', 400, message)

/** One row per cause that only requests of S3 have. */
export const S3_ROWS = {
  // Signatures
  sigV4Twice: row(
    'InvalidArgument',
    400,
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
  ),
  sigV4AuthorizationInvalid: row('InvalidArgument', 400, 'Unsupported Authorization Type'),
  sigV4HeaderMalformed: row('AuthorizationHeaderMalformed', 400, 'The authorization header is malformed; {why}'),
  sigV4UrlMalformed: row(
    'AuthorizationQueryParametersError',
    400,
    'Error parsing the parameters of query-string authentication: {why}',
  ),
  sigV4DateMismatch: row(
    'AuthorizationHeaderMalformed',
    400,
    'The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.',
  ),
  sigV4RegionInvalid: row(
    'AuthorizationHeaderMalformed',
    400,
    "The authorization header is malformed; the region '{given}' is wrong; expecting '{region!}'",
  ),
  sigV4UrlRegionInvalid: row(
    'AuthorizationQueryParametersError',
    400,
    "Error parsing the X-Amz-Credential parameter; the region '{given}' is wrong; expecting '{region!}'",
  ),
  sigV4UrlExpired: row('AccessDenied', 403, 'Request has expired.', '0002-00000418'),
  sigV2UrlIncomplete: row(
    'AccessDenied',
    403,
    'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    '0002-00090009',
  ),
  sigV2UrlExpired: row('AccessDenied', 403, 'Request has expired', '0002-00000417'),
  sigV4UrlNotYetValid: row('AccessDenied', 403, 'Request is not valid yet.', '0002-00090007'),
  sigV4HeadersNotSigned: row(
    'AccessDenied',
    403,
    'There were headers present in the request which were not signed',
    '0002-00090008',
  ),
  sigV4DoesNotMatch: row(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    '0002-00000429',
  ),
  sigV4ChunkDoesNotMatch: row(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    '0002-00000430',
  ),

  // Bodies
  sigV4PayloadMissing: invalidRequest('Missing required header for this request: x-amz-content-sha256'),
  payloadInvalid: row(
    'InvalidArgument',
    400,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  ),
  payloadNotForDocument: invalidRequest('The value of x-amz-content-sha256 header is invalid.'),
  payloadMismatch: row(
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ),
  trailerMalformed: row(
    'MalformedTrailerError',
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  ),
  chunksMalformed: row('IncompleteBody', 400, 'The request body terminated unexpectedly'),

  // Checksums
  checksumInvalid: invalidRequest('Value for {name} header is invalid.'),
  checksumTwice: invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'),
  checksumMissing: invalidRequest(
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  ),
  checksumDeclaredOther: invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.'),
  checksumUnsupported: invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5]',
  ),
  checksumDiffers: invalidRequest(
    'Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}',
  ),
  checksumTypeWithoutAlgorithm: invalidRequest(
    'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
  ),
  checksumTypeUnsupported: invalidRequest(
    'The {type} checksum type cannot be used with the {algorithm} checksum algorithm.',
  ),
  checksumOfPartMissing: invalidRequest(
    'The upload was created using a {algorithm} checksum. The complete request must include the checksum for each part. It was missing for part {partNumber} in the request.',
  ),
  checksumOfPartDiffers: row(
    'BadDigest',
    400,
    'The {algorithm} you specified for part {partNumber} did not match what we received.',
  ),
  checksumOfPartInvalid: row('InvalidArgument', 400, 'Invalid Base64 or multiple checksums present in request'),
  checksumTypeOfUploadDiffers: invalidRequest(
    'The upload was created using the {type} checksum mode. The complete request must use the same checksum mode.',
  ),
  objectSizeDiffers: invalidRequest(
    "The provided 'x-amz-mp-object-size' header value {stated} does not match what was computed: {computed}",
  ),
  checksumMismatch: row('BadDigest', 400, 'The {algorithm} you specified did not match the calculated checksum.'),

  // Forms
  postFieldsExtra: row(
    'AccessDenied',
    403,
    'Invalid according to Policy: Extra input fields: {fields}',
    '0003-00090010',
  ),
  postFieldAbsent: row(
    'InvalidArgument',
    400,
    "Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields.",
  ),

  // Documents of buckets
  malformedPolicy: row('MalformedPolicy', 400, 'Policy is malformed: {why}'),
  versioningWithoutStatus: row(
    'IllegalVersioningConfigurationException',
    400,
    'The Versioning element must be specified',
  ),
  bucketAlreadyOwned: row(
    'BucketAlreadyOwnedByYou',
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
  ),
  noSuchTagSet: row('NoSuchTagSet', 404, 'The TagSet does not exist'),
  noSuchPublicAccessBlock: row(
    'NoSuchPublicAccessBlockConfiguration',
    404,
    'The public access block configuration was not found',
  ),
  noSuchOwnershipControls: row('OwnershipControlsNotFoundError', 404, 'The bucket ownership controls were not found'),
  noSuchReplication: row('ReplicationConfigurationNotFoundError', 404, 'The replication configuration was not found'),
  configurationIdDiffers: row('IdMismatch', 400, 'Document ID does not match the specified configuration ID.'),
  configurationsTooMany: row(
    'TooManyConfigurations',
    400,
    'You are attempting to create a new configuration but have already reached the 1,000-configuration limit.',
  ),
  bucketArnInvalid: row('InvalidS3DestinationBucket', 400, 'Invalid bucket ARN.'),
  replicationUnversioned: invalidRequest(
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
  ),
  replicationTargetMissing: invalidRequest('Destination bucket must exist.'),
  replicationTargetUnversioned: invalidRequest('Destination bucket must have versioning enabled.'),
  replicationTargetSame: invalidRequest('Destination bucket cannot be the same as the source bucket.'),
  replicationIncomplete: invalidRequest(
    '{element} must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.',
  ),
  replicationIdTwice: row('InvalidArgument', 400, 'Rule Id must be unique. Found same Id for more than one rule'),
  noSuchConfiguration: row('NoSuchConfiguration', 404, 'The specified configuration does not exist.'),
  corsMethodUnsupported: invalidRequest('Found unsupported HTTP method in CORS config. Unsupported method is {method}'),
  lifecycleDateNotMidnight: row('InvalidArgument', 400, "'Date' must be at midnight GMT"),
  lifecycleTagTwice: invalidRequest('Duplicate Tag Keys are not allowed.'),
  websiteSuffixInvalid: row('InvalidArgument', 400, 'The IndexDocument Suffix is not well formed'),
  publicAclWithOwnership: row(
    'InvalidBucketAclWithObjectOwnership',
    400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  ),

  // ACLs
  malformedAcl: row(
    'MalformedACLError',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  ),
  aclTwice: row('UnexpectedContent', 400, 'This request does not support content'),
  aclCannedAndGrants: invalidRequest('Specifying both Canned ACLs and Header Grants is not allowed'),
  aclMissing: row('MissingSecurityHeader', 400, 'Your request was missing a required header: x-amz-acl'),
  granteeInvalid: row('InvalidArgument', 400, '{why}'),
  grantNotImplemented: row('NotImplemented', 501, 'Bindery implements only the grants that a canned ACL stands for.'),
  aclsOff: row('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs'),

  // Parts and attributes of objects
  partNumberOfObjectInvalid: row(
    'InvalidArgument',
    400,
    'Part number must be an integer between 1 and 10000, inclusive.',
  ),
  rangeWithPartNumber: invalidRequest('Cannot specify both Range header and partNumber query parameter'),
  noSuchPartOfObject: row('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable'),
  attributeUnknown: row('InvalidArgument', 400, 'Invalid attribute name specified.'),
  attributesMissing: invalidRequest(
    'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
  ),

  // Keys of customers
  customerAlgorithmInvalid: row(
    'InvalidEncryptionAlgorithmError',
    400,
    'The Encryption request you specified is not valid. Supported value: AES256.',
  ),
  customerAlgorithmMissing: row(
    'InvalidArgument',
    400,
    'Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.',
  ),
  customerKeyMissing: row(
    'InvalidArgument',
    400,
    'Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.',
  ),
  customerKeyInvalid: row('InvalidArgument', 400, 'The secret key was invalid for the specified algorithm.'),
  customerKeyDigestMissing: row(
    'InvalidArgument',
    400,
    'Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.',
  ),
  customerKeyDigestDiffers: row(
    'InvalidArgument',
    400,
    'The calculated MD5 hash of the key did not match the hash that was provided.',
  ),
  customerKeyWithEncryption: row(
    'InvalidArgument',
    400,
    'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
  ),
  customerKeyInsecure: invalidRequest(
    'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.',
  ),
  customerKeyNeeded: invalidRequest(
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
  ),
  customerKeyNeededForPart: invalidRequest(
    'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
  ),
  customerKeyNotNeeded: invalidRequest('The encryption parameters are not applicable to this object.'),
  customerKeyWrong: row('AccessDenied', 403, 'Access Denied', '0003-00090011'),

  encryptionContextInvalid: row(
    'InvalidArgument',
    400,
    "The header '{name}' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
  ),
  encryptionContextWithoutKms: row(
    'InvalidArgument',
    400,
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
  ),

  redirectLocationInvalid: row(
    'InvalidRedirectLocation',
    400,
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  ),

  // Operations
  copyOntoItself: invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  ),
  copyRangeInvalid: row(
    'InvalidArgument',
    400,
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
  ),
  copyRangeOutside: row('InvalidArgument', 400, 'Range specified is not valid for source object of size: {size}'),
  conditionTwice: row('NotImplemented', 501, 'Multiple conditional request headers present in the request'),
  bucketOwnerDiffers: row('AccessDenied', 403, 'Access Denied', '0003-00090007'),
} as const satisfies Record<string, S3Row>
