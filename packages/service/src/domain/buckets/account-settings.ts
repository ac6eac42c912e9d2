/**
 * Settings for all buckets of an account. They are stored next to the documents of buckets, under a name that no bucket
 * can have.
 */
import type { BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { sharedDocument } from '../stored/documents.js'
import { documentRows } from '../stored/keyspace.js'
import { slicesOf } from '../stored/records/document.js'

/** The values of an account's settings, by their kinds; each fits one row. */
export type AccountSettings = Pick<BucketSettings, 'publicAccessBlock'>

/** Takes the place of a bucket's name, which contains no `@`. */
const ownerOf = (account: string): string => `@${account}`

/** Whether documents belong to an account rather than to a bucket. */
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
  const names = { bucket: ownerOf(account), document: kind, page: 0 }
  return domain.metadata.transact(async (tx) => {
    const [slice] = value === undefined ? [] : slicesOf(value)
    if (slice === undefined) documentRows.delete(tx, names)
    else documentRows.set(tx, names, slice)
  })
}

/** Undefined where it is not set. */
export function readAccountSetting<K extends keyof AccountSettings>(
  reader: Reader,
  account: string,
  kind: K,
): Awaitable<AccountSettings[K] | undefined> {
  const owner = ownerOf(account)
  return andThen(
    reader.get(documentRows.key({ bucket: owner, document: kind, page: 0 })),
    (row) => row && sharedDocument<AccountSettings[K]>(owner, kind, [row]),
  )
}
