import { SYSTEM_POLICIES } from '@bindery/protocol'
import { type Bytes, DamagedRow, type Reader, type Transaction } from '@bindery/storage'
import { isDamage } from '../domain/stored/damage.js'
import {
  accessKeyRows,
  accountRows,
  attachmentRows,
  identityRows,
  keyUseRows,
  memberRows,
  policyRows,
  ramRows,
} from '../domain/stored/keyspace.js'
import type { IdentityRecord, UserRecord } from '../domain/stored/ram-model.js'
import { ramCounters } from '../domain/stored/records/ram.js'
import type { Inspection } from './inspection.js'
import { type EntryOf, walk } from './walk.js'

type Identity = EntryOf<typeof identityRows>
type Counted = { user: number; group: number; role: number; policy: number }

/** The spaces of users, groups, roles, policies and keys, whose rows name one another. */
export const IDENTITY_SPACES = [
  identityRows,
  policyRows,
  attachmentRows,
  memberRows,
  accessKeyRows,
  keyUseRows,
  accountRows,
  ramRows,
] as const

/** Checks that the rows of users, groups, roles, policies and keys name one another, and that their counters are exact. */
export async function checkIdentities(inspection: Inspection): Promise<void> {
  const counts = new Map<string, Counted>()
  const countIn = (account: string, kind: keyof Counted): void => {
    const counted = counts.get(account) ?? { user: 0, group: 0, role: 0, policy: 0 }
    counted[kind] += 1
    counts.set(account, counted)
  }
  for await (const identity of walk(inspection.metadata, identityRows, inspection.damaged)) {
    countIn(identity.account, identity.identityKind)
    await checkIdentity(inspection, identity)
  }
  for await (const { account } of walk(inspection.metadata, policyRows, inspection.damaged)) countIn(account, 'policy')
  await checkAccounts(inspection)
  await checkStrays(inspection)
  await checkRamCounters(inspection, counts)
}

/** The names in an identity's record that lead to nothing, and the rows that its record lacks. */
async function checkIdentity({ metadata, findings }: Inspection, { row, record, ...name }: Identity): Promise<void> {
  const sound = await metadata.read((reader) => soundRecord(reader, name, record))
  if (JSON.stringify(sound) !== JSON.stringify(record)) {
    await findings.add('identityBroken', name, { commit: (tx) => identityRows.set(tx, name, sound) })
  }
  const missing = await metadata.read((reader) => missingRows(reader, name, sound))
  if (missing.length === 0) return
  await findings.add('identityBroken', name, {
    commit: (tx: Transaction) => {
      for (const add of missing) add(tx)
    },
  })
}

type IdentityKey = Pick<Identity, 'account' | 'identityKind' | 'identity'>

/** The record without policies, groups and keys that do not exist. */
async function soundRecord(reader: Reader, name: IdentityKey, record: IdentityRecord): Promise<IdentityRecord> {
  const { account, identity } = name
  const policies = await kept(record.policies, async (policy) => {
    return SYSTEM_POLICIES.has(policy) || (await policyRows.read(reader, { account, policy })) !== undefined
  })
  if (record.kind !== 'user') return { ...record, policies }
  const accessKeys = await kept(record.accessKeys, async (accessKeyId) => {
    const key = await accessKeyRows.read(reader, { accessKeyId })
    return key?.account === account && key.user === identity
  })
  const groups = await kept(record.groups, async (group) => {
    return (await identityRows.read(reader, { account, identityKind: 'group', identity: group })) !== undefined
  })
  const user: UserRecord = { ...record, policies, accessKeys, groups }
  return user
}

async function kept(names: readonly string[], exists: (name: string) => Promise<boolean>): Promise<string[]> {
  const found = await Promise.all(names.map((name) => unlessDamaged(() => exists(name), true)))
  return names.filter((_, index) => found[index])
}

/** The rows by which policies and groups know an identity, as far as they are missing. */
async function missingRows(
  reader: Reader,
  { account, identityKind, identity }: IdentityKey,
  record: IdentityRecord,
): Promise<((tx: Transaction) => void)[]> {
  const missing: ((tx: Transaction) => void)[] = []
  for (const policy of record.policies) {
    const names = { account, policy, identityKind, identity }
    if (await isMissing(reader, attachmentRows.key(names))) {
      missing.push((tx) => attachmentRows.set(tx, names, undefined))
    }
  }
  for (const group of record.kind === 'user' ? record.groups : []) {
    const names = { account, group, user: identity }
    if (await isMissing(reader, memberRows.key(names))) missing.push((tx) => memberRows.set(tx, names, undefined))
  }
  return missing
}

/** The result of reading rows, or another one where one of them is damaged: that is a finding of its own. */
async function unlessDamaged<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof DamagedRow || isDamage(error)) return otherwise
    throw error
  }
}

async function isMissing(reader: Reader, key: Bytes): Promise<boolean> {
  return unlessDamaged(async () => (await reader.get(key)) === undefined, false)
}

/** Attachments, memberships, keys and uses that no record names. */
async function checkStrays(inspection: Inspection): Promise<void> {
  const { metadata, findings, damaged } = inspection
  const isNamed = (name: IdentityKey, names: (record: IdentityRecord) => boolean): Promise<boolean> =>
    unlessDamaged(async () => {
      const record = await metadata.read((reader) => identityRows.read(reader, name))
      return record !== undefined && names(record)
    }, true)
  for await (const { row, record: _, ...names } of walk(metadata, attachmentRows, damaged)) {
    if (await isNamed(names, ({ policies }) => policies.includes(names.policy))) continue
    await findings.add('identityStray', names, { commit: (tx) => tx.delete(row.key) })
  }
  for await (const { row, record: _, ...names } of walk(metadata, memberRows, damaged)) {
    const user = { account: names.account, identityKind: 'user', identity: names.user } as const
    if (await isNamed(user, (record) => record.kind === 'user' && record.groups.includes(names.group))) continue
    await findings.add('identityStray', names, { commit: (tx) => tx.delete(row.key) })
  }
  for await (const { row, record: key, accessKeyId } of walk(metadata, accessKeyRows, damaged)) {
    if (key.user === undefined) {
      if (await isKeyOfAccount(inspection, key.account, accessKeyId)) continue
    } else {
      const user = { account: key.account, identityKind: 'user', identity: key.user } as const
      if (await isNamed(user, (record) => record.kind === 'user' && record.accessKeys.includes(accessKeyId))) continue
    }
    const facts = { account: key.account, ...(key.user !== undefined && { user: key.user }), accessKeyId }
    await findings.add('identityStray', facts, { commit: (tx) => tx.delete(row.key) })
  }
  for await (const { row, accessKeyId } of walk(metadata, keyUseRows, damaged)) {
    if (!(await metadata.read((reader) => isMissing(reader, accessKeyRows.key({ accessKeyId }))))) continue
    await findings.add('identityStray', { accessKeyId }, { commit: (tx) => tx.delete(row.key) })
  }
}

async function isKeyOfAccount({ metadata }: Inspection, account: string, accessKeyId: string): Promise<boolean> {
  return unlessDamaged(async () => {
    const record = await metadata.read((reader) => accountRows.read(reader, { account }))
    return record?.accessKeys.includes(accessKeyId) === true
  }, true)
}

/** The keys in the records of accounts that lead to nothing. */
async function checkAccounts({ metadata, findings, damaged }: Inspection): Promise<void> {
  for await (const { row: _, record, ...name } of walk(metadata, accountRows, damaged)) {
    const accessKeys = await metadata.read((reader) =>
      kept(record.accessKeys, async (accessKeyId) => {
        const key = await accessKeyRows.read(reader, { accessKeyId })
        return key?.account === name.account && key.user === undefined
      }),
    )
    if (accessKeys.length === record.accessKeys.length) continue
    await findings.add('identityBroken', name, {
      commit: (tx) => accountRows.set(tx, name, { ...record, accessKeys }),
    })
  }
}

const NONE: Counted = { user: 0, group: 0, role: 0, policy: 0 }

async function checkRamCounters(
  { metadata, findings, damaged }: Inspection,
  counts: Map<string, Counted>,
): Promise<void> {
  const found = new Map<string, Counted & { readonly edition: number }>()
  for await (const { account, record } of walk(metadata, ramRows, damaged)) found.set(account, record)
  for (const account of new Set([...found.keys(), ...counts.keys()])) {
    const expected = counts.get(account) ?? NONE
    const { edition = 0, ...stored } = found.get(account) ?? (NONE as Counted & { edition?: number })
    if (ramCounters.deltas(stored).every((value, index) => value === ramCounters.deltas(expected)[index])) continue
    const facts = { account, expected: textOf(expected), found: textOf(stored) }
    await findings.add('identityCountersWrong', facts, {
      commit: (tx) => ramRows.set(tx, { account }, { ...expected, edition: edition + 1 }),
    })
  }
}

const textOf = ({ user, group, role, policy }: Counted): string => `${user} ${group} ${role} ${policy}`
