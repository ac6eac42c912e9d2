/** The capacity of buckets: a write that would exceed it is refused. */
import { type BucketSettings, OssError } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import { readCounters } from '../domain/stored/counters.js'

/** The settings of a bucket that limit what it holds. */
export interface CapacitySettings {
  readonly qos?: BucketSettings['qos'] | undefined
  readonly quota?: BucketSettings['quota'] | undefined
}

const GIGABYTE = 2 ** 30

/**
 * `announced`: the bytes that a request adds; undefined where they are not known before. Everything counts that the bucket
 * holds, with the parts of incomplete uploads. Writes that run at the same time do not see each other. Throws capacityExceeded.
 */
export function requireCapacity(
  domain: Domain,
  bucket: string,
  settings: CapacitySettings,
  announced: number | undefined,
): Awaitable<void> {
  const most = capacityOf(settings)
  if (most === undefined) return
  return andThen(
    domain.metadata.read((reader) => readCounters(reader, bucket, domain.clock())),
    ({ storage, partBytes }) => {
      if (storage + partBytes + (announced ?? 1) > most) throw new OssError('capacityExceeded', { most })
    },
  )
}

/** Bytes; undefined without a limit. */
function capacityOf({ qos, quota }: CapacitySettings): number | undefined {
  const limits = [
    ...(qos === undefined || qos.storageCapacity < 0 ? [] : [qos.storageCapacity * GIGABYTE]),
    ...(quota?.mode === 'Strict' ? [quota.storageQuota] : []),
  ]
  return limits.length === 0 ? undefined : Math.min(...limits)
}
