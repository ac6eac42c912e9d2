/** Accounts besides the one that administers the server: each owns buckets, users and roles of its own. */
import { RamError } from '@bindery/protocol'
import type { Transaction } from '@bindery/storage'
import { ownBuckets } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following } from '../stored/key-range.js'
import { accessKeyRows, accountRows, ramRows } from '../stored/keyspace.js'
import type { AccountRecord } from '../stored/ram-model.js'
import { rowsIn } from '../stored/rows-in.js'
import { dropKey, type NewAccessKey } from './access-keys.js'
import { change, requireAccount } from './changes.js'
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

/** Deletes an account that owns nothing, with its keys. Throws accountMissing, accountHasBuckets, accountHasIdentities. */
export async function deleteAccount(domain: Domain, account: string): Promise<void> {
  await change(domain, account, async (tx) => {
    const record = await requireAccount(tx, account)
    await requireEmpty(tx, account)
    for (const accessKeyId of record.accessKeys) dropKey(tx, accessKeyId)
    accountRows.delete(tx, { account })
  })
}

async function requireEmpty(tx: Transaction, account: string): Promise<void> {
  const [bucket] = await ownBuckets(tx, account)
  if (bucket !== undefined) throw new RamError('accountHasBuckets', { name: bucket.name })
  const { user = 0, group = 0, role = 0, policy = 0 } = (await ramRows.read(tx, { account })) ?? {}
  if (user + group + role + policy > 0) throw new RamError('accountHasIdentities')
}
