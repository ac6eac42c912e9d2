import { utf8Text } from '@bindery/bytes'
import type { BucketName } from '@bindery/protocol'
import type { Bytes } from '@bindery/storage'
import { findBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following, successor } from '../stored/key-range.js'
import { objectRows } from '../stored/keyspace.js'
import { checkNames, groupOf, rangeOf, scan } from '../stored/scan.js'
import { ListedObject } from './listed-object.js'

/** Which objects of a bucket are listed. */
export interface ObjectQuery {
  readonly bucket: BucketName
  readonly prefix: string
  /** '' groups nothing. */
  readonly delimiter: string
  /** Only names after this one; '' for all. */
  readonly after: string
  /** An `after` that equals a common prefix skips its whole group, like the end of an earlier page. */
  readonly wholeGroups: boolean
  /** An `after` within a common prefix skips the rest of its group. */
  readonly skipsGroups?: boolean | undefined
  readonly maxKeys: number
}

/** An entry of a listing of objects. */
export type ObjectEntry = ListedObject | { readonly kind: 'prefix'; readonly prefix: string }

/** A page of a listing of objects. */
export interface ObjectPage {
  readonly entries: readonly ObjectEntry[]
  /** The last entry's key or prefix, if more follow. */
  readonly next: string | undefined
}

/** The common prefix all of whose keys come before a page. */
function groupToSkip({ prefix, delimiter, after, wholeGroups, skipsGroups }: ObjectQuery): string | undefined {
  const group = groupOf(after, prefix, delimiter)
  return skipsGroups || (wholeGroups && group === after) ? group : undefined
}

/** Objects and common prefixes in the byte order of their names. Throws noSuchBucket, invalidPrefix, invalidMarker. */
export async function listObjects(domain: Domain, query: ObjectQuery): Promise<ObjectPage> {
  const { bucket, prefix, delimiter, after, maxKeys } = query
  checkNames(prefix, after)
  await findBucket(domain, bucket)
  if (maxKeys === 0) return { entries: [], next: undefined }
  const keyOf = (name: string): Bytes => objectRows.key({ bucket, key: name })
  const nameAt = keyOf('').length
  const group = groupToSkip(query)
  const from = after === '' ? undefined : group === undefined ? following(keyOf(after)) : successor(keyOf(group))
  const { entries, isTruncated } = await scan<ListedObject>({
    metadata: domain.metadata,
    tracks: [
      {
        range: rangeOf(keyOf, prefix, from),
        keyOf,
        nameOf: ({ key }) => utf8Text(key.subarray(nameAt)) ?? '',
        decode: (row) => new ListedObject(row, nameAt),
      },
    ],
    prefix,
    delimiter,
    max: maxKeys,
  })
  const listed = entries.map((entry) => (entry.kind === 'row' ? entry.row : entry))
  const last = listed.at(-1)
  const end = last?.kind === 'object' ? last.key : last?.prefix
  return { entries: listed, next: isTruncated ? end : undefined }
}
