/** Accounts besides the one that administers the server: each owns buckets, users and roles of its own. */
import { RamError } from '@bindery/protocol'
import { METADATA_LIMITS, StorageError, type Transaction } from '@bindery/storage'
import { ownBuckets } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following } from '../stored/key-range.js'
import { accessKeyRows, accountRows, ramRows } from '../stored/keyspace.js'
import type { AccountRecord } from '../stored/ram-model.js'
import { rowsIn } from '../stored/rows-in.js'
import { dropKey, type NewAccessKey } from './access-keys.js'
import { change, readEdition, requireAccount } from './changes.js'
import type { Page, PageQuery } from './identities.js'
import { newAccountId } from './names.js'

/** An account with its id. */
export type NamedAccount = AccountRecord & { readonly account: string }

const ROWS_AT_ONCE = 90

/** Creates an account with its first key. Ids of accounts are never used again: they are random. */
export async function createAccount(
  domain: Domain,
  described: Pick<AccountRecord, 'displayName' | 'comments'>,
  { accessKeyId, secret }: NewAccessKey,
): Promise<NamedAccount> {
  const account = newAccountId(domain)
  const createdAt = domain.clock()
  const record = { ...described, createdAt, accessKeys: [accessKeyId] }
  await change(domain, account, async (tx) => {
    if ((await accountRows.read(tx, { account })) !== undefined) throw new RamError('internal')
    accountRows.set(tx, { account }, record)
    accessKeyRows.set(tx, { accessKeyId }, { account, secret, enabled: true, createdAt })
  })
  return { ...record, account }
}

/** An account that was created on this server. Throws accountMissing. */
export async function findAccount(domain: Domain, account: string): Promise<NamedAccount> {
  return { ...(await domain.metadata.read((reader) => requireAccount(reader, account))), account }
}

/** Accounts in the order of their ids. */
export async function listAccounts(domain: Domain, { marker, limit }: PageQuery): Promise<Page<NamedAccount>> {
  const { from, to } = accountRows.all
  const start = marker === undefined ? from : following(accountRows.key({ account: marker }))
  const items: NamedAccount[] = []
  for await (const row of rowsIn(domain.metadata, { from: start, to }, { atOnce: Math.min(limit + 1, ROWS_AT_ONCE) })) {
    if (items.length === limit) return { items, nextMarker: items.at(-1)?.account ?? '' }
    items.push({ ...accountRows.decodeRow(row), account: accountRows.namesOf(row.key).account })
  }
  return { items }
}

/**
 * Deletes an account that owns nothing, with its keys. Its buckets are looked for outside the transaction, which may not
 * read thousands of rows: where the account has changed meanwhile, also by a new bucket, that is repeated. Throws
 * accountMissing, accountHasBuckets, accountHasIdentities, StorageError `conflict`.
 */
export async function deleteAccount(domain: Domain, account: string): Promise<void> {
  for (let attempts = 0; attempts < METADATA_LIMITS.attempts; attempts += 1) {
    const edition = await domain.metadata.read(async (reader) => {
      await requireAccount(reader, account)
      return readEdition(reader, account)
    })
    const [bucket] = await ownBuckets(domain.metadata, account)
    if (bucket !== undefined) throw new RamError('accountHasBuckets', { name: bucket.name })
    if (await change(domain, account, (tx) => deleteUnchanged(tx, account, edition))) return
  }
  throw new StorageError('conflict', 'an account changed again and again while it was to be deleted')
}

/** Whether the account still had this edition, so that it was deleted. */
async function deleteUnchanged(tx: Transaction, account: string, edition: number): Promise<boolean> {
  const record = await requireAccount(tx, account)
  if ((await readEdition(tx, account)) !== edition) return false
  await requireNoIdentities(tx, account)
  for (const accessKeyId of record.accessKeys) dropKey(tx, accessKeyId)
  accountRows.delete(tx, { account })
  return true
}

async function requireNoIdentities(tx: Transaction, account: string): Promise<void> {
  const { user = 0, group = 0, role = 0, policy = 0 } = (await ramRows.read(tx, { account })) ?? {}
  if (user + group + role + policy > 0) throw new RamError('accountHasIdentities')
}
