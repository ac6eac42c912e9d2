/** The capacity of buckets, and how many objects and uploads they may have: a write that would exceed it is refused. */
import { type BucketName, type BucketSettings, type ObjectKey, type Operation, OssError } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { readObject } from '../domain/objects/current.js'
import { type BucketStat, readCounters } from '../domain/stored/counters.js'

/** The settings of a bucket that limit what it holds. */
export interface CapacitySettings {
  readonly qos?: BucketSettings['qos'] | undefined
  readonly quota?: BucketSettings['quota'] | undefined
}

/** The things that a request adds to a bucket. */
export interface Addition {
  readonly bucket: BucketName
  readonly operation: Operation
  /** Undefined where only the body names the object. */
  readonly key: ObjectKey | undefined
  /** Bytes; undefined where they are not known before. */
  readonly announced: number | undefined
}

const GIGABYTE = 2 ** 30

/** Operations that may make an object of a new key, by the names of their handlers. */
const MAKES_OBJECT: ReadonlySet<string> = new Set([
  ...['PutObject', 'PostObject', 'CopyObject', 'AppendObject', 'PutSymlink', 'CompleteMultipartUpload'],
])

/** The handler of an operation: the protocols share them. */
function handlerOf(operation: Operation): string {
  return 'handledAs' in operation ? String(operation.handledAs) : operation.name
}

/** Whether an operation adds bytes to its bucket. */
function addsBytes({ body, input }: Operation): boolean {
  return body === 'bytes' || 'copySource' in input
}

/** Whether an operation adds something that a quota counts. */
export function addsToQuota(operation: Operation): boolean {
  const handler = handlerOf(operation)
  return addsBytes(operation) || MAKES_OBJECT.has(handler) || handler === 'InitiateMultipartUpload'
}

/**
 * Everything counts that the bucket holds, with the parts of incomplete uploads. Writes that run at the same time do not see each
 * other. Throws capacityExceeded, amountExceeded.
 */
export function requireCapacity(domain: Domain, settings: CapacitySettings, addition: Addition): Awaitable<void> {
  const most = capacityOf(settings)
  const quota = settings.quota?.mode === 'Strict' ? settings.quota : undefined
  if (most === undefined && quota === undefined) return
  return domain.metadata.read((reader) =>
    andThen(readCounters(reader, addition.bucket, domain.clock()), (held) => {
      const { storage, partBytes } = held
      const isOver = most !== undefined && storage + partBytes + (addition.announced ?? 1) > most
      if (isOver && addsBytes(addition.operation)) throw new OssError('capacityExceeded', { most })
      if (quota !== undefined) return requireAmounts(reader, quota, held, addition)
    }),
  )
}

type Quota = NonNullable<BucketSettings['quota']>

function requireAmounts(
  reader: Reader,
  { objects, uploads, partBytes }: Quota,
  held: BucketStat,
  { bucket, operation, key, announced }: Addition,
): Awaitable<void> {
  const handler = handlerOf(operation)
  if (uploads !== undefined && handler === 'InitiateMultipartUpload' && held.uploads >= uploads) {
    throw new OssError('amountExceeded', { most: uploads, what: 'incomplete uploads' })
  }
  const isPart = handler === 'UploadPart' || handler === 'UploadPartCopy'
  if (partBytes !== undefined && isPart && held.partBytes + (announced ?? 1) > partBytes) {
    throw new OssError('amountExceeded', { most: partBytes, what: 'bytes in incomplete uploads' })
  }
  if (objects === undefined || held.objects < objects || !MAKES_OBJECT.has(handler)) return
  return andThen(key === undefined ? undefined : readObject(reader, { bucket, key }), (present) => {
    if (present === undefined) throw new OssError('amountExceeded', { most: objects, what: 'objects' })
  })
}

/** Bytes; undefined without a limit. */
function capacityOf({ qos, quota }: CapacitySettings): number | undefined {
  const limits = [
    ...(qos === undefined || qos.storageCapacity < 0 ? [] : [qos.storageCapacity * GIGABYTE]),
    ...(quota?.mode === 'Strict' ? [quota.storageQuota] : []),
  ]
  return limits.length === 0 ? undefined : Math.min(...limits)
}
