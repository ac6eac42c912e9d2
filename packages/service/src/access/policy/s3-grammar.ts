/**
 * The words of S3 in a policy, translated into those of OSS. A policy of S3 is known by its version.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
 */
import { ACTIONS, type Action } from '@bindery/protocol'
import { Glob } from './glob.js'

/** The versions of AWS's language. */
export const S3_VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17']

/** Actions with another name in S3; some names stand for several actions of OSS. */
const RENAMED: Readonly<Partial<Record<Action, readonly string[]>>> = {
  'oss:ListObjects': ['ListBucket'],
  'oss:ListObjectVersions': ['ListBucketVersions'],
  'oss:ListMultipartUploads': ['ListBucketMultipartUploads'],
  'oss:ListParts': ['ListMultipartUploadParts'],
  'oss:ListBuckets': ['ListAllMyBuckets'],
  'oss:PutBucket': ['CreateBucket'],
  'oss:GetBucketCors': ['GetBucketCORS'],
  'oss:PutBucketCors': ['PutBucketCORS'],
  'oss:DeleteBucketCors': ['PutBucketCORS'],
  'oss:GetBucketLifecycle': ['GetLifecycleConfiguration'],
  'oss:PutBucketLifecycle': ['PutLifecycleConfiguration'],
  'oss:DeleteBucketLifecycle': ['PutLifecycleConfiguration'],
  'oss:GetBucketEncryption': ['GetEncryptionConfiguration'],
  'oss:PutBucketEncryption': ['PutEncryptionConfiguration'],
  'oss:DeleteBucketEncryption': ['PutEncryptionConfiguration'],
  'oss:DeleteBucketTagging': ['PutBucketTagging'],
  'oss:DeleteBucketPublicAccessBlock': ['PutBucketPublicAccessBlock'],
  'oss:GetBucketAcl': ['GetBucketAcl', 'GetBucketOwnershipControls'],
  'oss:PutBucketAcl': ['PutBucketAcl', 'PutBucketOwnershipControls'],
  'oss:GetBucketLogging': ['GetBucketLogging', 'GetBucketNotification'],
  'oss:PutBucketLogging': ['PutBucketLogging', 'PutBucketNotification'],
  'oss:GetBucketTransferAcceleration': ['GetAccelerateConfiguration'],
  'oss:PutBucketTransferAcceleration': ['PutAccelerateConfiguration'],
  'oss:GetBucketReplication': ['GetReplicationConfiguration'],
  'oss:PutBucketReplication': ['PutReplicationConfiguration'],
  'oss:DeleteBucketReplication': ['PutReplicationConfiguration'],
  'oss:GetBucketInventory': ['GetInventoryConfiguration'],
  'oss:PutBucketInventory': ['PutInventoryConfiguration'],
  'oss:DeleteBucketInventory': ['PutInventoryConfiguration'],
  'oss:GetBucketObjectWormConfiguration': ['GetBucketObjectLockConfiguration'],
  'oss:PutBucketObjectWormConfiguration': ['PutBucketObjectLockConfiguration'],
}

/** Actions of S3 that allow nothing on their own. */
const ALLOWING_NOTHING: ReadonlySet<string> = new Set(['s3:getobjectattributes', 's3:getobjectversionattributes'])

const ACTIONS_BY_S3: readonly (readonly [s3: string, oss: Action])[] = (Object.keys(ACTIONS) as Action[]).flatMap(
  (oss) => (RENAMED[oss] ?? [oss.slice('oss:'.length)]).map((name) => [name.toLowerCase(), oss] as const),
)

/** The actions of OSS that an action of S3 stands for, which may have wildcards; undefined for one that S3 does not have. */
export function actionsOfS3(action: string): readonly string[] | undefined {
  if (action === '*' || /^s3:\*$/i.test(action)) return ['oss:*']
  if (ALLOWING_NOTHING.has(action.toLowerCase())) return []
  if (!/^s3:[a-z0-9*?]+$/i.test(action)) return undefined
  const glob = new Glob(action.slice('s3:'.length).toLowerCase())
  const found = ACTIONS_BY_S3.filter(([name]) => glob.matches(name)).map(([, oss]) => oss)
  return found.length === 0 ? undefined : [...new Set(found)]
}

/** Whether a text has a variable, such as `${aws:username}`. None has a value here, so that a denial would deny nothing. */
export function hasVariable(text: string): boolean {
  return text.includes('${')
}

/** `arn:aws:s3:::bucket/key` in OSS's form; undefined for what names nothing of S3, and where it has a variable. */
export function resourceOfS3(resource: string): string | undefined {
  if (resource === '*') return resource
  if (hasVariable(resource)) return undefined
  const [, path] = /^arn:aws[\w-]*:s3:::(.+)$/s.exec(resource) ?? []
  return path === undefined ? undefined : `acs:oss:*:*:${path}`
}

/** An account by its id or its root, a user by name, or a session of a role; undefined for others. */
export function principalOfS3(principal: string): string | undefined {
  if (principal === '*' || /^\d{1,20}$/.test(principal)) return principal
  if (/^arn:aws:iam::\d{1,20}:user\/[\w.@-]{1,64}$/.test(principal)) return principal
  const [, root, session] =
    /^arn:aws[\w-]*:(?:iam::(\d{1,20}):root|sts::(\d{1,20}:assumed-role\/[\w.@/-]{1,200}))$/.exec(principal) ?? []
  if (session !== undefined) return `arn:sts::${session}`
  return root
}

const KEYS: Readonly<Record<string, string>> = {
  'aws:sourceip': 'acs:SourceIp',
  'aws:useragent': 'acs:UserAgent',
  'aws:currenttime': 'acs:CurrentTime',
  'aws:securetransport': 'acs:SecureTransport',
  'aws:multifactorauthpresent': 'acs:MFAPresent',
  's3:prefix': 'oss:Prefix',
  's3:delimiter': 'oss:Delimiter',
  's3:dataaccesspointaccount': 'oss:DataAccessPointAccount',
  's3:accesspointnetworkorigin': 'oss:AccessPointNetworkOrigin',
}
const TAG_KEYS: readonly (readonly [s3: string, oss: string])[] = [
  ['s3:existingobjecttag/', 'oss:ExistingObjectTag/'],
  ['s3:requestobjecttag/', 'oss:RequestObjectTag/'],
  ['s3:buckettag/', 'oss:BucketTag/'],
]

/** A key of conditions; undefined for one that has no meaning here, which must not be guessed. */
export function conditionKeyOfS3(key: string): string | undefined {
  const folded = key.toLowerCase()
  const tag = TAG_KEYS.find(([prefix]) => folded.startsWith(prefix) && key.length > prefix.length)
  return tag === undefined ? KEYS[folded] : tag[1] + key.slice(tag[0].length)
}
