export { ACTIONS, type AclClass, type Action, VERSION_ACTIONS } from './actions.js'
export {
  type AddressingStyle,
  accessPointDomain,
  boundName,
  type Entrance,
  hostName,
  type Reading,
  type Readings,
  readings,
} from './address.js'
export type { AdminFields, AdminInput } from './admin/field.js'
export { decodeAdminInput } from './admin/field.js'
export { LOG_LEVELS, type LogLevel } from './admin/log-levels.js'
export {
  ADMIN_OPERATIONS,
  type AdminInputOf,
  type AdminOperation,
  type AdminOperationName,
  adminOperation,
} from './admin/operations.js'
export {
  type Callback,
  type CallbackFailure,
  type CallbackInput,
  type CallbackRequest,
  type CallbackUrl,
  type CallbackValues,
  callbackBody,
  callbackRequest,
  namedCallback,
  readCallback,
} from './callback.js'
export { type Circumstances, HeadCircumstances, headersWithForm } from './circumstances.js'
export { type ClientEnvelope, ENVELOPE, isEnvelopeName, readEnvelope } from './client-envelope.js'
export * from './codec.js'
export type { Answered, Dialect, FormRules } from './dialect.js'
export type { Digests } from './digests.js'
export * from './document.js'
export { type EntryColumns, entryPlan, PROBE, type PrintRows, STEP, templateOf } from './entry-template.js'
export { CATALOGUE, type Cause, type ErrorRow } from './errors/catalogue.js'
export type { EncodedError, ErrorExchange } from './errors/encode.js'
export { isImageFault } from './errors/image-rows.js'
export { type ErrorDetails, elementOf, missingDetails, OssError, shownDetails } from './errors/oss-error.js'
export { RAM_CATALOGUE, type RamCause, RamError, type RamErrorRow } from './errors/ram-error.js'
export { isSelectCode } from './errors/select-rows.js'
export { isWrongSignature } from './errors/wrong-signature.js'
export * from './field.js'
export { bodyMd5, bodyType, hasBody, isUnlimited } from './http-body.js'
export { parseHttpDate } from './http-date.js'
export { json } from './json.js'
export * from './limits.js'
export { type ListedPart, ListedParts } from './listed-parts.js'
export { decodeBody, decodeHead, encodeFields, encodeHeaders, type Head } from './message.js'
export {
  accessPointAlias,
  accessPointLabel,
  type BucketName,
  bucketName,
  DEFAULT_RESOURCE_GROUP,
  isAccessPointAlias,
  isBucketName,
  isLabelOfAccount,
  isOssBucketName,
  type ObjectKey,
  objectKey,
  soughtKey,
} from './names.js'
export { type Notation, OSS_NOTATION, type Spelled, type Spelling } from './notation.js'
export * from './operation.js'
export { ABSENT_OPERATIONS, type AbsentOperation } from './operations/absent.js'
export { configurationDocuments } from './operations/bucket/configurations.js'
export { checkEncryption, type EncryptionRule } from './operations/bucket/encryption.js'
export { bucketDocuments, otherDocuments } from './operations/bucket/index.js'
export { ownershipControlsDocument } from './operations/bucket/ownership-controls.js'
export { checkQosLimits, type QosLimits, UNLIMITED_QOS } from './operations/bucket/qos-info.js'
export type { S3ReplicationRule } from './operations/bucket/s3-replication-rule.js'
export type { BucketSettings } from './operations/bucket/settings.js'
export { COMMON_CAUSES, causesOf } from './operations/causes.js'
export type { BucketDocument, StoredDocument } from './operations/document.js'
export { chooseEncryption, type EncryptionChoice, type EncryptionInput } from './operations/encryption-fields.js'
export { type OperationName, type Operations, operations } from './operations/index.js'
export type {
  ExplainedClient,
  ExplainedPart,
  ExplainedPlan,
  ExplainedTimeline,
  ExplainedUpload,
  PartNumbers,
  PlannedObject,
} from './operations/multipart/explain-upload.js'
export type { CopySourceName } from './operations/object/copy-source.js'
export type { ExplainedObject, ManifestPart } from './operations/object/explain-object.js'
export { nextAppendPosition, notModifiedHeaders, unsatisfiedRange } from './operations/object/object-headers.js'
export type { Tag } from './operations/object/tags.js'
export {
  createRoute,
  createRouter,
  type DeclaredOperation,
  type Routable,
  type Route,
  type Routed,
  type Router,
} from './operations/route.js'
export type { StoreStatus } from './operations/service/get-store-status.js'
export {
  deleteMarkerHeaders,
  isVersionId,
  redirectHeaders,
  requestCharged,
  STORAGE_CLASSES,
} from './operations/shared.js'
export {
  describeOrigin,
  type OriginDescription,
  type OriginRequest,
  type OriginVisit,
  originRequest,
} from './origin.js'
export { ossDialect } from './oss-dialect.js'
export { type Piece, printedList, type SelfPrinting } from './pieces.js'
export { formHeaders, isFile, judgedFields, keyOfForm, type SentForm } from './post/form.js'
export { checkFormRegion, type FormClaim, policyProtocol, readFormClaim, verifyForm } from './post/form-claim.js'
export {
  checkPostPolicy,
  type FileSizes,
  type FormFields,
  type PolicyProtocol,
  type PostPolicy,
  parsePostPolicy,
} from './post/post-policy.js'
export { parseQuery, Query, type QueryParameter } from './query.js'
export * from './ram/limits.js'
export { SYSTEM_POLICIES, type SystemPolicy } from './ram/system-policies.js'
export { isoSeconds } from './ram/time.js'
export {
  type Acs3Claim,
  acs3Signature,
  acs3StringToSign,
  readAcs3Claim,
} from './rpc/acs3-signature.js'
export { encodeQueryError, encodeQueryResult, type QueryMembers } from './rpc/query-answer.js'
export { encodeRpcAnswer, type RpcFormat, type RpcMembers } from './rpc/rpc-answer.js'
export { type RpcParameters, rpcSignature, rpcStringToSign } from './rpc/rpc-signature.js'
export { ABSENT_S3_OPERATIONS } from './s3/absent.js'
export { SIGV4_CAUSES } from './s3/causes.js'
export { type ChunkChain, ChunkSignatures } from './s3/chunk-signatures.js'
export { ChunkedBodyError, ChunkedDecoder, type ChunkedFault } from './s3/chunked-body.js'
export { readStsClaim } from './s3/claim.js'
export { s3Dialect } from './s3/dialect.js'
export { s3Row } from './s3/errors.js'
export { grantsOf, type StatedAcl, statedAcl } from './s3/grants.js'
export type { Grant, Grantee } from './s3/operations/acl.js'
export { type CustomerKeyInput, customerKeysOf } from './s3/operations/customer-keys.js'
export {
  type HandledName,
  type HandledOperations,
  type S3InputOf,
  type S3Operations,
  type S3OutputOf,
  s3Operations,
} from './s3/operations/index.js'
export type { FailedDeletion } from './s3/operations/object.js'
export {
  CHECKSUM_NAMES,
  CHECKSUMS,
  type ChecksumName,
  checksumBytes,
  headerOf as checksumHeaderOf,
  type Payload,
} from './s3/payload.js'
export { presignS3, type S3SignOptions, signS3 } from './s3/sign.js'
export {
  canonicalRequests,
  SIGV4_ALGORITHM,
  SIGV4_SERVICE,
  SIGV4_TERMINATOR,
  type SigV4Scope,
  sigV4ScopeText,
} from './s3/sigv4.js'
export { requireSigned } from './s3/verifier.js'
export { checkTime } from './signature/check-time.js'
export { formOf, readClaim, readClaimOfBody } from './signature/claim.js'
export type { Claim, ClaimForm, SigV4HeaderClaim } from './signature/claim-form.js'
export { RepeatedV4 } from './signature/repeated-v4.js'
export { presignV1, presignV4, signV1, signV4, type V4SignOptions } from './signature/sign.js'
export { type Credentials, equalSignatures, type Signable } from './signature/signable.js'
export { readSourceRestriction, type SourceRestriction } from './signature/source-restriction.js'
export { formatBasicDay, formatBasicTime, parseRequestTime } from './signature/time.js'
export { hasAmbiguousValue, isAmbiguousInV1, v1StringToSign } from './signature/v1.js'
export {
  UNSIGNED_PAYLOAD,
  V4_ALGORITHM,
  V4_KEY_PREFIX,
  type V4Scope,
  v4CanonicalRequest,
  v4KeySteps,
  v4ScopeText,
  v4StringToSign,
} from './signature/v4.js'
export { SignatureVerifier, type SignedRequest } from './signature/verify.js'
export { splitTarget } from './target.js'
export * from './xml.js'
