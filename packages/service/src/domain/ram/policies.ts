/** Managed policies: those of the server, and those of an account. */
import { OWN_POLICIES_MAX, RamError, SYSTEM_POLICIES } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { following } from '../stored/key-range.js'
import { attachmentRows, policyRows } from '../stored/keyspace.js'
import type { PolicyRecord } from '../stored/ram-model.js'
import { rowsIn } from '../stored/rows-in.js'
import { change, count, type IdentityName, requireRoom } from './changes.js'
import type { Page, PageQuery } from './identities.js'

/** Names a policy of an account. */
export interface PolicyName {
  readonly account: string
  readonly policy: string
}

/** A policy with its name. */
export type NamedPolicy = PolicyRecord & { readonly name: string }

/** As many as stay within the limits of a read, whatever their documents. */
const ROWS_AT_ONCE = 400

/** A policy that is to be created. */
export interface NewPolicy {
  readonly document: string
  readonly comments: string
}

/** Throws policyExists, tooManyPolicies. The document has been checked. */
export function createPolicy(domain: Domain, name: PolicyName, policy: NewPolicy): Promise<void> {
  const now = domain.clock()
  return change(domain, name.account, async (tx) => {
    const known = SYSTEM_POLICIES.has(name.policy) || (await policyRows.read(tx, name)) !== undefined
    if (known) throw new RamError('policyExists', { name: name.policy })
    await requireRoom(tx, name.account, 'policy', { limit: OWN_POLICIES_MAX, cause: 'tooManyPolicies' })
    policyRows.set(tx, name, { ...policy, createdAt: now, updatedAt: now })
    count(tx, name.account, { policy: 1 })
  })
}

/** Replaces the document of a policy, wherever it is attached. Throws policyMissing, policyOfSystem. */
export function updatePolicy(domain: Domain, name: PolicyName, document: string): Promise<void> {
  const updatedAt = domain.clock()
  return change(domain, name.account, async (tx) => {
    const record = await requireOwn(tx, name)
    policyRows.set(tx, name, { ...record, document, updatedAt })
  })
}

/** Deletes an own policy that is not attached. Throws policyMissing, policyOfSystem, policyAttached. */
export function deletePolicy(domain: Domain, name: PolicyName): Promise<void> {
  return change(domain, name.account, async (tx) => {
    await requireOwn(tx, name)
    const { from, to } = attachmentRows.rangeUnder(name)
    const [row] = await tx.range(from, to, { limit: 1 })
    if (row !== undefined) {
      const { identityKind: kind, identity } = attachmentRows.namesOf(row.key)
      throw new RamError('policyAttached', { name: `${kind} ${identity}` })
    }
    policyRows.delete(tx, name)
    count(tx, name.account, { policy: -1 })
  })
}

async function requireOwn(reader: Reader, name: PolicyName): Promise<PolicyRecord> {
  if (SYSTEM_POLICIES.has(name.policy)) throw new RamError('policyOfSystem', { name: name.policy })
  const record = await policyRows.read(reader, name)
  if (record === undefined) throw new RamError('policyMissing', { name: name.policy })
  return record
}

/** A policy of the account or of the server. Throws policyMissing. */
export function requirePolicy(reader: Reader, account: string, policy: string): Awaitable<PolicyRecord> {
  return andThen(readPolicy(reader, account, policy), (record) => {
    if (record === undefined) throw new RamError('policyMissing', { name: policy })
    return record
  })
}

function readPolicy(reader: Reader, account: string, policy: string): Awaitable<PolicyRecord | undefined> {
  return systemPolicy(policy) ?? policyRows.read(reader, { account, policy })
}

function systemPolicy(name: string): PolicyRecord | undefined {
  const found = SYSTEM_POLICIES.get(name)
  return found && { ...found, createdAt: 0, updatedAt: 0 }
}

/** The documents of policies by their names, those of the server included; a missing one is left out. */
export function readDocuments(
  reader: Reader,
  account: string,
  names: readonly string[],
): Awaitable<ReadonlyMap<string, string>> {
  const own = names.filter((name) => !SYSTEM_POLICIES.has(name))
  const rows = policyRows.readMany(
    reader,
    own.map((policy) => ({ account, policy })),
  )
  return andThen(rows, (records) => {
    const documents = new Map<string, string>()
    for (const name of names) {
      const document = SYSTEM_POLICIES.get(name)?.document ?? records[own.indexOf(name)]?.document
      if (document !== undefined) documents.set(name, document)
    }
    return documents
  })
}

/** A managed policy by its name: the server's, or the account's own. Throws policyMissing. */
export async function findPolicy(domain: Domain, { account, policy }: PolicyName): Promise<NamedPolicy> {
  const record = await domain.metadata.read((reader) => requirePolicy(reader, account, policy))
  return { ...record, name: policy }
}

/** The account's own policies, in the order of their names. */
export async function listPolicies(
  domain: Domain,
  account: string,
  { marker, limit }: PageQuery,
): Promise<Page<NamedPolicy>> {
  const { from, to } = policyRows.rangeUnder({ account })
  const start = marker === undefined ? from : following(policyRows.key({ account, policy: marker }))
  const items: NamedPolicy[] = []
  for await (const row of rowsIn(domain.metadata, { from: start, to }, { atOnce: Math.min(limit + 1, ROWS_AT_ONCE) })) {
    if (items.length === limit) return { items, nextMarker: items.at(-1)?.name ?? '' }
    items.push({ ...policyRows.decodeRow(row), name: policyRows.namesOf(row.key).policy })
  }
  return { items }
}

/** Names the users, groups and roles that a policy is attached to, at most `limit`. Throws policyMissing. */
export async function listAttachments(
  domain: Domain,
  name: PolicyName,
  limit: number,
): Promise<readonly Pick<IdentityName, 'kind' | 'name'>[]> {
  const { from, to } = attachmentRows.rangeUnder(name)
  const rows = await domain.metadata.read(async (reader) => {
    await requirePolicy(reader, name.account, name.policy)
    return reader.range(from, to, { limit })
  })
  return rows.map(({ key }) => {
    const { identityKind: kind, identity } = attachmentRows.namesOf(key)
    return { kind, name: identity }
  })
}
