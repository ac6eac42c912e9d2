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
import { readDocument } from '../stored/documents.js'
import { readBucketIfAny } from './buckets.js'
import { type BucketChange, changeDocument, findDocument } from './documents.js'

/** The configuration of one inventory. */
export type Inventory = BucketSettings['inventory']['inventories'][number]

const DOCUMENT = { kind: 'inventory', rowsMax: 20 } as const
const ARN = /^acs:oss:[^:]*:[^:]*:([^/:]+)$/

/** The name of the bucket that reports are written to; undefined if the rule names none. */
export function targetOf({ destination }: Inventory): BucketName | undefined {
  const name = ARN.exec(destination.ossBucketDestination.bucket)?.[1]
  return name !== undefined && isBucketName(name) ? name : undefined
}

/**
 * Adds an inventory. Throws noSuchBucket, inventoryExists, inventoryTooMany, inventoryWithoutFrequency,
 * inventoryWithoutRole, inventoryTargetName, inventoryTarget, entityTooLarge.
 */
export async function addInventory(domain: Domain, bucket: BucketName, inventory: Inventory): Promise<void> {
  const { schedule, destination } = inventory
  if (schedule.frequency === undefined) throw new OssError('inventoryWithoutFrequency')
  if (!destination.ossBucketDestination.roleArn) throw new OssError('inventoryWithoutRole')
  const createdAt = domain.clock()
  await changeInventories(domain, bucket, async (before, { tx, bucket: record }) => {
    const name = targetOf(inventory)
    if (name === undefined) throw new OssError('inventoryTargetName')
    const target = await readBucketIfAny(domain, tx, name)
    if (target?.owner !== record.owner) throw new OssError('inventoryTarget')
    if (before.some(({ id }) => id === inventory.id)) throw new OssError('inventoryExists')
    if (before.length >= INVENTORIES_MAX) throw new OssError('inventoryTooMany', { max: INVENTORIES_MAX })
    return [...before, { ...inventory, createdAt }].sort((one, other) => (one.id < other.id ? -1 : 1))
  })
}

/** Deletes an inventory if it exists. Throws noSuchBucket. */
export async function deleteInventory(domain: Domain, bucket: BucketName, id: string): Promise<void> {
  await changeInventories(domain, bucket, (before) => before.filter((one) => one.id !== id))
}

/** Notes when the last report of an inventory was begun, if it is still set. Throws noSuchBucket. */
export async function noteRun(domain: Domain, bucket: BucketName, id: string, ranAt: number): Promise<void> {
  await changeInventories(domain, bucket, (before) =>
    before.map(({ isRequested, ...one }) => {
      if (one.id === id) return { ...one, ranAt }
      return isRequested === undefined ? one : { ...one, isRequested }
    }),
  )
}

/** Makes a report due at once. Throws noSuchBucket, noSuchInventory, entityTooLarge. */
export async function requestRun(domain: Domain, bucket: BucketName, id: string): Promise<void> {
  await changeInventories(domain, bucket, (before) => {
    if (!before.some((one) => one.id === id)) throw new OssError('noSuchInventory', { inventoryId: id })
    return before.map((one) => (one.id === id ? { ...one, isRequested: true } : one))
  })
}

async function changeInventories(
  domain: Domain,
  bucket: BucketName,
  change: (before: readonly Inventory[], change: BucketChange) => readonly Inventory[] | Promise<readonly Inventory[]>,
): Promise<void> {
  await changeDocument(domain, bucket, DOCUMENT, async (changing) => {
    const before = (await readDocument(changing.tx, changing.bucket, 'inventory'))?.inventories ?? []
    const inventories = await change(before, changing)
    return inventories.length === 0 ? undefined : { inventories }
  })
}

/** In the order of their ids. Throws noSuchBucket. */
export function findInventories(domain: Domain, bucket: BucketName): Awaitable<readonly Inventory[]> {
  return andThen(findDocument(domain, bucket, 'inventory'), (found) => found?.inventories ?? [])
}

/** A page of those that follow an id. Throws noSuchBucket. */
export function listInventories(domain: Domain, bucket: BucketName, after: string) {
  return andThen(findInventories(domain, bucket), (inventories) => {
    const rest = inventories.filter(({ id }) => id > after)
    return { inventories: rest.slice(0, INVENTORIES_PAGE_SIZE), isTruncated: rest.length > INVENTORIES_PAGE_SIZE }
  })
}
