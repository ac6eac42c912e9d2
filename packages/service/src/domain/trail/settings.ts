/** The settings that control actions change, as the trail shows them: without secrets. */
import type { BucketSettings } from '@bindery/protocol'
import type { Reader } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { readIdentity } from '../ram/changes.js'
import { readDocument } from '../stored/documents.js'
import { accessKeyRows, accountRows, bucketRows, policyRows } from '../stored/keyspace.js'
import type { IdentityKind } from '../stored/ram-model.js'
import type { Settings } from '../stored/trail-model.js'

/** The record of a bucket and all documents of its configuration; nothing where there is no such bucket. */
export async function findBucketState(domain: Domain, bucket: string): Promise<Settings> {
  return domain.metadata.read(async (reader) => {
    const record = await bucketRows.read(reader, { bucket })
    if (record === undefined) return {}
    const { documents = {}, ...settings } = record
    const kinds = Object.keys(documents) as (keyof BucketSettings)[]
    const values = await Promise.all(kinds.map((kind) => readDocument(reader, record, kind)))
    return { ...settings, ...Object.fromEntries(kinds.map((kind, index) => [kind, values[index]])) }
  })
}

/** The names by which an admin action means identities and policies. */
export interface RamNames {
  readonly user?: string | undefined
  readonly group?: string | undefined
  readonly role?: string | undefined
  readonly policy?: string | undefined
  /** An account that is managed itself. */
  readonly ownAccount?: string | undefined
}

/** The records of identities and policies, and the states of a user's keys. */
export async function findRamState(domain: Domain, account: string, names: RamNames): Promise<Settings> {
  return domain.metadata.read(async (reader) => {
    const identity = async (kind: IdentityKind, name: string | undefined) =>
      name === undefined ? undefined : readIdentity(reader, { account, kind, name })
    const { policy, ownAccount } = names
    const [user, group, role, document, managed] = await Promise.all([
      identity('user', names.user),
      identity('group', names.group),
      identity('role', names.role),
      policy === undefined ? undefined : policyRows.read(reader, { account, policy }),
      ownAccount === undefined ? undefined : accountRows.read(reader, { account: ownAccount }),
    ])
    const keys = user?.kind === 'user' ? user.accessKeys : managed?.accessKeys
    const accessKeys = keys && (await statesOf(reader, keys))
    return { user, group, role, policy: document, account: managed, accessKeys }
  })
}

/** Whether each key is enabled, by its id. */
async function statesOf(reader: Reader, ids: readonly string[]): Promise<Settings> {
  const records = await accessKeyRows.readMany(
    reader,
    ids.map((accessKeyId) => ({ accessKeyId })),
  )
  return Object.fromEntries(ids.map((id, index) => [id, records[index]?.enabled === true ? 'Active' : 'Inactive']))
}
