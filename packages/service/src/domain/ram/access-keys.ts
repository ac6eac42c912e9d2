/** Access keys of users, and of accounts themselves. */
import { ACCESS_KEYS_MAX, RamError } from '@bindery/protocol'
import type { Reader, Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { accessKeyRows, accountRows, keyUseRows } from '../stored/keyspace.js'
import type { AccessKeyRecord } from '../stored/ram-model.js'
import { change, requireAccount, requireIdentity, setIdentity } from './changes.js'

/** Names a user, or without one the account itself. */
export interface KeyHolderName {
  readonly account: string
  readonly user?: string | undefined
}

/** A new key; the secret is sealed for it. */
export type NewAccessKey = Pick<AccessKeyRecord, 'secret'> & { readonly accessKeyId: string }

/** Stores a new access key of a user or an account. Throws userMissing, accountMissing, tooManyAccessKeys. */
export function createAccessKey(
  domain: Domain,
  holder: KeyHolderName,
  { accessKeyId, secret }: NewAccessKey,
): Promise<AccessKeyRecord> {
  const key = { ...holder, secret, enabled: true, createdAt: domain.clock() }
  return change(domain, holder.account, async (tx) => {
    const keys = await keysOf(tx, holder)
    if (keys.ids.length >= ACCESS_KEYS_MAX) throw new RamError('tooManyAccessKeys', { limit: ACCESS_KEYS_MAX })
    accessKeyRows.set(tx, { accessKeyId }, key)
    keys.set(tx, [...keys.ids, accessKeyId])
    return key
  })
}

/** Enables or disables an access key. Throws userMissing, accountMissing, accessKeyMissing. */
export function setAccessKeyEnabled(
  domain: Domain,
  holder: KeyHolderName,
  accessKeyId: string,
  enabled: boolean,
): Promise<void> {
  return change(domain, holder.account, async (tx) => {
    await requireKey(tx, holder, accessKeyId)
    const record = await accessKeyRows.read(tx, { accessKeyId })
    if (record === undefined) throw new RamError('accessKeyMissing', { name: accessKeyId })
    accessKeyRows.set(tx, { accessKeyId }, { ...record, enabled })
  })
}

/** Deletes an access key for good. Throws userMissing, accountMissing, accessKeyMissing. */
export function deleteAccessKey(domain: Domain, holder: KeyHolderName, accessKeyId: string): Promise<void> {
  return change(domain, holder.account, async (tx) => {
    const keys = await requireKey(tx, holder, accessKeyId)
    dropKey(tx, accessKeyId)
    keys.set(
      tx,
      keys.ids.filter((id) => id !== accessKeyId),
    )
  })
}

/** A key as it may be shown: without its secret. */
export interface ListedAccessKey {
  readonly accessKeyId: string
  readonly enabled: boolean
  readonly createdAt: number
  /** To the hour; absent if it was never used. */
  readonly lastUsedAt?: number | undefined
}

/** The access keys of a user or an account, without their secrets. Throws userMissing, accountMissing. */
export function listAccessKeys(domain: Domain, holder: KeyHolderName): Promise<ListedAccessKey[]> {
  return Promise.resolve(
    domain.metadata.read(async (reader) => {
      const { ids } = await keysOf(reader, holder)
      const names = ids.map((accessKeyId) => ({ accessKeyId }))
      const [keys, uses] = await Promise.all([
        accessKeyRows.readMany(reader, names),
        keyUseRows.readMany(reader, names),
      ])
      return ids.flatMap((accessKeyId, index) => {
        const key = keys[index]
        if (key === undefined) return []
        return [{ accessKeyId, enabled: key.enabled, createdAt: key.createdAt, lastUsedAt: uses[index]?.usedAt }]
      })
    }),
  )
}

/** Removes the rows of a key that its holder no longer names. */
export function dropKey(tx: Transaction, accessKeyId: string): void {
  accessKeyRows.delete(tx, { accessKeyId })
  keyUseRows.delete(tx, { accessKeyId })
}

/** The ids of a holder's keys, and how its record is changed. */
interface Keys {
  readonly ids: readonly string[]
  set(tx: Transaction, ids: readonly string[]): void
}

async function keysOf(reader: Reader, { account, user }: KeyHolderName): Promise<Keys> {
  if (user === undefined) {
    const record = await requireAccount(reader, account)
    const set = (tx: Transaction, accessKeys: readonly string[]) =>
      void accountRows.set(tx, { account }, { ...record, accessKeys })
    return { ids: record.accessKeys, set }
  }
  const name = { account, kind: 'user', name: user } as const
  const record = await requireIdentity(reader, name)
  return { ids: record.accessKeys, set: (tx, accessKeys) => void setIdentity(tx, name, { ...record, accessKeys }) }
}

async function requireKey(tx: Transaction, holder: KeyHolderName, accessKeyId: string): Promise<Keys> {
  const keys = await keysOf(tx, holder)
  if (!keys.ids.includes(accessKeyId)) throw new RamError('accessKeyMissing', { name: accessKeyId })
  return keys
}
