/** Lines of access logs for what lifecycle rules did. */
import { upperHex } from '@bindery/bytes'
import { findBucketIfAny } from '../domain/buckets/buckets.js'
import type { Domain } from '../domain/domain.js'
import type { BucketRecord } from '../domain/stored/model.js'
import type { DoneByRule } from '../domain/upkeep/apply-lifecycle.js'
import { logLine } from './line.js'

/** As OSS names them in logs. */
const OPERATIONS = { expired: 'ExpireObject', moved: 'CommitTransition', aborted: 'AbortMultiPartUpload' } as const

/** Passes on what rules did, and notes each in the log of its bucket, if that is logged. */
export async function* loggingLifecycle(
  domain: Domain,
  region: string,
  all: AsyncIterable<DoneByRule>,
): AsyncGenerator<DoneByRule, void, undefined> {
  let bucket: BucketRecord | undefined
  for await (const done of all) {
    if (bucket?.name !== done.bucket) bucket = (await findBucketIfAny(domain, done.bucket, () => undefined))?.bucket
    if (bucket?.documents?.logging !== undefined) {
      const now = domain.clock()
      domain.logLines.add(done.bucket, now, lineOf(done, bucket, { now, region, id: upperHex(domain.random(12)) }))
    }
    yield done
  }
}

function lineOf(done: DoneByRule, { owner }: BucketRecord, made: { now: number; region: string; id: string }): string {
  const isGone = done.kind !== 'moved'
  const size = done.kind === 'aborted' ? done.bytes : done.size
  return logLine({
    remoteAddress: '',
    receivedAt: made.now,
    requestLine: '',
    status: isGone ? 204 : 200,
    sentBytes: 0,
    milliseconds: 0,
    serviceMilliseconds: 0,
    host: '',
    requestId: made.id,
    operation: OPERATIONS[done.kind],
    bucket: done.bucket,
    owner,
    key: done.key,
    objectSize: size,
    requestBytes: 0,
    addedBytes: size === undefined ? undefined : isGone ? -size : 0,
    syncRequest: 'lifecycle',
    storageClass: done.kind === 'aborted' ? undefined : done.classBefore,
    targetStorageClass: done.kind === 'moved' ? done.storageClass : undefined,
    region: made.region,
  })
}
