/** The inventories of a bucket as they are set; `upkeep/write-inventories.ts` writes their reports. */

import {
  type BucketName,
  type BucketSettings,
  INVENTORIES_MAX,
  INVENTORIES_PAGE_SIZE,
  isBucketName,
  OssError,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { readBucketIfAny } from './buckets.js'
import {
  changeListed,
  findListed,
  type ListedSettings,
  type Page,
  pageOf,
  withOne,
  without,
} from './listed-settings.js'

/** The configuration of one inventory. */
export type Inventory = BucketSettings['inventory']['inventories'][number]

const INVENTORIES: ListedSettings<'inventory', Inventory> = {
  kind: 'inventory',
  rowsMax: 20,
  settingsIn: ({ inventories }) => inventories,
  documentOf: (inventories) => ({ inventories }),
  nameOf: ({ id }) => id,
}
const ARN = /^acs:oss:[^:]*:[^:]*:([^/:]+)$/

/** The name of the bucket that reports are written to; undefined if the rule names none. */
export function targetOf({ destination }: Inventory): BucketName | undefined {
  const name = ARN.exec(destination.ossBucketDestination.bucket)?.[1]
  return name !== undefined && isBucketName(name) ? name : undefined
}

/** How an inventory is set. */
export interface PutInventory {
  /** One with this id is replaced, and no role is needed. */
  readonly replaces: boolean
}

/**
 * Adds an inventory. Throws noSuchBucket, inventoryExists, inventoryTooMany, inventoryWithoutFrequency,
 * inventoryWithoutRole, inventoryTargetName, inventoryTarget, entityTooLarge.
 */
export async function putInventory(
  domain: Domain,
  bucket: BucketName,
  inventory: Inventory,
  { replaces }: PutInventory,
): Promise<void> {
  const { schedule, destination } = inventory
  if (schedule.frequency === undefined) throw new OssError('inventoryWithoutFrequency')
  if (!replaces && !destination.ossBucketDestination.roleArn) throw new OssError('inventoryWithoutRole')
  const createdAt = domain.clock()
  await changeListed(domain, bucket, INVENTORIES, async (before, { tx, bucket: record }) => {
    const name = targetOf(inventory)
    if (name === undefined) throw new OssError('inventoryTargetName')
    const target = await readBucketIfAny(domain, tx, name)
    if (target?.owner !== record.owner) throw new OssError('inventoryTarget')
    const isThere = before.some(({ id }) => id === inventory.id)
    if (isThere && !replaces) throw new OssError('inventoryExists')
    if (!isThere && before.length >= INVENTORIES_MAX) throw new OssError('inventoryTooMany', { max: INVENTORIES_MAX })
    return withOne(before, INVENTORIES.nameOf, { ...inventory, createdAt })
  })
}

/** Deletes an inventory if it exists. Throws noSuchBucket, and noSuchInventory where it must exist. */
export async function deleteInventory(
  domain: Domain,
  bucket: BucketName,
  id: string,
  { mustExist }: { readonly mustExist: boolean },
): Promise<void> {
  await changeListed(domain, bucket, INVENTORIES, (before) => {
    const rest = without(before, INVENTORIES.nameOf, id)
    if (mustExist && rest.length === before.length) throw new OssError('noSuchInventory', { inventoryId: id })
    return rest
  })
}

/** Notes when the last report of an inventory was begun, if it is still set. Throws noSuchBucket. */
export async function noteRun(domain: Domain, bucket: BucketName, id: string, ranAt: number): Promise<void> {
  await changeListed(domain, bucket, INVENTORIES, (before) =>
    before.map(({ isRequested, ...one }) => {
      if (one.id === id) return { ...one, ranAt }
      return isRequested === undefined ? one : { ...one, isRequested }
    }),
  )
}

/** Makes a report due at once. Throws noSuchBucket, noSuchInventory, entityTooLarge. */
export async function requestRun(domain: Domain, bucket: BucketName, id: string): Promise<void> {
  await changeListed(domain, bucket, INVENTORIES, (before) => {
    if (!before.some((one) => one.id === id)) throw new OssError('noSuchInventory', { inventoryId: id })
    return before.map((one) => (one.id === id ? { ...one, isRequested: true } : one))
  })
}

/** In the order of their ids. Throws noSuchBucket. */
export function findInventories(domain: Domain, bucket: BucketName): Awaitable<readonly Inventory[]> {
  return findListed(domain, bucket, INVENTORIES)
}

/** A page of those that follow an id. Throws noSuchBucket. */
export function listInventories(domain: Domain, bucket: BucketName, after: string): Awaitable<Page<Inventory>> {
  return andThen(findInventories(domain, bucket), (inventories) =>
    pageOf(inventories, INVENTORIES.nameOf, after, INVENTORIES_PAGE_SIZE),
  )
}
