/**
 * Writes the reports of inventories: data files of CSV in gzip, a manifest that lists them, and its checksum, in this
 * order, so that a manifest names only what exists.
 */
import { createGzip } from 'node:zlib'
import { utf8Bytes } from '@bindery/bytes'
import { type BucketName, type ObjectKey, OssError, objectKey } from '@bindery/protocol'
import { readBucketIfAny } from '../buckets/buckets.js'
import { findInventories, type Inventory, noteRun, targetOf } from '../buckets/inventories.js'
import { sourceOf, sourceOfPieces } from '../bytes/sources.js'
import { type Domain, newId } from '../domain.js'
import { storeReport } from '../objects/store-report.js'
import { bucketRows } from '../stored/keyspace.js'
import type { BucketRecord, EncryptionChoice } from '../stored/model.js'
import { columnsOf, inventoryRows } from './inventory-rows.js'

const DAY_MS = 86_400_000
const BUCKETS_AT_ONCE = 200
/** Rows of one data file. */
const FILE_ROWS_MAX = 1_000_000

/** A report that was written. */
export interface WrittenInventory {
  readonly kind: 'inventory'
  readonly bucket: BucketName
  readonly inventory: string
  readonly target: BucketName
  /** The key of its manifest; absent where no object matched, so that nothing was written. */
  readonly key?: ObjectKey
}

/** Writes the reports that are due in all buckets; yields each. One that cannot be written is due again at its next time. */
export async function* writeInventories(domain: Domain): AsyncGenerator<WrittenInventory, void, undefined> {
  for await (const row of domain.damage.rowsIn(domain.metadata, bucketRows.all, BUCKETS_AT_ONCE)) {
    const bucket = domain.damage.skip(row.key, () => bucketRows.decodeRow(row))
    if (bucket?.documents?.inventory === undefined) continue
    for (const inventory of await findInventories(domain, bucket.name)) {
      const isDue = inventory.isEnabled && domain.clock() >= dueAt(inventory)
      if (!isDue && inventory.isRequested !== true) continue
      const written = await writeOne(domain, bucket, inventory)
      if (written !== undefined) yield written
    }
  }
}

/** Reports are made at midnight in UTC: the first after an inventory was set, and then each day, week or month. */
export function dueAt({ schedule, createdAt = 0, ranAt }: Inventory): number {
  const base = ranAt ?? createdAt
  const next = (Math.floor(base / DAY_MS) + 1) * DAY_MS
  if (ranAt === undefined || schedule.frequency === 'Daily') return next
  if (schedule.frequency === 'Weekly') return next + 6 * DAY_MS
  const last = new Date(ranAt)
  return Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, schedule.dayOfMonth ?? 1)
}

async function writeOne(
  domain: Domain,
  bucket: BucketRecord,
  inventory: Inventory,
): Promise<WrittenInventory | undefined> {
  const startedAt = domain.clock()
  const name = targetOf(inventory)
  const target = name && (await domain.metadata.read((reader) => readBucketIfAny(domain, reader, name)))
  try {
    // noted first: what cannot be written must not be tried again at once
    await noteRun(domain, bucket.name, inventory.id, startedAt)
    if (target === undefined || target.owner !== bucket.owner) return undefined
    const key = await write(domain, bucket, target, inventory, startedAt)
    return { kind: 'inventory', bucket: bucket.name, inventory: inventory.id, target: target.name, ...(key && { key }) }
  } catch (error) {
    // the bucket is gone, or its target refuses the objects
    if (error instanceof OssError && error.isClientError) return undefined
    throw error
  }
}

/** The beginning of the keys of reports, before the name of the bucket. */
export function prefixOf({ destination }: Pick<Inventory, 'destination'>): string {
  const { prefix = '' } = destination.ossBucketDestination
  return prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`
}

interface DataFile {
  readonly key: string
  readonly size: number
  readonly MD5checksum: string
}

/** Resolves with the key of the manifest. */
async function write(
  domain: Domain,
  bucket: BucketRecord,
  target: BucketRecord,
  inventory: Inventory,
  startedAt: number,
): Promise<ObjectKey | undefined> {
  const { encryption: rule } = inventory.destination.ossBucketDestination
  const folder = `${prefixOf(inventory)}${bucket.name}/${inventory.id}`
  const encryption = rule && encryptionOf(rule)
  const store = (key: string, contentType: string, source: Parameters<typeof storeReport>[3]) =>
    storeReport(domain, target, { key: objectKey(key), contentType, encryption }, source)
  const rows = new Rows(inventoryRows(domain, bucket, inventory))
  const files: DataFile[] = []
  const uuid = uuidOf(domain)
  while (await rows.hasMore()) {
    const key = `${folder}/data/${uuid}${files.length === 0 ? '' : `-${files.length}`}.csv.gz`
    const { size, etag } = await store(key, 'application/octet-stream', sourceOfPieces(compressed(rows)))
    files.push({ MD5checksum: etag, key, size })
  }
  if (files.length === 0) return undefined
  const manifest = utf8Bytes(
    JSON.stringify({
      creationTimestamp: String(Math.floor(startedAt / 1000)),
      destinationBucket: target.name,
      fileFormat: 'CSV',
      fileSchema: columnsOf(inventory).join(', '),
      files,
      sourceBucket: bucket.name,
      version: '2019-09-01',
    }),
  )
  const at = `${folder}/${new Date(startedAt).toISOString().slice(0, 16).replace(':', '-')}Z`
  const { etag: checksum } = await store(`${at}/manifest.json`, 'application/json', sourceOf([manifest]))
  await store(`${at}/manifest.checksum`, 'text/plain', sourceOf([utf8Bytes(checksum)]))
  return objectKey(`${at}/manifest.json`)
}

/** Rows that several files share. */
class Rows {
  readonly #rows: AsyncGenerator<string>
  #next: string | undefined

  constructor(rows: AsyncGenerator<string>) {
    this.#rows = rows
  }

  async hasMore(): Promise<boolean> {
    this.#next ??= (await this.#rows.next()).value
    return this.#next !== undefined
  }

  /** The next row, after `hasMore`. */
  take(): string {
    const row = this.#next ?? ''
    this.#next = undefined
    return row
  }
}

/** The rows of one file, in gzip. */
async function* compressed(rows: Rows): AsyncGenerator<Uint8Array> {
  const gzip = createGzip()
  const feed = async (): Promise<void> => {
    for (let count = 0; count < FILE_ROWS_MAX && (await rows.hasMore()); count += 1) {
      if (!gzip.write(rows.take())) await new Promise((resolve) => gzip.once('drain', resolve))
    }
    gzip.end()
  }
  const fed = feed().catch((error) => void gzip.destroy(error))
  yield* gzip
  await fed
}

function encryptionOf({ sseKms }: { sseKms?: { keyId: string } | undefined }): EncryptionChoice {
  return sseKms === undefined
    ? { algorithm: 'AES256' }
    : { algorithm: 'KMS', ...(sseKms.keyId && { keyId: sseKms.keyId }) }
}

function uuidOf(domain: Domain): string {
  const digits = newId(domain).toLowerCase()
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  )
}
