import type { BucketName } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'
import { findBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following, successor } from '../stored/key-range.js'
import { uploadRows } from '../stored/keyspace.js'
import type { UploadRecord } from '../stored/model.js'
import { checkNames, isGroup, rangeOf, scan } from '../stored/scan.js'

/** Which uploads of a bucket are listed. */
export interface UploadQuery {
  readonly bucket: BucketName
  readonly prefix: string
  readonly delimiter: string
  /** Uploads of later keys; with `uploadIdMarker` also those of this key with a later id. '' for all. */
  readonly keyMarker: string
  /** Only effective with a `keyMarker`. */
  readonly uploadIdMarker: string
  readonly maxUploads: number
}

/** An entry of a listing of uploads. */
export type UploadEntry =
  | { readonly kind: 'upload'; readonly upload: UploadRecord }
  | { readonly kind: 'prefix'; readonly prefix: string }

/** A page of a listing of uploads. Where it is truncated, the next page begins after its last entry. */
export interface UploadPage {
  readonly entries: readonly UploadEntry[]
  readonly isTruncated: boolean
}

/** Incomplete uploads by key, then by id. Throws noSuchBucket, invalidPrefix, invalidMarker. */
export async function listUploads(domain: Domain, query: UploadQuery): Promise<UploadPage> {
  const { bucket, prefix, delimiter, keyMarker, maxUploads } = query
  checkNames(prefix, keyMarker)
  await findBucket(domain, bucket)
  if (maxUploads === 0) return { entries: [], isTruncated: false }
  const keyOf = (name: string): Bytes => uploadRows.prefix({ bucket, key: name })
  const { entries, isTruncated } = await scan<UploadRecord>({
    metadata: domain.metadata,
    tracks: [
      {
        range: rangeOf(keyOf, prefix, uploadsFrom(query)),
        keyOf,
        nameOf: ({ key }) => uploadRows.namesOf(key).key,
        decode: (row) => uploadRows.decodeRow(row),
      },
    ],
    prefix,
    delimiter,
    max: maxUploads,
  })
  return {
    entries: entries.map((entry) => (entry.kind === 'row' ? { kind: 'upload', upload: entry.row } : entry)),
    isTruncated,
  }
}

function uploadsFrom({ bucket, prefix, delimiter, keyMarker, uploadIdMarker }: UploadQuery): Bytes | undefined {
  if (keyMarker === '') return undefined
  if (uploadIdMarker !== '') return following(uploadRows.key({ bucket, key: keyMarker, uploadId: uploadIdMarker }))
  if (isGroup(keyMarker, prefix, delimiter)) return successor(uploadRows.prefix({ bucket, key: keyMarker }))
  return uploadRows.rangeUnder({ bucket, key: keyMarker }).to
}
