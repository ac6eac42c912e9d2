/** Writes the kept lines of access logs into the target buckets, one object per bucket and hour. */
import { hex } from '@bindery/bytes'
import { type BucketName, type ObjectKey, OssError, objectKey } from '@bindery/protocol'
import type { ByteSource, Bytes } from '@bindery/storage'
import { readBucketIfAny } from '../buckets/buckets.js'
import { sourceOfPieces } from '../bytes/sources.js'
import { type Domain, newId } from '../domain.js'
import { storeReport } from '../objects/store-report.js'
import { readDocument } from '../stored/documents.js'
import type { KeyRange } from '../stored/key-range.js'
import { logRows } from '../stored/keyspace.js'
import type { BucketRecord } from '../stored/model.js'

const HOUR_MS = 3_600_000
/** After the end of an hour, until its lines are written: every process has kept them by then. */
const GRACE_MS = 60_000
/** Rows of one step. */
const ROWS_AT_ONCE = 90

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
    const delivered = isOver(group.hour) ? await deliver(domain, group, keyOf) : undefined
    if (delivered !== undefined) yield delivered
  }
}

/**
 * Writes all lines of a bucket that have been kept so far, those of this hour too, and those that this process has noted;
 * yields each object. Where others deliver at the same time, a line may be in two objects; none is lost.
 */
export async function* deliverLogsNow(
  domain: Domain,
  source: BucketName,
  keyOf: KeyOfLog,
): AsyncGenerator<DeliveredLog, void, undefined> {
  await domain.logLines.keep()
  for await (const group of groupsIn(domain, logRows.rangeUnder({ source }))) {
    // not the id of the first row: lines may be added behind it while another process writes an object of that name
    const delivered = await deliver(domain, { ...group, unique: newId(domain) }, keyOf)
    if (delivered !== undefined) yield delivered
  }
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
  /** The id of its first row: an object that is written again after a crash gets the same name. */
  readonly unique: string
  readonly range: KeyRange
}

/** The first bucket and hour of a range. */
async function nextGroup({ metadata }: Domain, { from, to }: KeyRange): Promise<Group | undefined> {
  const [row] = await metadata.read((reader) => reader.range(from, to, { limit: 1 }))
  if (row === undefined) return undefined
  const { source, hour, token } = logRows.namesOf(row.key)
  return { source, hour, unique: token, range: logRows.rangeUnder({ source, hour }) }
}

async function deliver(
  domain: Domain,
  { source, hour, unique, range }: Group,
  keyOf: KeyOfLog,
): Promise<DeliveredLog | undefined> {
  const taken = new Map<string, Bytes>()
  const delivery = await findTarget(domain, source)
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const row of domain.damage.rowsIn(domain.metadata, range, ROWS_AT_ONCE)) {
      taken.set(hex(row.key), row.key)
      const value = domain.damage.skip(row.key, () => logRows.decodeRow(row))
      if (value !== undefined) yield value
    }
  }
  const text = keyOf(delivery?.prefix ?? '', source, hour, unique)
  const key = delivery && (await storeLog(domain, delivery.target, text, sourceOfPieces(lines())))
  if (key === undefined) for await (const _ of lines());
  const keys = [...taken.values()]
  for (let at = 0; at < keys.length; at += ROWS_AT_ONCE) {
    await domain.metadata.transact(async (tx) => {
      for (const key of keys.slice(at, at + ROWS_AT_ONCE)) tx.delete(key)
    })
  }
  return key && delivery && { kind: 'log', bucket: source, target: delivery.target.name, key }
}

/** Undefined if the target refuses the object, for example because it retains an older one. */
async function storeLog(domain: Domain, target: BucketRecord, text: string, lines: ByteSource) {
  try {
    const key = objectKey(text)
    await storeReport(domain, target, { key, contentType: 'text/plain' }, lines)
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
