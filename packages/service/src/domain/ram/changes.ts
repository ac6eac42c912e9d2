/** Changes of an account's users, groups, roles, policies and keys. Each counts up the account's edition. */
import { type RamCause, RamError } from '@bindery/protocol'
import { type Awaitable, andThen, decodeCounters, type Reader, type Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { accountRows, identityRows, ramRows } from '../stored/keyspace.js'
import type { AccountRecord, IdentityKind, IdentityRecord } from '../stored/ram-model.js'
import { ramCounters } from '../stored/records/ram.js'

/** Names a user, group or role. */
export interface IdentityName {
  readonly account: string
  readonly kind: IdentityKind
  readonly name: string
}

/** The record of an identity of one kind. */
export type RecordOf<K extends IdentityKind> = Extract<IdentityRecord, { readonly kind: K }>

/**
 * Runs a change. When it resolves, the edition of the account is another one, so that every process that reads it
 * from then on notices the change.
 */
export function change<T>(domain: Domain, account: string, body: (tx: Transaction) => Promise<T>): Promise<T> {
  return domain.metadata.transact(async (tx) => {
    const result = await body(tx)
    count(tx, account, { edition: 1 })
    return result
  })
}

type Counted = Parameters<typeof ramCounters.deltas>[0]

/** Adds to the counters of an account, once or several times in a transaction. */
export function count(tx: Transaction, account: string, counted: Counted): void {
  tx.add(ramRows.key({ account }), ramCounters.deltas(counted))
}

/** The edition of an account's users, groups, roles, policies and keys: every change makes another one, and every new bucket. */
export function readEdition(reader: Reader, account: string): Awaitable<number> {
  return andThen(reader.get(ramRows.key({ account })), (value) =>
    value === undefined ? 0 : (decodeCounters(value)[0] ?? 0),
  )
}

/**
 * Checks that an account may have one more of a kind. Throws `cause` if the account has that many of a kind already.
 */
export async function requireRoom(
  tx: Transaction,
  account: string,
  kind: IdentityKind | 'policy',
  { limit, cause }: { readonly limit: number; readonly cause: RamCause },
): Promise<void> {
  const counters = await ramRows.read(tx, { account })
  if ((counters?.[kind] ?? 0) >= limit) throw new RamError(cause, { limit: limit })
}

const MISSING = { user: 'userMissing', group: 'groupMissing', role: 'roleMissing' } as const

const keyOf = ({ account, kind, name }: IdentityName) => ({ account, identityKind: kind, identity: name })

/** The record of an identity; undefined if the account has none of this kind and name. */
export function readIdentity<K extends IdentityKind>(
  reader: Reader,
  name: IdentityName & { readonly kind: K },
): Awaitable<RecordOf<K> | undefined> {
  return andThen(identityRows.read(reader, keyOf(name)), (record) => record as RecordOf<K> | undefined)
}

/** The record of a user, group or role. Throws userMissing, groupMissing, roleMissing. */
export async function requireIdentity<K extends IdentityKind>(
  reader: Reader,
  name: IdentityName & { readonly kind: K },
): Promise<RecordOf<K>> {
  const record = await readIdentity(reader, name)
  if (record === undefined) throw new RamError(MISSING[name.kind], { name: name.name })
  return record
}

/**
 * The record of an account. Throws accountMissing, also for the account that administers the server, which has no
 * record.
 */
export async function requireAccount(reader: Reader, account: string): Promise<AccountRecord> {
  const record = await accountRows.read(reader, { account })
  if (record === undefined) throw new RamError('accountMissing', { name: account })
  return record
}

/** Writes the record of an identity, as part of a `change`. */
export function setIdentity(tx: Transaction, name: IdentityName, record: IdentityRecord): void {
  identityRows.set(tx, keyOf(name), record)
}

/** Deletes the record of an identity, as part of a `change`. What refers to it must be removed by the caller. */
export function removeIdentity(tx: Transaction, name: IdentityName): void {
  identityRows.delete(tx, keyOf(name))
}
