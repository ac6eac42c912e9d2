/** Access keys, by the admin interface. */
import { admin } from './request.js'

/** An access key without its secret. */
export interface KeyEntry {
  readonly AccessKeyId: string
  readonly Status: 'Active' | 'Inactive'
  readonly CreateDate: string
  readonly LastUsedDate?: string
}

/** A key with its secret, which only the answer that creates it has. */
export interface NewKey extends KeyEntry {
  readonly AccessKeySecret: string
}

/** A page of a listing may be followed by others. */
export interface Truncated {
  readonly IsTruncated?: boolean
  readonly Marker?: string
}

/** Collects all pages of a listing. Throws ServerError. */
export async function pages<T extends Truncated, Row>(
  operation: string,
  rowsOf: (page: T) => readonly Row[],
): Promise<Row[]> {
  const rows: Row[] = []
  let marker: string | undefined
  do {
    const page = await admin<T>(operation, { MaxItems: 1000, ...(marker === undefined ? {} : { Marker: marker }) })
    rows.push(...rowsOf(page))
    marker = page.IsTruncated === true ? page.Marker : undefined
  } while (marker !== undefined)
  return rows
}

/** The holder of keys: a user, or the account itself. */
export type Owner = string | undefined

const named = (owner: Owner) => (owner === undefined ? {} : { UserName: owner })
const operation = (verb: string, owner: Owner, noun: string) =>
  owner === undefined ? `${verb}Account${noun}` : `${verb}${noun}`

/** Throws ServerError. */
export async function listKeys(owner: Owner): Promise<readonly KeyEntry[]> {
  type Answer = { readonly AccessKeys: { readonly AccessKey: readonly KeyEntry[] } }
  const { AccessKeys } = await admin<Answer>(operation('List', owner, 'AccessKeys'), named(owner))
  // the date of a key that was never used is empty
  return AccessKeys.AccessKey.map(({ LastUsedDate, ...key }) => ({ ...key, ...(LastUsedDate && { LastUsedDate }) }))
}

/** Throws ServerError. */
export async function createKey(owner: Owner): Promise<NewKey> {
  return (await admin<{ readonly AccessKey: NewKey }>(operation('Create', owner, 'AccessKey'), named(owner))).AccessKey
}

/** Throws ServerError. */
export async function enableKey(owner: Owner, id: string, isActive: boolean): Promise<void> {
  const Status = isActive ? 'Active' : 'Inactive'
  await admin(operation('Update', owner, 'AccessKey'), { ...named(owner), UserAccessKeyId: id, Status })
}

/** Throws ServerError. */
export async function deleteKey(owner: Owner, id: string): Promise<void> {
  await admin(operation('Delete', owner, 'AccessKey'), { ...named(owner), UserAccessKeyId: id })
}
