import { utf8Text } from '@bindery/bytes'
import type { BucketName } from '@bindery/protocol'
import { type Bytes, lastOf, type PackedRows, packRows, type Row, readPacked, withoutLast } from '@bindery/storage'
import { findBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { following, type KeyRange, successor } from '../stored/key-range.js'
import { objectRows } from '../stored/keyspace.js'
import { checkNames, groupOf, ROWS_MAX, rangeOf, scan } from '../stored/scan.js'
import { ListedObject, ListedObjects } from './listed-object.js'

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

/** A page of a listing of objects. */
export interface ObjectPage {
  readonly objects: ListedObjects
  readonly prefixes: readonly string[]
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
  const keyOf = (name: string): Bytes => objectRows.key({ bucket, key: name })
  const nameAt = keyOf('').length
  if (maxKeys === 0) return { objects: new ListedObjects([], nameAt), prefixes: [], next: undefined }
  const group = groupToSkip(query)
  const from = after === '' ? undefined : group === undefined ? following(keyOf(after)) : successor(keyOf(group))
  const range = rangeOf(keyOf, prefix, from)
  if (delimiter === '') return readPage(domain, range, maxKeys, nameAt)
  const nameOf = ({ key }: Row): string => utf8Text(key.subarray(nameAt)) ?? ''
  const { entries, isTruncated } = await scan<Row>({
    metadata: domain.metadata,
    tracks: [{ range, keyOf, nameOf, decode: (row) => row }],
    prefix,
    delimiter,
    max: maxKeys,
  })
  const rows = entries.flatMap((entry) => (entry.kind === 'row' ? [entry.row] : []))
  const prefixes = entries.flatMap((entry) => (entry.kind === 'prefix' ? [entry.prefix] : []))
  const last = entries.at(-1)
  const end = last?.kind === 'row' ? nameOf(last.row) : last?.prefix
  return {
    objects: new ListedObjects([packRows(rows, !isTruncated)], nameAt),
    prefixes,
    next: isTruncated ? end : undefined,
  }
}

/** A page without common prefixes, whose rows are not looked at one by one. */
async function readPage(domain: Domain, { from, to }: KeyRange, max: number, nameAt: number): Promise<ObjectPage> {
  const blocks: PackedRows[] = []
  let last: Row | undefined
  for (let left = max; ; ) {
    const start = last === undefined ? from : following(last.key)
    // one more than the page has shows whether another follows
    const limit = Math.min(left + 1, ROWS_MAX)
    const block = await domain.metadata.read((reader) => readPacked(reader, start, to, { limit }))
    const shown = block.count > left ? withoutLast(block) : block
    blocks.push(shown)
    last = lastOf(shown) ?? last
    left -= shown.count
    if (shown === block && !block.isLast) continue
    const end = shown === block ? undefined : last
    const next = end && new ListedObject(end, nameAt).key
    return { objects: new ListedObjects(blocks, nameAt), prefixes: [], next }
  }
}
