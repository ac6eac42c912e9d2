/** Users, groups and roles: what they have in common. */
import {
  GROUPS_MAX,
  INLINE_POLICIES_MAX,
  POLICIES_ATTACHED_MAX,
  type RamCause,
  RamError,
  ROLES_MAX,
  USERS_MAX,
} from '@bindery/protocol'
import type { Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { following } from '../stored/key-range.js'
import { attachmentRows, identityRows } from '../stored/keyspace.js'
import type { IdentityKind, IdentityRecord } from '../stored/ram-model.js'
import { rowsIn } from '../stored/rows-in.js'
import {
  change,
  count,
  type IdentityName,
  type RecordOf,
  readIdentity,
  requireIdentity,
  requireRoom,
  setIdentity,
} from './changes.js'
import { newIdentityId } from './names.js'
import { requirePolicy } from './policies.js'

/** A user, group or role with its name. */
export type NamedIdentity<K extends IdentityKind = IdentityKind> = RecordOf<K> & { readonly name: string }

/** The fields of a new user, group or role that its creator chooses. */
type Described<R extends IdentityRecord> = Omit<R, 'id' | 'createdAt' | 'policies' | 'inline'>

const ROOM: Readonly<Record<IdentityKind, { limit: number; cause: RamCause; exists: RamCause }>> = {
  user: { limit: USERS_MAX, cause: 'tooManyUsers', exists: 'userExists' },
  group: { limit: GROUPS_MAX, cause: 'tooManyGroups', exists: 'groupExists' },
  role: { limit: ROLES_MAX, cause: 'tooManyRoles', exists: 'roleExists' },
}

/**
 * Creates a user, group or role with a new id. Throws userExists, groupExists, roleExists, tooManyUsers,
 * tooManyGroups, tooManyRoles.
 */
export function createIdentity<K extends IdentityKind>(
  domain: Domain,
  name: IdentityName & { readonly kind: K },
  described: Described<RecordOf<K>>,
): Promise<RecordOf<K>> {
  const id = newIdentityId(domain, name.kind)
  const createdAt = domain.clock()
  return change(domain, name.account, async (tx) => {
    const room = ROOM[name.kind]
    if ((await readIdentity(tx, name)) !== undefined) throw new RamError(room.exists, { name: name.name })
    await requireRoom(tx, name.account, name.kind, room)
    const record = { ...described, id, createdAt, policies: [], inline: {} } as unknown as RecordOf<K>
    setIdentity(tx, name, record)
    count(tx, name.account, { [name.kind]: 1 })
    return record
  })
}

/** A user, group or role by its name. Throws userMissing, groupMissing, roleMissing. */
export async function findIdentity<K extends IdentityKind>(
  domain: Domain,
  name: IdentityName & { readonly kind: K },
): Promise<NamedIdentity<K>> {
  const record = await domain.metadata.read((reader) => requireIdentity(reader, name))
  return { ...record, name: name.name }
}

/** A page of a listing; `marker` is exclusive. */
export interface PageQuery {
  readonly marker?: string | undefined
  readonly limit: number
}

/** A page of a listing. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Absent on the last page. */
  readonly nextMarker?: string
}

const ROWS_AT_ONCE = 90

/** Identities of one kind, in the order of their names. */
export async function listIdentities<K extends IdentityKind>(
  domain: Domain,
  account: string,
  kind: K,
  { marker, limit }: PageQuery,
): Promise<Page<NamedIdentity<K>>> {
  const { from, to } = identityRows.rangeUnder({ account, identityKind: kind })
  const start =
    marker === undefined ? from : following(identityRows.key({ account, identityKind: kind, identity: marker }))
  const items: NamedIdentity<K>[] = []
  for await (const row of rowsIn(domain.metadata, { from: start, to }, { atOnce: Math.min(limit + 1, ROWS_AT_ONCE) })) {
    if (items.length === limit) return { items, nextMarker: items.at(-1)?.name ?? '' }
    items.push({ ...(identityRows.decodeRow(row) as RecordOf<K>), name: identityRows.namesOf(row.key).identity })
  }
  return { items }
}

/** Changes a record, and returns it. Throws userMissing, groupMissing, roleMissing. */
export function changeIdentity<K extends IdentityKind>(
  domain: Domain,
  name: IdentityName & { readonly kind: K },
  changed: (record: RecordOf<K>, tx: Transaction) => RecordOf<K> | Promise<RecordOf<K>>,
): Promise<RecordOf<K>> {
  return change(domain, name.account, async (tx) => {
    const record = await changed(await requireIdentity(tx, name), tx)
    setIdentity(tx, name, record)
    return record
  })
}

/** Attaches a managed policy; one that is attached stays so. Throws policyMissing, tooManyAttached and the causes of a missing identity. */
export function attachPolicy(domain: Domain, name: IdentityName, policy: string): Promise<IdentityRecord> {
  const { account, kind, name: identity } = name
  return changeIdentity(domain, name, async (record, tx) => {
    if (record.policies.includes(policy)) return record
    if (record.policies.length >= POLICIES_ATTACHED_MAX) {
      throw new RamError('tooManyAttached', { limit: POLICIES_ATTACHED_MAX })
    }
    await requirePolicy(tx, account, policy)
    attachmentRows.set(tx, { account, policy, identityKind: kind, identity }, undefined)
    return { ...record, policies: [...record.policies, policy] }
  })
}

/** Detaches a managed policy. Throws policyMissing if it is not attached, and the causes of a missing identity. */
export function detachPolicy(domain: Domain, name: IdentityName, policy: string): Promise<IdentityRecord> {
  const { account, kind, name: identity } = name
  return changeIdentity(domain, name, (record, tx) => {
    if (!record.policies.includes(policy)) throw new RamError('policyMissing', { name: policy })
    attachmentRows.delete(tx, { account, policy, identityKind: kind, identity })
    return { ...record, policies: record.policies.filter((one) => one !== policy) }
  })
}

/** Removes the rows by which policies know that they are attached, of an identity that is deleted. */
export function dropAttachments(tx: Transaction, { account, kind, name }: IdentityName, record: IdentityRecord): void {
  for (const policy of record.policies) {
    attachmentRows.delete(tx, { account, policy, identityKind: kind, identity: name })
  }
}

/** Sets an inline policy, or removes it with undefined. Throws policyMissing, tooManyInline and the causes of a missing identity. */
export function setInlinePolicy(
  domain: Domain,
  name: IdentityName,
  policy: string,
  document: string | undefined,
): Promise<IdentityRecord> {
  return changeIdentity(domain, name, (record) => {
    const { [policy]: before, ...others } = record.inline
    if (document === undefined && before === undefined) throw new RamError('policyMissing', { name: policy })
    const inline = document === undefined ? others : { ...others, [policy]: document }
    if (Object.keys(inline).length > INLINE_POLICIES_MAX) {
      throw new RamError('tooManyInline', { limit: INLINE_POLICIES_MAX })
    }
    return { ...record, inline }
  })
}
