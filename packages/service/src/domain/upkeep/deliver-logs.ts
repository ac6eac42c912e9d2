/**
 * Writes the kept lines of access logs into the target buckets, objects per bucket and hour. The commit of an object deletes the
 * rows of its lines, so that no line is in two objects when several processes and requests deliver at the same time.
 */
import { type BucketName, type ObjectKey, OssError, objectKey } from '@bindery/protocol'
import type { Bytes, Transaction } from '@bindery/storage'
import { readBucketIfAny } from '../buckets/buckets.js'
import { sourceOf } from '../bytes/sources.js'
import type { Domain } from '../domain.js'
import { storeReport } from '../objects/store-report.js'
import { readDocument } from '../stored/documents.js'
import type { KeyRange } from '../stored/key-range.js'
import { logRows } from '../stored/keyspace.js'
import type { BucketRecord } from '../stored/model.js'

const HOUR_MS = 3_600_000
/** After the end of an hour, until its lines are written: every process has kept them by then. */
const GRACE_MS = 60_000
/** Rows of one read. */
const ROWS_AT_ONCE = 90
/** Rows and bytes of one object, whose commit reads these rows again. */
const ROWS_MAX = 400
const BYTES_MAX = 8_000_000

/** Names the object of a log: the hour is counted from 1970, and `unique` distinguishes several objects of one hour. */
export type KeyOfLog = (prefix: string, source: string, hour: number, unique: string) => string

/** An object of a log that was written. */
export interface DeliveredLog {
  readonly kind: 'log'
  readonly bucket: BucketName
  readonly target: BucketName
  readonly key: ObjectKey
}

/**
 * Writes the lines of the hours that are over into their target buckets; yields each object. Lines of a bucket that is not
 * logged any more, or whose target cannot take them, are dropped.
 */
export async function* deliverLogs(domain: Domain, keyOf: KeyOfLog): AsyncGenerator<DeliveredLog, void, undefined> {
  const isOver = (hour: number): boolean => (hour + 1) * HOUR_MS + GRACE_MS <= domain.clock()
  for await (const group of groupsIn(domain, logRows.all)) {
    if (isOver(group.hour)) yield* deliverGroup(domain, group, keyOf)
  }
}

/**
 * Writes all lines of a bucket that have been kept so far, those of this hour too, and those that this process has noted;
 * yields each object.
 */
export async function* deliverLogsNow(
  domain: Domain,
  source: BucketName,
  keyOf: KeyOfLog,
): AsyncGenerator<DeliveredLog, void, undefined> {
  await domain.logLines.keep()
  for await (const group of groupsIn(domain, logRows.rangeUnder({ source }))) yield* deliverGroup(domain, group, keyOf)
}

/** The buckets and hours that have lines. */
async function* groupsIn(domain: Domain, { from, to }: KeyRange): AsyncGenerator<Group> {
  let group = await nextGroup(domain, { from, to })
  while (group !== undefined) {
    yield group
    group = await nextGroup(domain, { from: group.range.to, to })
  }
}

interface Group {
  readonly source: BucketName
  readonly hour: number
  readonly range: KeyRange
}

/** The first bucket and hour of a range. */
async function nextGroup({ metadata }: Domain, { from, to }: KeyRange): Promise<Group | undefined> {
  const [row] = await metadata.read((reader) => reader.range(from, to, { limit: 1 }))
  if (row === undefined) return undefined
  const { source, hour } = logRows.namesOf(row.key)
  return { source, hour, range: logRows.rangeUnder({ source, hour }) }
}

/** Lines that one object takes. */
interface Batch {
  readonly rows: readonly Bytes[]
  readonly lines: readonly Uint8Array[]
  /** Whether there may be further rows. */
  readonly isFull: boolean
}

async function* deliverGroup(domain: Domain, group: Group, keyOf: KeyOfLog): AsyncGenerator<DeliveredLog> {
  for (;;) {
    const batch = await readBatch(domain, group.range)
    const [first] = batch.rows
    if (first === undefined) return
    // no two objects have the same first row
    const delivered = await deliver(domain, group, batch, (prefix) =>
      keyOf(prefix, group.source, group.hour, logRows.namesOf(first).token),
    )
    if (delivered !== undefined && delivered !== 'taken') yield delivered
    if (!batch.isFull && delivered !== 'taken') return
  }
}

async function readBatch(domain: Domain, range: KeyRange): Promise<Batch> {
  const [rows, lines]: [Bytes[], Uint8Array[]] = [[], []]
  let bytes = 0
  for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
    bytes += row.key.length + row.value.length
    if (rows.length === ROWS_MAX || bytes > BYTES_MAX) return { rows, lines, isFull: true }
    rows.push(row.key)
    const value = domain.damage.skip(row.key, () => logRows.decodeRow(row))
    if (value !== undefined) lines.push(value)
  }
  return { rows, lines, isFull: false }
}

/** `taken`: another delivery was faster. Undefined: the lines are dropped. */
async function deliver(
  domain: Domain,
  { source }: Group,
  { rows, lines }: Batch,
  keyOf: (prefix: string) => string,
): Promise<DeliveredLog | 'taken' | undefined> {
  const take = async (tx: Transaction): Promise<void> => {
    const values = await tx.getMany(rows)
    if (values.includes(undefined)) throw new Taken()
    for (const row of rows) tx.delete(row)
  }
  try {
    const delivery = await findTarget(domain, source)
    const key = delivery && (await storeLog(domain, delivery.target, keyOf(delivery.prefix), lines, take))
    if (key === undefined) await domain.metadata.transact(take)
    return key && delivery && { kind: 'log', bucket: source, target: delivery.target.name, key }
  } catch (error) {
    if (error instanceof Taken) return 'taken'
    throw error
  }
}

/** Another delivery has written some of these lines. */
class Taken extends Error {}

/** Undefined if the target refuses the object, for example because it retains an older one. */
async function storeLog(
  domain: Domain,
  target: BucketRecord,
  text: string,
  lines: readonly Uint8Array[],
  inCommit: (tx: Transaction) => Promise<void>,
) {
  try {
    const key = objectKey(text)
    await storeReport(domain, target, { key, contentType: 'text/plain', inCommit }, sourceOf(lines))
    return key
  } catch (error) {
    if (error instanceof OssError && error.isClientError) return undefined
    throw error
  }
}

/** Where a bucket is logged, if it is. */
async function findTarget(domain: Domain, source: BucketName) {
  return domain.metadata.read(async (reader) => {
    const bucket = await readBucketIfAny(domain, reader, source)
    const logging = bucket && (await readDocument(reader, bucket, 'logging'))?.loggingEnabled
    if (bucket === undefined || logging === undefined) return undefined
    const target = await readBucketIfAny(domain, reader, logging.targetBucket)
    return target?.owner === bucket.owner ? { target, prefix: logging.targetPrefix } : undefined
  })
}
