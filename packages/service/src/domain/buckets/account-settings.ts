/** What is set for all buckets of an account. It lies beside the documents of buckets: no bucket is named like an account here. */
import type { BucketSettings } from '@bindery/protocol'
import type { Reader } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { documentKey } from '../stored/keyspace.js'
import { decodeDocument, encodeDocument } from '../stored/records.js'

/** The values of an account's settings, by their kinds; each fits one row. */
export type AccountSettings = Pick<BucketSettings, 'publicAccessBlock'>

/** In the place of a bucket's name, which has no `@`. */
const ownerOf = (account: string): string => `@${account}`

export function isAccountOwner(owner: string): boolean {
  return owner.startsWith('@')
}

/** Replaces a setting; undefined deletes it. */
export function setAccountSetting<K extends keyof AccountSettings>(
  domain: Domain,
  account: string,
  kind: K,
  value: AccountSettings[K] | undefined,
): Promise<void> {
  const key = documentKey(ownerOf(account), kind, 0)
  return domain.metadata.transact(async (tx) => {
    const [row] = value === undefined ? [] : encodeDocument(value)
    if (row === undefined) tx.delete(key)
    else tx.set(key, row)
  })
}

/** Undefined where it is not set. */
export async function readAccountSetting<K extends keyof AccountSettings>(
  reader: Reader,
  account: string,
  kind: K,
): Promise<AccountSettings[K] | undefined> {
  const row = await reader.get(documentKey(ownerOf(account), kind, 0))
  return row && (decodeDocument([row]) as AccountSettings[K])
}
