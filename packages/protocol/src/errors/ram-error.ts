// size: exempt (a table: one row per cause)

import { detailOf, type ErrorDetails } from './oss-error.js'

/** One cause of failure of the RAM, STS and admin interfaces. */
export interface RamErrorRow {
  /** Words in braces are replaced by details, as in the message. */
  readonly code: string
  readonly status: number
  readonly message: string
}

const row = (code: string, status: number, message: string): RamErrorRow => ({ code, status, message })
const missing = (what: string) => row(`EntityNotExist.${what}`, 404, `The ${what.toLowerCase()} {name} does not exist.`)
const exists = (what: string) =>
  row(`EntityAlreadyExists.${what}`, 409, `The ${what.toLowerCase()} {name} already exists.`)
const limit = (what: string, sentence: string) => row(`LimitExceeded.${what}`, 409, sentence)

/**
 * Every failure of the RAM, STS and admin interfaces, one row per cause, with RAM's own codes.
 * @see https://help.aliyun.com/document_detail/28672.html
 */
export const RAM_CATALOGUE = {
  // Lookups
  userMissing: missing('User'),
  groupMissing: missing('Group'),
  roleMissing: row('EntityNotExist.Role', 404, 'The specified Role not exists.'),
  policyMissing: missing('Policy'),
  accessKeyMissing: row('EntityNotExist.User.AccessKey', 404, 'The user or account has no access key {name}.'),
  accountMissing: row('EntityNotExist.Account', 404, 'No account {name} was created on this server.'),
  bucketMissing: row('EntityNotExist.Bucket', 404, 'The bucket {name} does not exist.'),
  refusalUnknown: row(
    'EntityNotExist.Request',
    404,
    'The server has no record of a refusal of the request {name}: it was not refused, or too many others were refused since, or the server was restarted.',
  ),
  userExists: exists('User'),
  groupExists: exists('Group'),
  roleExists: exists('Role'),
  policyExists: exists('Policy'),

  // Limits and conflicts
  tooManyUsers: limit('User', 'An account has at most {limit} users.'),
  tooManyGroups: limit('Group', 'An account has at most {limit} groups.'),
  tooManyRoles: limit('Role', 'An account has at most {limit} roles.'),
  tooManyPolicies: limit('Policy', 'An account has at most {limit} policies of its own.'),
  tooManyAccessKeys: limit('User.AccessKey', 'A user or account has at most {limit} access keys: delete one first.'),
  tooManyGroupsOfUser: limit('User.Group', 'A user belongs to at most {limit} groups.'),
  tooManyAttached: limit('Attachment', 'At most {limit} policies can be attached to one user, group or role.'),
  tooManyInline: limit('InlinePolicy', 'A user, group or role has at most {limit} inline policies.'),
  groupHasMembers: row('DeleteConflict.Group.User', 409, 'The group has members: remove them first.'),
  policyAttached: row('DeleteConflict.Policy', 409, 'The policy is attached to {name}: detach it first.'),
  accountHasBuckets: row(
    'DeleteConflict.Account.Bucket',
    409,
    'The account owns the bucket {name}: delete its buckets first.',
  ),
  accountHasIdentities: row(
    'DeleteConflict.Account.Identity',
    409,
    'The account has users, groups, roles or policies: delete them first.',
  ),
  policyOfSystem: row(
    'InvalidParameter.PolicyName',
    400,
    'The policy {name} belongs to the server and cannot be changed.',
  ),

  // Parameters
  parameterMissing: row('Missing{name}', 400, '{name} is mandatory for this action.'),
  parameterInvalid: row('InvalidParameter.{name}', 400, 'The parameter {name} is invalid: {expected}.'),
  parameterUnknown: row('InvalidParameter', 400, 'This action has no parameter {name}.'),
  bodyInvalid: row('InvalidParameter', 400, 'The body must be a JSON object.'),
  bodyTooLarge: row('RequestEntityTooLarge', 413, 'The body has more than {limit} bytes.'),
  actionUnknown: row('InvalidAction.NotFound', 404, 'Specified api is not found, please check your url and method.'),
  methodInvalid: row('UnsupportedHTTPMethod', 405, 'Send this request with {method}.'),
  policyInvalid: row('InvalidParameter.PolicyDocument', 400, 'The policy is not valid: {reason}.'),

  // STS
  roleArnInvalid: row(
    'InvalidParameter.RoleArn',
    400,
    'The parameter RoleArn is invalid. Expected: acs:ram::ACCOUNT:role/NAME.',
  ),
  sessionNameInvalid: row('InvalidParameter.RoleSessionName', 400, 'The parameter RoleSessionName is wrongly formed.'),
  durationInvalid: row(
    'InvalidParameter.DurationSeconds',
    400,
    'The Min/Max value of DurationSeconds is {least}s/{most}s.',
  ),
  sessionPolicyInvalid: row(
    'InvalidParameter.PolicyGrammar',
    400,
    'The parameter Policy has not passed grammar check: {reason}.',
  ),
  sessionPolicyTooLong: row(
    'InvalidParameter.PolicySize',
    400,
    'The size of Policy must be smaller than {limit} bytes.',
  ),
  sessionOfRole: row('NoPermission', 403, 'A temporary key of a role cannot begin a session of the console.'),
  sessionOver: row(
    'InvalidSecurityToken.Expired',
    400,
    'A session of the console lasts at most {hours} hours: sign in again.',
  ),
  linkInvalid: row(
    'InvalidSignInLink',
    403,
    'This link has been used, is older than 15 minutes, or belongs to another server. Sign in with an access key, or restart the server for a new link.',
  ),
  roleForAccount: row('NoPermission', 403, 'Roles may not be assumed by root accounts.'),
  notTrusted: row('NoPermission', 403, 'The role does not trust the caller.'),
  serverElsewhere: row(
    'OperationConflict.Server',
    409,
    'This process does not do this: in a cluster, send the request to the gateway that does.',
  ),
  versionUnknown: row('InvalidVersion', 400, 'Specified parameter Version is not valid.'),

  // Signatures of RPC requests
  accessKeyUnknown: row('InvalidAccessKeyId.NotFound', 404, 'Specified access key is not found.'),
  accessKeyInactive: row('InvalidAccessKeyId.Inactive', 400, 'Specified access key is disabled.'),
  signatureMethodInvalid: row('InvalidSignatureMethod', 400, 'Specified signature method is not valid.'),
  signatureMismatch: row(
    'SignatureDoesNotMatch',
    400,
    'Specified signature is not matched with our calculation. server string to sign is:{stringToSign}',
  ),
  nonceUsed: row('SignatureNonceUsed', 400, 'Specified signature nonce was used already.'),
  nonceUnsigned: row(
    'IncompleteSignature',
    400,
    'The signature must cover host, x-acs-date, x-acs-signature-nonce and all other x-acs headers.',
  ),
  bodyUnsigned: row(
    'IncompleteSignature',
    400,
    'Sign by V4 (OSS4-HMAC-SHA256) in the header Authorization, with the SHA-256 of the body in lower-case hex in x-oss-content-sha256; UNSIGNED-PAYLOAD is not accepted here.',
  ),
  bodyMismatch: row('SignatureDoesNotMatch', 403, 'The SHA-256 of the body is not that of x-oss-content-sha256.'),
  requestRepeated: row(
    'SignatureNonceUsed',
    400,
    'A request with this signature was accepted already. Send another value of x-oss-nonce with each request.',
  ),
  timeStampInvalid: row('InvalidTimeStamp.Format', 400, 'Specified time stamp or date value is not well formatted.'),
  timeStampExpired: row('InvalidTimeStamp.Expired', 400, 'Specified time stamp or date value is expired.'),
  tokenMissing: row('MissingSecurityToken', 400, 'SecurityToken is mandatory for this action.'),
  tokenMalformed: row('InvalidSecurityToken.Malformed', 400, 'Specified SecurityToken is malformed.'),
  tokenOfOtherKey: row(
    'InvalidSecurityToken.MismatchWithAccessKey',
    400,
    'Specified SecurityToken mismatch with the AccessKey.',
  ),
  tokenExpired: row('InvalidSecurityToken.Expired', 400, 'Specified SecurityToken is expired.'),

  // Permission
  noPermission: row('NoPermission', 403, 'You are not authorized to do this action. You should be authorized by RAM.'),
  requestInvalid: row('InvalidRequest', 400, '{reason}'),
  internal: row('InternalError', 500, 'The request processing has failed due to some unknown error.'),
} as const satisfies Record<string, RamErrorRow>

/** Names a row of the catalogue. */
export type RamCause = keyof typeof RAM_CATALOGUE

/** A deliberate failure of the RAM, STS and admin interfaces. */
export class RamError extends Error {
  override readonly name = 'RamError'
  readonly reason: RamCause
  readonly code: string
  readonly status: number

  constructor(reason: RamCause, details: ErrorDetails = {}, options?: ErrorOptions) {
    const { code, status, message } = RAM_CATALOGUE[reason]
    super(fill(message, details), options)
    this.reason = reason
    this.code = fill(code, details)
    this.status = status
  }
}

function fill(text: string, details: ErrorDetails): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(detailOf(details, name) ?? name))
}
