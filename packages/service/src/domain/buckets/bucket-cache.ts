import { equalBytes } from '@bindery/bytes'
import type { BucketName } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'
import { bucketRows } from '../stored/keyspace.js'
import type { BucketRecord } from '../stored/model.js'

/** Decoded buckets that are kept at most. */
const BUCKETS_KEPT_MAX = 256

/**
 * Decoded bucket records, by the bytes that they were decoded from. Almost every request reads its bucket, whose row
 * rarely changes; a cached record is never older than the bytes that were read.
 */
export class BucketCache {
  readonly #kept = new Map<string, { readonly value: Bytes; readonly record: BucketRecord }>()

  /** Throws StorageError `corrupt`. */
  decode(value: Bytes, bucket: string): BucketRecord {
    const kept = this.#kept.get(bucket)
    if (kept !== undefined && equalBytes(kept.value, value)) return kept.record
    const record = bucketRows.decode(value, { bucket: bucket as BucketName })
    if (this.#kept.size >= BUCKETS_KEPT_MAX) this.#kept.clear()
    this.#kept.set(bucket, { value, record })
    return record
  }
}
