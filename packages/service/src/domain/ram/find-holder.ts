/** The user of an access key or the role of a session, with the policies that apply: everything from one state of the store. */
import { type Awaitable, andThen, type Reader, together } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { accessKeyRows, identityRows } from '../stored/keyspace.js'
import type { AccessKeyRecord, IdentityRecord, RoleRecord, UserRecord } from '../stored/ram-model.js'
import { readEdition, readIdentity } from './changes.js'
import { readDocuments } from './policies.js'

/** A policy that applies to an identity: attached to it or to a group of it, or inline. */
export interface AppliedPolicy {
  /** As it is shown: `reports`, `group staff: reports`, `inline reports`. */
  readonly name: string
  readonly document: string
}

/** An identity with its policies. */
export interface HolderFound<R> {
  readonly record: R
  readonly policies: readonly AppliedPolicy[]
  /** The account's edition, in the same state of the store. */
  readonly edition: number
}

/** An access key with the user or account that it acts for. */
export interface FoundKey {
  readonly key: AccessKeyRecord
  /** Absent: the key is the account's own. */
  readonly user?: HolderFound<UserRecord>
  /** The account's edition, in the same state of the store. */
  readonly edition: number
}

/** Undefined if there is no such key. */
export function findKeyHolder(domain: Domain, accessKeyId: string): Awaitable<FoundKey | undefined> {
  return domain.metadata.read((reader) =>
    andThen(accessKeyRows.read(reader, { accessKeyId }), (key) => {
      if (key === undefined) return undefined
      const { account, user } = key
      if (user === undefined) return andThen(readEdition(reader, account), (edition) => ({ key, edition }))
      return andThen(readUser(reader, account, user), (found) => found && { key, user: found, edition: found.edition })
    }),
  )
}

/** Undefined if there is no such user. */
export function findUser(
  domain: Domain,
  account: string,
  user: string,
): Awaitable<HolderFound<UserRecord> | undefined> {
  return domain.metadata.read((reader) => readUser(reader, account, user))
}

function readUser(reader: Reader, account: string, user: string): Awaitable<HolderFound<UserRecord> | undefined> {
  const rows = together(readIdentity(reader, { account, kind: 'user', name: user }), readEdition(reader, account))
  return andThen(rows, ([record, edition]) => {
    if (record === undefined) return undefined
    const names = record.groups.map((group) => ({ account, identityKind: 'group' as const, identity: group }))
    return andThen(identityRows.readMany(reader, names), (groups) => {
      const holders: Holder[] = [{ record, prefix: '' }]
      groups.forEach((group, index) => {
        if (group !== undefined) holders.push({ record: group, prefix: `group ${record.groups[index]}: ` })
      })
      return andThen(readApplied(reader, account, holders), (policies) => ({ record, policies, edition }))
    })
  })
}

/** Undefined if there is no such role. */
export function findRole(
  domain: Domain,
  account: string,
  role: string,
): Awaitable<HolderFound<RoleRecord> | undefined> {
  return domain.metadata.read((reader) => {
    const rows = together(readIdentity(reader, { account, kind: 'role', name: role }), readEdition(reader, account))
    return andThen(rows, ([record, edition]) => {
      if (record === undefined) return undefined
      const applied = readApplied(reader, account, [{ record, prefix: '' }])
      return andThen(applied, (policies) => ({ record, policies, edition }))
    })
  })
}

interface Holder {
  readonly record: IdentityRecord
  readonly prefix: string
}

function readApplied(reader: Reader, account: string, holders: readonly Holder[]): Awaitable<AppliedPolicy[]> {
  const names = [...new Set(holders.flatMap(({ record }) => record.policies))]
  return andThen(readDocuments(reader, account, names), (documents) =>
    holders.flatMap(({ record, prefix }) => [
      ...record.policies.flatMap((name) => {
        const document = documents.get(name)
        return document === undefined ? [] : [{ name: prefix + name, document }]
      }),
      ...Object.entries(record.inline).map(([name, document]) => ({ name: `${prefix}inline ${name}`, document })),
    ]),
  )
}
