// size: exempt (a table: one entry per operation)

/** The operations of the admin interface. Names, parameters and results are those of RAM's API, where RAM has them. */
import { SESSION_SECONDS_DEFAULT, SESSION_SECONDS_MAX, SESSION_SECONDS_MIN } from '../ram/limits.js'
import {
  type AdminFields,
  type AdminInput,
  documentOf,
  integerOf,
  optionally,
  textOf,
  textsOf,
  wordOf,
} from './field.js'
import { LOG_LEVELS } from './log-levels.js'

/** One operation, as dispatcher, handlers, command line and reference page read it. */
export interface AdminOperation<F extends AdminFields = AdminFields> {
  readonly name: string
  readonly summary: string
  /** The action that a policy must allow. */
  readonly action: `ram:${string}`
  /** The resources of RAM on each of which it must be allowed, in which `{Name}` stands for a parameter. */
  readonly resources: readonly [string, ...string[]]
  readonly input: F
  /** Keys of accounts only: those of the account itself, or only that which administers the server; absent: any key that a policy allows. */
  readonly reservedFor?: 'accounts' | 'administrator' | undefined
  /** The members of the result besides `RequestId`, for the reference page. */
  readonly result: readonly string[]
}

interface Declared<F extends AdminFields> {
  readonly summary: string
  readonly resources: AdminOperation['resources']
  readonly input: F
  readonly reservedFor?: AdminOperation['reservedFor']
  readonly result?: readonly string[]
}

function operation<const N extends string, F extends AdminFields>(
  name: N,
  { result = [], ...declared }: Declared<F>,
): AdminOperation<F> & { readonly name: N } {
  return { name, action: `ram:${name}`, result, ...declared }
}

const NAME = /^[\w.@-]{1,64}$/
const NAME_SENTENCE = '1 to 64 letters, digits and . _ - @'
const POLICY_NAME = /^[A-Za-z0-9-]{1,128}$/
const POLICY_NAME_SENTENCE = '1 to 128 letters, digits and hyphens'

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/
const TIME_SENTENCE = 'a time such as 2026-01-05T08:00:00Z'

const AccountId = textOf('The id of an account.', /^\d{1,20}$/, 'the id of an account')
const OwnAccountId = optionally(
  textOf("The id of an account; absent: the requester's own.", /^\d{1,20}$/, 'the id of an account'),
)
const UserName = textOf('The name of a user.', NAME, NAME_SENTENCE)
const GroupName = textOf('The name of a group.', NAME, NAME_SENTENCE)
const RoleName = textOf('The name of a role.', NAME, NAME_SENTENCE)
const PolicyName = textOf('The name of a policy.', POLICY_NAME, POLICY_NAME_SENTENCE)
const UserAccessKeyId = textOf('The id of an access key of the user.', /^[\w.-]{1,128}$/, 'the id of an access key')
const Status = wordOf('`Active`, or `Inactive`: the key signs nothing.', ['Active', 'Inactive'])
const Comments = optionally(textOf('Any text, for people.', /^[^\0]{0,512}$/u, 'a text of at most 512 characters'))
const DisplayName = optionally(
  textOf('The name as people read it.', /^[^\0]{0,128}$/u, 'a text of at most 128 characters'),
)
const PolicyDocument = documentOf('The policy: `{"Version":"1","Statement":[…]}`.')
const AssumeRolePolicyDocument = documentOf('The policy that names who may assume the role.')
const MaxSessionDuration = integerOf(
  `The longest life of a session in seconds; ${SESSION_SECONDS_DEFAULT} by default.`,
  SESSION_SECONDS_MIN,
  SESSION_SECONDS_MAX,
)
const Marker = optionally(textOf('`Marker` of the page before.', /^[\w.@-]{1,128}$/, 'the marker of a page'))
const MaxItems = optionally(integerOf('Entries of a page; 100 by default.', 1, 1_000))
const page = { Marker, MaxItems }
const PAGE_RESULT = ['IsTruncated', 'Marker']

/** Which of the requests that were answered lately. */
const requests = {
  StartTime: optionally(textOf('The earliest time.', TIME, TIME_SENTENCE)),
  Bucket: optionally(textOf('Only of this bucket.', /^[a-z0-9.-]{3,63}$/, 'the name of a bucket')),
  EventName: optionally(textOf('Only this operation, such as `PutObject`.', /^\w{1,64}$/, 'an operation')),
  AccessKeyId: optionally(textOf('Only by this access key.', /^[\w.-]{1,128}$/, 'the id of an access key')),
  Outcome: optionally(wordOf('`failed`: only answers with a status from 400 on.', ['failed'])),
}
const Span = optionally(wordOf('How far back; `1h` by default.', ['15m', '1h', '24h', '30d']))
const USER = ['User.UserId', 'User.UserName', 'User.DisplayName', 'User.Comments', 'User.CreateDate']
const GROUP = ['Group.GroupId', 'Group.GroupName', 'Group.Comments', 'Group.CreateDate']
const ROLE = [
  'Role.RoleId',
  'Role.RoleName',
  'Role.Arn',
  'Role.Description',
  'Role.MaxSessionDuration',
  'Role.AssumeRolePolicyDocument',
  'Role.CreateDate',
]
const POLICY = [
  'Policy.PolicyName',
  'Policy.PolicyType',
  'Policy.Description',
  'Policy.CreateDate',
  'Policy.UpdateDate',
]
/** Present where the policy names actions that nothing on this server needs. */
const WARNINGS = 'Warnings.UnknownAction[]'
const KEY = ['AccessKey.AccessKeyId', 'AccessKey.AccessKeySecret', 'AccessKey.Status', 'AccessKey.CreateDate']

const ACCOUNT = ['Account.AccountId', 'Account.DisplayName', 'Account.Comments', 'Account.CreateDate']
const SCRUB = [
  'Scrub.IsRunning',
  ...['StartDate', 'EndDate', 'NextDate', 'Bytes', 'Damaged', 'BytesPerSecond'].map((name) => `Scrub.${name}`),
]
const KEYS_LISTED = ['AccessKeys.AccessKey[].AccessKeyId', '….Status', '….CreateDate', '….LastUsedDate']

const listed = (root: string, members: readonly string[]) => [
  ...members.map((member) => `${root}.${member.replace('.', '[].')}`),
  ...PAGE_RESULT,
]

/** The operations of the admin interface, in the order of their reference page. */
export const ADMIN_OPERATIONS = [
  operation('CreateAccount', {
    summary:
      'Creates an account with its first access key, which may do everything in it. Only this answer contains the secret.',
    resources: ['account/*'],
    reservedFor: 'administrator',
    input: { DisplayName, Comments },
    result: [...ACCOUNT, ...KEY],
  }),
  operation('GetAccount', {
    summary: 'Shows an account.',
    resources: ['account/{AccountId}'],
    reservedFor: 'administrator',
    input: { AccountId },
    result: ACCOUNT,
  }),
  operation('ListAccounts', {
    summary: 'Lists the accounts that were created, by id.',
    resources: ['account/*'],
    reservedFor: 'administrator',
    input: page,
    result: listed('Accounts', ACCOUNT),
  }),
  operation('DeleteAccount', {
    summary: 'Deletes an account that owns no bucket, user, group, role or policy, with its access keys.',
    resources: ['account/{AccountId}'],
    reservedFor: 'administrator',
    input: { AccountId },
  }),
  operation('GetCluster', {
    summary:
      'Shows the processes that serve the same stores: which background tasks each runs, and which reports it owes.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: {},
    result: [
      ...['Incarnation', 'Host', 'Version', 'Settings', 'JoinDate'].map((name) => `Members.Member[].${name}`),
      ...['ReportsBehind', 'Reading', 'Chores', 'Answers'].map((name) => `….${name}`),
      ...['Epoch', 'SettingsDiffer', 'ChoresWithoutMember', 'Graves', 'HasGarbage'].map((name) => `Cluster.${name}`),
    ],
  }),
  operation('CreateAccountAccessKey', {
    summary: 'Creates an access key of an account itself. Only this answer contains the secret.',
    resources: ['account/{AccountId}'],
    reservedFor: 'accounts',
    input: { AccountId: OwnAccountId },
    result: KEY,
  }),
  operation('ListAccountAccessKeys', {
    summary: 'Lists the access keys of an account itself, with the hour of their last use.',
    resources: ['account/{AccountId}'],
    reservedFor: 'accounts',
    input: { AccountId: OwnAccountId },
    result: KEYS_LISTED,
  }),
  operation('UpdateAccountAccessKey', {
    summary: 'Enables or disables an access key of an account.',
    resources: ['account/{AccountId}'],
    reservedFor: 'accounts',
    input: { AccountId: OwnAccountId, UserAccessKeyId, Status },
  }),
  operation('DeleteAccountAccessKey', {
    summary: 'Deletes an access key of an account for good.',
    resources: ['account/{AccountId}'],
    reservedFor: 'accounts',
    input: { AccountId: OwnAccountId, UserAccessKeyId },
  }),

  operation('CreateUser', {
    summary: 'Creates a user, which has no permission yet.',
    resources: ['user/{UserName}'],
    input: { UserName, DisplayName, Comments },
    result: USER,
  }),
  operation('GetUser', {
    summary: 'Shows a user.',
    resources: ['user/{UserName}'],
    input: { UserName },
    result: USER,
  }),
  operation('ListUsers', {
    summary: 'Lists the users by name.',
    resources: ['user/*'],
    input: page,
    result: listed('Users', USER),
  }),
  operation('DeleteUser', {
    summary: 'Deletes a user with its access keys, memberships and inline policies.',
    resources: ['user/{UserName}'],
    input: { UserName },
  }),

  operation('CreateAccessKey', {
    summary: 'Creates an access key of a user. Only this answer contains the secret.',
    resources: ['user/{UserName}'],
    input: { UserName },
    result: KEY,
  }),
  operation('ListAccessKeys', {
    summary: 'Lists the access keys of a user, with the hour of their last use.',
    resources: ['user/{UserName}'],
    input: { UserName },
    result: KEYS_LISTED,
  }),
  operation('UpdateAccessKey', {
    summary: 'Enables or disables an access key.',
    resources: ['user/{UserName}'],
    input: {
      UserName,
      UserAccessKeyId,
      Status,
    },
  }),
  operation('DeleteAccessKey', {
    summary: 'Deletes an access key for good.',
    resources: ['user/{UserName}'],
    input: { UserName, UserAccessKeyId },
  }),

  operation('CreateGroup', {
    summary: 'Creates a group.',
    resources: ['group/{GroupName}'],
    input: { GroupName, Comments },
    result: GROUP,
  }),
  operation('GetGroup', {
    summary: 'Shows a group.',
    resources: ['group/{GroupName}'],
    input: { GroupName },
    result: GROUP,
  }),
  operation('ListGroups', {
    summary: 'Lists the groups by name.',
    resources: ['group/*'],
    input: page,
    result: listed('Groups', GROUP),
  }),
  operation('DeleteGroup', {
    summary: 'Deletes a group that has no members.',
    resources: ['group/{GroupName}'],
    input: { GroupName },
  }),
  operation('AddUserToGroup', {
    summary: "Makes a user a member of a group: the group's policies apply to the user.",
    resources: ['group/{GroupName}', 'user/{UserName}'],
    input: { UserName, GroupName },
  }),
  operation('RemoveUserFromGroup', {
    summary: 'Removes a user from a group.',
    resources: ['group/{GroupName}', 'user/{UserName}'],
    input: { UserName, GroupName },
  }),
  operation('ListUsersForGroup', {
    summary: 'Lists the members of a group.',
    resources: ['group/{GroupName}'],
    input: { GroupName },
    result: ['Users.User[].UserName'],
  }),
  operation('ListGroupsForUser', {
    summary: 'Lists the groups of a user.',
    resources: ['user/{UserName}'],
    input: { UserName },
    result: ['Groups.Group[].GroupName'],
  }),

  operation('CreateRole', {
    summary: 'Creates a role, which users that it trusts may assume.',
    resources: ['role/{RoleName}'],
    input: {
      RoleName,
      AssumeRolePolicyDocument,
      MaxSessionDuration: optionally(MaxSessionDuration),
      Description: Comments,
    },
    result: [...ROLE, WARNINGS],
  }),
  operation('GetRole', {
    summary: 'Shows a role.',
    resources: ['role/{RoleName}'],
    input: { RoleName },
    result: ROLE,
  }),
  operation('ListRoles', {
    summary: 'Lists the roles by name.',
    resources: ['role/*'],
    input: page,
    result: listed('Roles', ROLE),
  }),
  operation('UpdateRole', {
    summary: 'Replaces the trust policy of a role, or the longest life of its sessions.',
    resources: ['role/{RoleName}'],
    input: {
      RoleName,
      NewAssumeRolePolicyDocument: optionally(AssumeRolePolicyDocument),
      NewMaxSessionDuration: optionally(MaxSessionDuration),
    },
    result: [...ROLE, WARNINGS],
  }),
  operation('DeleteRole', {
    summary: 'Deletes a role. Sessions of the role can do nothing more.',
    resources: ['role/{RoleName}'],
    input: { RoleName },
  }),

  operation('CreatePolicy', {
    summary: 'Creates a policy, to be attached to users, groups and roles.',
    resources: ['policy/{PolicyName}'],
    input: { PolicyName, PolicyDocument, Description: Comments },
    result: [...POLICY, WARNINGS],
  }),
  operation('GetPolicy', {
    summary: 'Shows a policy and its document.',
    resources: ['policy/{PolicyName}'],
    input: { PolicyName },
    result: [...POLICY, 'Policy.PolicyDocument'],
  }),
  operation('ListPolicies', {
    summary: "Lists the account's policies by name; the first page begins with those of the server.",
    resources: ['policy/*'],
    input: page,
    result: listed('Policies', POLICY),
  }),
  operation('UpdatePolicy', {
    summary: 'Replaces the document of a policy, wherever it is attached.',
    resources: ['policy/{PolicyName}'],
    input: { PolicyName, PolicyDocument },
    result: [WARNINGS],
  }),
  operation('DeletePolicy', {
    summary: 'Deletes a policy that is attached to nothing.',
    resources: ['policy/{PolicyName}'],
    input: { PolicyName },
  }),
  operation('ListEntitiesForPolicy', {
    summary: 'Lists the users, groups and roles to which a policy is attached.',
    resources: ['policy/{PolicyName}'],
    input: { PolicyName },
    result: ['Users.User[].UserName', 'Groups.Group[].GroupName', 'Roles.Role[].RoleName'],
  }),

  ...policiesOf('User', { UserName }),
  ...policiesOf('Group', { GroupName }),
  ...policiesOf('Role', { RoleName }),

  operation('ExplainAccess', {
    summary:
      'Names the rule by which a request was refused, or decides whether someone may do something, as a request would be decided. About the bucket of another account only the decision is shown, for principals of the account and without `Conditions`.',
    resources: ['*'],
    input: {
      RequestId: optionally(
        textOf(
          'A request that was refused lately; nothing else is needed.',
          /^[\dA-F-]{24,36}$/,
          'the id of a request',
        ),
      ),
      AccountId: optionally(
        textOf(
          "The account of the user, role or `account`; absent: the requester's own. Only the account that administers the server may name users and roles of others; the owner of the bucket may name other accounts.",
          /^\d{1,20}$/,
          'the id of an account',
        ),
      ),
      UserName: optionally(UserName),
      RoleName: optionally(RoleName),
      SessionPolicy: optionally(documentOf('With a role: the policy of the session.')),
      Principal: optionally(
        wordOf(
          'Instead of a user or role: the account itself, or a request without a signature, which only the owner of the bucket may name.',
          ['account', 'anonymous'],
        ),
      ),
      Action: optionally(textOf('Such as `oss:GetObject`.', /^oss:\w+$/i, 'an action of OSS')),
      Bucket: optionally(textOf('The bucket; absent: the service.', /^[a-z0-9.-]{3,63}$/, 'the name of a bucket')),
      Key: optionally(
        textOf('The object; absent: the bucket as a whole.', /^[^\0]{1,1023}$/su, 'the key of an object'),
      ),
      Conditions: optionally(
        textsOf('Circumstances by their condition keys: `acs:SourceIp`, `acs:SecureTransport`, `oss:Prefix`, ….'),
      ),
    },
    result: [
      'Decision',
      'Code',
      'Message',
      'EC',
      'Reason.Source',
      'Reason.At',
      'Reason.Policy',
      'Reason.StatementIndex',
      'Reason.Statement',
      'Reason.Unmet[]',
      'Request.RequestId',
      'Request.EventTime',
      '….EventName',
      '….Action',
      '….UserIdentity',
      '….SourceIpAddress',
      '….Bucket',
      '….Key',
    ],
  }),
  operation('GetServer', {
    summary:
      'Shows the server that answers: its version, its options with their sources, and how far the verification of all stored bytes is. Secrets are left out.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: {},
    result: [
      ...['Version', 'NodeVersion', 'Platform', 'StartDate', 'Location', 'Format', 'Processes', 'Hashing'].map(
        (name) => `Server.${name}`,
      ),
      ...['LogLevel', 'DiskFreeBytes', 'DiskTotalBytes'].map((name) => `Server.${name}`),
      ...SCRUB,
      ...['Name', 'Value', 'Source'].map((name) => `Options.Option[].${name}`),
    ],
  }),
  operation('SetLogLevel', {
    summary:
      'Changes what the server logs, until its configuration is read again or it restarts. In a cluster, of the machine that answers.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: { LogLevel: wordOf('As `--log`.', LOG_LEVELS) },
  }),
  operation('StartScrub', {
    summary:
      'Begins to read and verify all stored bytes; a pass that runs goes on, at the new pace. Damage is logged and counted.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: {
      BytesPerSecond: optionally(
        integerOf('The pace of this pass; absent: that of `--scrub-rate`, or 4 MiB where that is 0.', 1_024, 2 ** 40),
      ),
    },
  }),
  operation('ListRequests', {
    summary:
      'Lists requests that were answered lately, the newest first: each process remembers 1,000. In a cluster, those of the machine that answers. Reads by this operation are not among them.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: {
      ...requests,
      RequestId: optionally(textOf('Only this request.', /^[\dA-F-]{24,36}$/, 'the id of a request')),
      MaxItems: optionally(integerOf('Requests of the answer; 100 by default.', 1, 1_000)),
    },
    result: [
      'Requests.Request[].RequestId',
      '….EventTime',
      '….EventName',
      '….Method',
      '….Target',
      '….Bucket',
      '….Key',
      '….AccessKeyId',
      '….SourceIpAddress',
      '….UserAgent',
      '….Status',
      '….Code',
      '….EC',
      '….Milliseconds',
      '….BytesReceived',
      '….BytesSent',
      '….Document',
    ],
  }),
  operation('FollowRequests', {
    summary:
      'Sends requests as they are answered, as server-sent events: `: listening`, then `event: request` for those that are remembered and for each further one, with a member of `ListRequests` as its data; `event: skipped` where more were answered than are remembered; `: beat` at least every 15 seconds. The answer ends when the server stops, and when the key that signed the request, or its session, is no longer valid.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: requests,
  }),
  operation('ListMetrics', {
    summary:
      'Lists the recent past of the server in numbers, the oldest first: stretches of 30 seconds for an hour, of 10 minutes for a day, of 4 hours for 30 days. It begins with the start of the server. In a cluster, that of the machine that answers.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: { Span },
    result: [
      'Metrics.Moment[].EndTime',
      '….Seconds',
      '….Requests',
      '….Failures',
      '….BytesReceived',
      '….BytesSent',
      '….Parts',
      '….P50',
      '….P95',
      '….P99',
      '….MemoryBytes',
      '….PartBytes',
      '….ObjectBytes',
      '….ReplacedParts',
      '….RepeatedCompletes',
      '….FailedCompletes',
      '….LoopDelay',
    ],
  }),
  operation('ListBucketMetrics', {
    summary:
      'Lists the requests of a span by bucket, the busiest first: of at most 50 buckets in each stretch of `ListMetrics`, others are left out.',
    resources: ['*'],
    reservedFor: 'administrator',
    input: { Span },
    result: ['Buckets.Bucket[].Name', '….Requests', '….Failures', '….BytesReceived', '….BytesSent', '….Parts'],
  }),
  operation('LookupEvents', {
    summary:
      'Lists the control actions that concerned the account, the newest first: the key, its address, and what they changed; and questions about access.',
    resources: ['trail/*'],
    input: {
      StartTime: optionally(textOf('The earliest time.', TIME, TIME_SENTENCE)),
      EndTime: optionally(textOf('The latest time; absent: now.', TIME, TIME_SENTENCE)),
      Bucket: optionally(textOf('Only of this bucket.', /^[a-z0-9.-]{3,63}$/, 'the name of a bucket')),
      EventName: optionally(textOf('Only this operation, such as `PutBucketPolicy`.', /^\w{1,64}$/, 'an operation')),
      AccessKeyId: optionally(textOf('Only by this access key.', /^[\w.-]{1,128}$/, 'the id of an access key')),
      ...page,
    },
    result: [
      'Events.Event[].EventTime',
      '….EventName',
      '….UserIdentity',
      '….SourceIpAddress',
      '….Bucket',
      '….Key',
      '….UploadId',
      '….Subject',
      '….ErrorCode',
      '….Before',
      '….After',
      '….Question',
      '….RequestId',
      ...PAGE_RESULT,
    ],
  }),
] as const

/** Attachments and inline policies of one kind of identity. */
function policiesOf<const K extends string, F extends AdminFields>(kind: K, name: F) {
  const resource = `${kind.toLowerCase()}/{${kind}Name}`
  const resources = [resource, 'policy/{PolicyName}'] as const
  const what = `a ${kind.toLowerCase()}`
  return [
    operation(`AttachPolicyTo${kind}`, {
      summary: `Attaches a policy to ${what}.`,
      resources,
      input: { PolicyName, ...name },
    }),
    operation(`DetachPolicyFrom${kind}`, {
      summary: `Detaches a policy from ${what}.`,
      resources,
      input: { PolicyName, ...name },
    }),
    operation(`ListPoliciesFor${kind}`, {
      summary: `Lists the policies of ${what}: those that are attached, and the inline ones with their documents.`,
      resources: [resource],
      input: name,
      result: ['Policies.Policy[].PolicyName', '….PolicyType', '….PolicyDocument'],
    }),
    operation(`Put${kind}Policy`, {
      summary: `Sets an inline policy of ${what}: it belongs to it alone, and is deleted with it.`,
      resources: [resource],
      input: { PolicyName, PolicyDocument, ...name },
      result: [WARNINGS],
    }),
    operation(`Delete${kind}Policy`, {
      summary: `Deletes an inline policy of ${what}.`,
      resources: [resource],
      input: { PolicyName, ...name },
    }),
  ] as const
}

type Declarations = (typeof ADMIN_OPERATIONS)[number]

/** The name of an operation of the admin interface. */
export type AdminOperationName = Declarations['name']

/** The decoded parameters of an operation, by its name. */
export type AdminInputOf<N extends AdminOperationName> = AdminInput<
  Extract<Declarations, { readonly name: N }>['input']
>

const BY_NAME = new Map<string, Declarations>(ADMIN_OPERATIONS.map((one) => [one.name, one]))

/** The declaration of an operation, or undefined for a name that no operation has. */
export function adminOperation(name: string): Declarations | undefined {
  return BY_NAME.get(name)
}
