/** Access keys and memberships, which only users have, and the deletion of identities. */
import { ACCESS_KEYS_MAX, GROUPS_OF_USER_MAX, RamError } from '@bindery/protocol'
import type { Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { accessKeyRows, keyUseRows, memberRows } from '../stored/keyspace.js'
import type { AccessKeyRecord, UserRecord } from '../stored/ram-model.js'
import { change, count, type IdentityName, removeIdentity, requireIdentity, setIdentity } from './changes.js'
import { dropAttachments } from './identities.js'

/** Names a user. */
export interface UserName {
  readonly account: string
  readonly user: string
}

const nameOf = ({ account, user }: UserName) => ({ account, kind: 'user', name: user }) as const

/** A new key; the secret is sealed for it. */
export type NewAccessKey = Pick<AccessKeyRecord, 'secret'> & { readonly accessKeyId: string }

/** Throws userMissing, tooManyAccessKeys. */
export function createAccessKey(
  domain: Domain,
  name: UserName,
  { accessKeyId, secret }: NewAccessKey,
): Promise<AccessKeyRecord> {
  const key = { ...name, secret, enabled: true, createdAt: domain.clock() }
  return change(domain, name.account, async (tx) => {
    const record = await requireIdentity(tx, nameOf(name))
    if (record.accessKeys.length >= ACCESS_KEYS_MAX) throw new RamError('tooManyAccessKeys', { limit: ACCESS_KEYS_MAX })
    accessKeyRows.set(tx, { accessKeyId }, key)
    setIdentity(tx, nameOf(name), { ...record, accessKeys: [...record.accessKeys, accessKeyId] })
    return key
  })
}

/** Throws userMissing, accessKeyMissing. */
export function setAccessKeyEnabled(
  domain: Domain,
  name: UserName,
  accessKeyId: string,
  enabled: boolean,
): Promise<void> {
  return change(domain, name.account, async (tx) => {
    await requireKeyOfUser(tx, name, accessKeyId)
    const record = await accessKeyRows.read(tx, { accessKeyId })
    if (record === undefined) throw new RamError('accessKeyMissing', { name: accessKeyId })
    accessKeyRows.set(tx, { accessKeyId }, { ...record, enabled })
  })
}

/** Throws userMissing, accessKeyMissing. */
export function deleteAccessKey(domain: Domain, name: UserName, accessKeyId: string): Promise<void> {
  return change(domain, name.account, async (tx) => {
    const record = await requireKeyOfUser(tx, name, accessKeyId)
    dropKey(tx, accessKeyId)
    const accessKeys = record.accessKeys.filter((id) => id !== accessKeyId)
    setIdentity(tx, nameOf(name), { ...record, accessKeys })
  })
}

async function requireKeyOfUser(tx: Transaction, name: UserName, accessKeyId: string): Promise<UserRecord> {
  const record = await requireIdentity(tx, nameOf(name))
  if (!record.accessKeys.includes(accessKeyId)) throw new RamError('accessKeyMissing', { name: accessKeyId })
  return record
}

function dropKey(tx: Transaction, accessKeyId: string): void {
  accessKeyRows.delete(tx, { accessKeyId })
  keyUseRows.delete(tx, { accessKeyId })
}

/** A key as it may be shown: without its secret. */
export interface ListedAccessKey {
  readonly accessKeyId: string
  readonly enabled: boolean
  readonly createdAt: number
  /** To the hour; absent if it was never used. */
  readonly lastUsedAt?: number | undefined
}

/** Throws userMissing. */
export function listAccessKeys(domain: Domain, name: UserName): Promise<ListedAccessKey[]> {
  return Promise.resolve(
    domain.metadata.read(async (reader) => {
      const { accessKeys } = await requireIdentity(reader, nameOf(name))
      const ids = accessKeys.map((accessKeyId) => ({ accessKeyId }))
      const [keys, uses] = await Promise.all([accessKeyRows.readMany(reader, ids), keyUseRows.readMany(reader, ids)])
      return accessKeys.flatMap((accessKeyId, index) => {
        const key = keys[index]
        if (key === undefined) return []
        return [{ accessKeyId, enabled: key.enabled, createdAt: key.createdAt, lastUsedAt: uses[index]?.usedAt }]
      })
    }),
  )
}

/** Deletes a user with its access keys, memberships and attachments. Throws userMissing. */
export function deleteUser(domain: Domain, name: UserName): Promise<void> {
  return change(domain, name.account, async (tx) => {
    const record = await requireIdentity(tx, nameOf(name))
    for (const accessKeyId of record.accessKeys) dropKey(tx, accessKeyId)
    for (const group of record.groups) memberRows.delete(tx, { ...name, group })
    dropAttachments(tx, nameOf(name), record)
    removeIdentity(tx, nameOf(name))
    count(tx, name.account, { user: -1 })
  })
}

/** Makes a user a member of a group, or no longer one. Throws userMissing, groupMissing, tooManyGroupsOfUser. */
export function setMembership(domain: Domain, name: UserName, group: string, isMember: boolean): Promise<void> {
  return change(domain, name.account, async (tx) => {
    const record = await requireIdentity(tx, nameOf(name))
    await requireIdentity(tx, groupName(name.account, group))
    const others = record.groups.filter((one) => one !== group)
    const groups = isMember ? [...others, group] : others
    if (groups.length > GROUPS_OF_USER_MAX) throw new RamError('tooManyGroupsOfUser', { limit: GROUPS_OF_USER_MAX })
    if (isMember) memberRows.set(tx, { ...name, group }, undefined)
    else memberRows.delete(tx, { ...name, group })
    setIdentity(tx, nameOf(name), { ...record, groups })
  })
}

/** Throws groupMissing, groupHasMembers. */
export function deleteGroup(domain: Domain, account: string, group: string): Promise<void> {
  return change(domain, account, async (tx) => {
    const name = groupName(account, group)
    const record = await requireIdentity(tx, name)
    if ((await readMembers(tx, account, group, 1)).length > 0) throw new RamError('groupHasMembers')
    dropAttachments(tx, name, record)
    removeIdentity(tx, name)
    count(tx, account, { group: -1 })
  })
}

/** Throws roleMissing. Sessions of the role end with it. */
export function deleteRole(domain: Domain, account: string, role: string): Promise<void> {
  return change(domain, account, async (tx) => {
    const name: IdentityName & { kind: 'role' } = { account, kind: 'role', name: role }
    dropAttachments(tx, name, await requireIdentity(tx, name))
    removeIdentity(tx, name)
    count(tx, account, { role: -1 })
  })
}

/** The names of a group's members, at most `limit`. Throws groupMissing. */
export function listMembers(domain: Domain, account: string, group: string, limit: number): Promise<string[]> {
  return Promise.resolve(
    domain.metadata.read(async (reader) => {
      await requireIdentity(reader, groupName(account, group))
      return readMembers(reader, account, group, limit)
    }),
  )
}

const groupName = (account: string, name: string) => ({ account, kind: 'group', name }) as const

async function readMembers(
  reader: Pick<Transaction, 'range'>,
  account: string,
  group: string,
  limit: number,
): Promise<string[]> {
  const { from, to } = memberRows.rangeUnder({ account, group })
  return (await reader.range(from, to, { limit })).map(({ key }) => memberRows.namesOf(key).user)
}
