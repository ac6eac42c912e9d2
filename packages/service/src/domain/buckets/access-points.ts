/**
 * The access points of buckets, as they are set. A name is unique among those of an account. Each has two names that
 * requests use in place of its bucket's: its alias, and the first label of its Host.
 */
import {
  ACCESS_POINTS_MAX,
  accessPointAlias,
  accessPointLabel,
  type BucketName,
  type BucketSettings,
  OssError,
} from '@bindery/protocol'
import { type Awaitable, andThen, type Reader } from '@bindery/storage'
import { type Domain, newId } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import { entranceRows } from '../stored/keyspace.js'
import type { BucketRecord, EntranceRecord } from '../stored/model.js'
import { ownBuckets } from './buckets.js'
import type { BucketChange } from './documents.js'
import { changeListed, findListed, type ListedSettings, withOne } from './listed-settings.js'

/** One access point as it is kept. */
export type AccessPoint = BucketSettings['accessPoint']['accessPoints'][number]

const POINTS: ListedSettings<'accessPoint', AccessPoint> = {
  kind: 'accessPoint',
  rowsMax: 20,
  settingsIn: ({ accessPoints }) => accessPoints,
  documentOf: (accessPoints) => ({ accessPoints }),
  nameOf: ({ accessPointName }) => accessPointName,
}

/** An access point, and the bucket that it belongs to. */
export interface ListedAccessPoint {
  readonly bucket: BucketName
  readonly accessPoint: AccessPoint
}

/** Creates an access point of a bucket. Throws noSuchBucket, accessPointExists, accessPointTooMany, entityTooLarge. */
export async function createAccessPoint(
  domain: Domain,
  bucket: BucketName,
  point: Pick<AccessPoint, 'accessPointName' | 'networkOrigin' | 'vpcConfiguration'>,
): Promise<AccessPoint> {
  const { accessPointName: name } = point
  const alias = accessPointAlias(name, newId(domain).toLowerCase())
  const made = { ...point, alias, createdAt: domain.clock() }
  await changeListed(domain, bucket, POINTS, async (before, { tx, bucket: record }) => {
    const taken = await entranceRows.read(tx, { entrance: accessPointLabel(name, record.owner) })
    if (taken !== undefined) throw new OssError('accessPointExists')
    if (before.length >= ACCESS_POINTS_MAX) throw new OssError('accessPointTooMany', { max: ACCESS_POINTS_MAX })
    for (const entrance of entrancesOf(record.owner, made)) {
      entranceRows.set(tx, { entrance }, { bucket, accessPoint: name })
    }
    return withOne(before, POINTS.nameOf, made)
  })
  return made
}

/** The names that lead to an access point of an account's bucket. */
export function entrancesOf(owner: string, { alias, accessPointName }: AccessPoint): readonly string[] {
  return [alias, accessPointLabel(accessPointName, owner)]
}

/** The access point that a name leads to; undefined where it leads to none. */
export function findEntrance({ metadata }: Domain, entrance: string): Awaitable<EntranceRecord | undefined> {
  return metadata.read((reader) => entranceRows.read(reader, { entrance }))
}

/** The access point of this name. Throws noSuchBucket, noSuchAccessPoint. */
export function findAccessPoint(domain: Domain, bucket: BucketName, name: string): Awaitable<AccessPoint> {
  return andThen(findListed(domain, bucket, POINTS), (points) => requirePoint(points, name))
}

/** The access point of this name among those of a bucket. Throws noSuchAccessPoint. */
export function requirePoint(accessPoints: readonly AccessPoint[], name: string): AccessPoint {
  const found = accessPoints.find(({ accessPointName }) => accessPointName === name)
  if (found === undefined) throw new OssError('noSuchAccessPoint', { accessPointName: name })
  return found
}

/** Replaces an access point by what `change` returns; undefined deletes it. Throws noSuchBucket, noSuchAccessPoint, entityTooLarge. */
export async function changeAccessPoint(
  domain: Domain,
  bucket: BucketName,
  name: string,
  change: (point: AccessPoint, within: BucketChange) => Awaitable<AccessPoint | undefined>,
): Promise<void> {
  await changeListed(domain, bucket, POINTS, async (before, within) => {
    const found = requirePoint(before, name)
    const replaced = await change(found, within)
    if (replaced === undefined) {
      for (const entrance of entrancesOf(within.bucket.owner, found)) entranceRows.delete(within.tx, { entrance })
    }
    return before.flatMap((one) => (one === found ? (replaced ?? []) : one))
  })
}

/** Those of an account's buckets, in the order of their names. */
export async function listAccessPoints(domain: Domain, owner: string): Promise<ListedAccessPoint[]> {
  const buckets = await ownBuckets(domain.metadata, owner)
  const all = await domain.metadata.read((reader) => pointsOf(reader, buckets))
  return all.sort((one, other) => (one.accessPoint.accessPointName < other.accessPoint.accessPointName ? -1 : 1))
}

/** Those of one bucket, in the order of their names. Throws noSuchBucket. */
export async function listOfBucket(domain: Domain, bucket: BucketName): Promise<ListedAccessPoint[]> {
  const points = await findListed(domain, bucket, POINTS)
  return points.map((accessPoint) => ({ bucket, accessPoint }))
}

async function pointsOf(reader: Reader, buckets: readonly BucketRecord[]): Promise<ListedAccessPoint[]> {
  const documents = await Promise.all(buckets.map((bucket) => readDocument(reader, bucket, 'accessPoint')))
  return buckets.flatMap(({ name }, index) =>
    (documents[index]?.accessPoints ?? []).map((accessPoint) => ({ bucket: name, accessPoint })),
  )
}
