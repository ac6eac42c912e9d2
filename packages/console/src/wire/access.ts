/** Users, their keys and their policies, by the admin interface. */
import { admin } from './request.js'

/** A user as it is listed. */
export interface User {
  readonly UserName: string
  readonly DisplayName: string
  readonly Comments: string
  readonly CreateDate: string
}

/** An access key without its secret. */
export interface KeyEntry {
  readonly AccessKeyId: string
  readonly Status: 'Active' | 'Inactive'
  readonly CreateDate: string
  readonly LastUsedDate?: string
}

/** A key with its secret, which only the answer that creates it has. */
export interface NewKey extends KeyEntry {
  readonly AccessKeySecret: string
}

/** A policy of a user. An inline one has its document. */
export interface AttachedPolicy {
  readonly PolicyName: string
  readonly PolicyType: string
  readonly PolicyDocument?: string
}

interface Truncated {
  readonly IsTruncated?: boolean
  readonly Marker?: string
}

/** Collects all pages of a listing. */
async function pages<T extends Truncated, Row>(operation: string, rowsOf: (page: T) => readonly Row[]): Promise<Row[]> {
  const rows: Row[] = []
  let marker: string | undefined
  do {
    const page = await admin<T>(operation, { MaxItems: 1000, ...(marker === undefined ? {} : { Marker: marker }) })
    rows.push(...rowsOf(page))
    marker = page.IsTruncated === true ? page.Marker : undefined
  } while (marker !== undefined)
  return rows
}

/** All users of the account by name. Throws ServerError. */
export function listUsers(): Promise<User[]> {
  return pages<Truncated & { readonly Users: { readonly User: readonly User[] } }, User>(
    'ListUsers',
    ({ Users }) => Users.User,
  )
}

/** Throws ServerError EntityAlreadyExists.User. */
export async function createUser(user: string, comments: string): Promise<void> {
  await admin('CreateUser', { UserName: user, Comments: comments })
}

/** Throws ServerError. */
export async function deleteUser(user: string): Promise<void> {
  await admin('DeleteUser', { UserName: user })
}

/** The holder of keys: a user, or the account itself. */
export type Owner = string | undefined

const named = (owner: Owner) => (owner === undefined ? {} : { UserName: owner })
const operation = (verb: string, owner: Owner, noun: string) =>
  owner === undefined ? `${verb}Account${noun}` : `${verb}${noun}`

/** Throws ServerError. */
export async function listKeys(owner: Owner): Promise<readonly KeyEntry[]> {
  type Answer = { readonly AccessKeys: { readonly AccessKey: readonly KeyEntry[] } }
  return (await admin<Answer>(operation('List', owner, 'AccessKeys'), named(owner))).AccessKeys.AccessKey
}

/** Throws ServerError. */
export async function createKey(owner: Owner): Promise<NewKey> {
  return (await admin<{ readonly AccessKey: NewKey }>(operation('Create', owner, 'AccessKey'), named(owner))).AccessKey
}

/** Throws ServerError. */
export async function enableKey(owner: Owner, id: string, isActive: boolean): Promise<void> {
  const Status = isActive ? 'Active' : 'Inactive'
  await admin(operation('Update', owner, 'AccessKey'), { ...named(owner), UserAccessKeyId: id, Status })
}

/** Throws ServerError. */
export async function deleteKey(owner: Owner, id: string): Promise<void> {
  await admin(operation('Delete', owner, 'AccessKey'), { ...named(owner), UserAccessKeyId: id })
}

/** Policies that are attached to a user, and its inline ones. Throws ServerError. */
export async function listUserPolicies(user: string): Promise<readonly AttachedPolicy[]> {
  type Answer = { readonly Policies: { readonly Policy: readonly AttachedPolicy[] } }
  return (await admin<Answer>('ListPoliciesForUser', { UserName: user })).Policies.Policy
}

/** Sets an inline policy. Throws ServerError, also for a document that is not a policy. */
export async function putUserPolicy(user: string, policy: string, document: string): Promise<void> {
  await admin('PutUserPolicy', { UserName: user, PolicyName: policy, PolicyDocument: document })
}

/** Throws ServerError. */
export async function deleteUserPolicy(user: string, policy: string): Promise<void> {
  await admin('DeleteUserPolicy', { UserName: user, PolicyName: policy })
}

/** Throws ServerError. */
export async function detachPolicy(user: string, policy: string): Promise<void> {
  await admin('DetachPolicyFromUser', { UserName: user, PolicyName: policy })
}
