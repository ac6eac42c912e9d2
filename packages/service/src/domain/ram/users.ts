/** Memberships, which only users have, and the deletion of identities. */
import { GROUPS_OF_USER_MAX, RamError } from '@bindery/protocol'
import type { Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { memberRows } from '../stored/keyspace.js'
import { dropKey } from './access-keys.js'
import { change, count, type IdentityName, removeIdentity, requireIdentity, setIdentity } from './changes.js'
import { dropAttachments } from './identities.js'

/** Names a user. */
export interface UserName {
  readonly account: string
  readonly user: string
}

const nameOf = ({ account, user }: UserName) => ({ account, kind: 'user', name: user }) as const

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

/** Deletes a group without members. Throws groupMissing, groupHasMembers. */
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
