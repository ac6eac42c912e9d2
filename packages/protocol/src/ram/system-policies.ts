/** A managed policy that every account has and none can change. */
export interface SystemPolicy {
  readonly document: string
  readonly comments: string
}

function policy(comments: string, action: string | readonly string[]): SystemPolicy {
  const statement = { Effect: 'Allow', Action: action, Resource: '*' }
  return { comments, document: JSON.stringify({ Version: '1', Statement: [statement] }) }
}

/** The policies of the server, by the names that they have in RAM. @see https://help.aliyun.com/document_detail/93733.html */
export const SYSTEM_POLICIES: ReadonlyMap<string, SystemPolicy> = new Map([
  ['AdministratorAccess', policy('Everything.', '*')],
  ['AliyunOSSFullAccess', policy('Everything in all buckets.', 'oss:*')],
  ['AliyunOSSReadOnlyAccess', policy('Reading and listing in all buckets.', ['oss:Get*', 'oss:List*'])],
  ['AliyunRAMFullAccess', policy('Managing users, groups, roles and policies.', 'ram:*')],
  ['AliyunRAMReadOnlyAccess', policy('Looking at users, groups, roles and policies.', ['ram:Get*', 'ram:List*'])],
  ['AliyunSTSAssumeRoleAccess', policy('Assuming roles that trust the user.', 'sts:AssumeRole')],
])
