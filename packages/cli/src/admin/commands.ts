// size: exempt (a table: one entry per command)

import type { AdminOperationName } from '@bindery/protocol'

/** How the text of an argument becomes a parameter. `file`: the contents of a file, `-` being standard input. */
export type ArgumentForm = 'text' | 'file' | 'seconds' | 'pairs'

/** An argument or flag: the parameter that it gives. */
export interface Argument {
  readonly parameter: string
  /** For the help: `NAME`, `FILE`. */
  readonly placeholder: string
  readonly form: ArgumentForm
  /** It may be left out. */
  readonly optional?: true
}

/** One command below `bindery admin`. */
export interface AdminCommand {
  /** `user create`. */
  readonly words: string
  readonly operation: AdminOperationName
  readonly arguments: readonly Argument[]
  readonly flags: Readonly<Record<string, Argument>>
  /** Parameters that the words imply. */
  readonly fixed: Readonly<Record<string, string>>
  /** Parameters of which one must be given. */
  readonly anyOf: readonly string[]
}

const text = (parameter: string, placeholder = 'NAME'): Argument => ({ parameter, placeholder, form: 'text' })
const optional = (parameter: string, placeholder: string): Argument => ({
  ...text(parameter, placeholder),
  optional: true,
})
const file = (parameter: string): Argument => ({ parameter, placeholder: 'FILE', form: 'file' })
const seconds = (parameter: string): Argument => ({ parameter, placeholder: 'TIME', form: 'seconds' })

const user = text('UserName', 'USER')
const group = text('GroupName', 'GROUP')
const role = text('RoleName', 'ROLE')
const policy = text('PolicyName', 'POLICY')
const comments = { '--comments': text('Comments', 'TEXT') }
const description = { '--description': text('Description', 'TEXT') }

type Extra = Partial<Pick<AdminCommand, 'flags' | 'fixed' | 'anyOf'>>

function command(
  words: string,
  operation: AdminOperationName,
  args: readonly Argument[] = [],
  { flags = {}, fixed = {}, anyOf = [] }: Extra = {},
): AdminCommand {
  return { words, operation, arguments: args, flags, fixed, anyOf }
}

const requests = {
  '--since': text('StartTime', 'TIME'),
  '--bucket': text('Bucket', 'BUCKET'),
  '--event': text('EventName', 'OPERATION'),
  '--key-id': text('AccessKeyId', 'ID'),
  '--outcome': text('Outcome', 'failed'),
}
const span = { '--span': text('Span', '15m|1h|24h|30d') }
const account = text('AccountId', 'ACCOUNT')
const ownAccount = { ...account, optional: true } as const

/** The commands in the order of their help page. */
export const ADMIN_COMMANDS: readonly AdminCommand[] = [
  command('account create', 'CreateAccount', [], {
    flags: { '--display-name': text('DisplayName', 'TEXT'), ...comments },
  }),
  command('account list', 'ListAccounts'),
  command('account show', 'GetAccount', [account]),
  command('account delete', 'DeleteAccount', [account]),
  command('account create-key', 'CreateAccountAccessKey', [ownAccount]),
  command('account keys', 'ListAccountAccessKeys', [ownAccount]),
  command('account disable-key', 'UpdateAccountAccessKey', [text('UserAccessKeyId', 'ID')], {
    flags: { '--account': account },
    fixed: { Status: 'Inactive' },
  }),
  command('account enable-key', 'UpdateAccountAccessKey', [text('UserAccessKeyId', 'ID')], {
    flags: { '--account': account },
    fixed: { Status: 'Active' },
  }),
  command('account delete-key', 'DeleteAccountAccessKey', [text('UserAccessKeyId', 'ID')], {
    flags: { '--account': account },
  }),
  command('user create', 'CreateUser', [user], {
    flags: { '--display-name': text('DisplayName', 'TEXT'), ...comments },
  }),
  command('user list', 'ListUsers'),
  command('user show', 'GetUser', [user]),
  command('user groups', 'ListGroupsForUser', [user]),
  command('user policies', 'ListPoliciesForUser', [user]),
  command('user delete', 'DeleteUser', [user]),

  command('key create', 'CreateAccessKey', [user]),
  command('key list', 'ListAccessKeys', [user]),
  command('key disable', 'UpdateAccessKey', [user, text('UserAccessKeyId', 'ID')], { fixed: { Status: 'Inactive' } }),
  command('key enable', 'UpdateAccessKey', [user, text('UserAccessKeyId', 'ID')], { fixed: { Status: 'Active' } }),
  command('key delete', 'DeleteAccessKey', [user, text('UserAccessKeyId', 'ID')]),

  command('group create', 'CreateGroup', [group], { flags: comments }),
  command('group list', 'ListGroups'),
  command('group show', 'GetGroup', [group]),
  command('group members', 'ListUsersForGroup', [group]),
  command('group policies', 'ListPoliciesForGroup', [group]),
  command('group add', 'AddUserToGroup', [group, user]),
  command('group remove', 'RemoveUserFromGroup', [group, user]),
  command('group delete', 'DeleteGroup', [group]),

  command('role create', 'CreateRole', [role, file('AssumeRolePolicyDocument')], {
    flags: { '--max-session': seconds('MaxSessionDuration'), ...description },
  }),
  command('role list', 'ListRoles'),
  command('role show', 'GetRole', [role]),
  command('role policies', 'ListPoliciesForRole', [role]),
  command('role update', 'UpdateRole', [role], {
    flags: { '--trust': file('NewAssumeRolePolicyDocument'), '--max-session': seconds('NewMaxSessionDuration') },
  }),
  command('role delete', 'DeleteRole', [role]),

  command('policy create', 'CreatePolicy', [policy, file('PolicyDocument')], { flags: description }),
  command('policy list', 'ListPolicies'),
  command('policy show', 'GetPolicy', [policy]),
  command('policy holders', 'ListEntitiesForPolicy', [policy]),
  command('policy update', 'UpdatePolicy', [policy, file('PolicyDocument')]),
  command('policy delete', 'DeletePolicy', [policy]),

  ...(['User', 'Group', 'Role'] as const).flatMap((kind) => {
    const word = kind.toLowerCase()
    const holder = { User: user, Group: group, Role: role }[kind]
    return [
      command(`${word} attach`, `AttachPolicyTo${kind}`, [holder, policy]),
      command(`${word} detach`, `DetachPolicyFrom${kind}`, [holder, policy]),
      command(`${word} put-policy`, `Put${kind}Policy`, [holder, policy, file('PolicyDocument')]),
      command(`${word} delete-policy`, `Delete${kind}Policy`, [holder, policy]),
    ]
  }),

  command('explain', 'ExplainAccess', [optional('Action', 'ACTION'), optional('Resource', 'BUCKET[/KEY]')], {
    anyOf: ['Action', 'RequestId'],
    flags: {
      '--request': text('RequestId', 'ID'),
      '--account': account,
      '--user': user,
      '--role': role,
      '--session-policy': file('SessionPolicy'),
      '--principal': text('Principal', 'account|anonymous'),
      '--condition': { parameter: 'Conditions', placeholder: 'KEY=VALUE', form: 'pairs' },
    },
  }),

  command('server', 'GetServer'),
  command('log-level', 'SetLogLevel', [text('LogLevel', 'LEVEL')]),
  command('scrub', 'StartScrub'),

  command('requests', 'ListRequests', [], { flags: { ...requests, '--request': text('RequestId', 'ID') } }),
  command('follow', 'FollowRequests', [], { flags: requests }),

  command('metrics', 'ListMetrics', [], { flags: span }),
  command('bucket-metrics', 'ListBucketMetrics', [], { flags: span }),

  command('cluster', 'GetCluster'),

  command('audit', 'LookupEvents', [], {
    flags: {
      '--since': text('StartTime', 'TIME'),
      '--until': text('EndTime', 'TIME'),
      '--bucket': text('Bucket', 'BUCKET'),
      '--event': text('EventName', 'OPERATION'),
      '--key-id': text('AccessKeyId', 'ID'),
    },
  }),
]
