/** A walk over rows in the order of their names, in which names that share a prefix up to a delimiter are combined. */
import { utf8Bytes } from '@bindery/bytes'
import { KEY_BYTES_MAX, OssError } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type Bytes,
  type MetadataStore,
  type RangeOptions,
  type Reader,
  type Row,
  together,
} from '@bindery/storage'
import { following, isAfter, type KeyRange, successor } from './key-range.js'

/** A row, or the names that share a prefix. */
export type ScanEntry<T> =
  | { readonly kind: 'row'; readonly row: T }
  | { readonly kind: 'prefix'; readonly prefix: string }

/** One of the ranges that a scan walks over together. */
export interface Track<T> {
  readonly range: KeyRange
  /** The key at which the rows of a name would begin. */
  readonly keyOf: (name: string) => Bytes
  readonly nameOf: (row: Row) => string
  /** Called for the listed rows, in order. */
  readonly decode: (row: Row) => T
}

/** The ranges and the bounds of a scan. */
export interface Scan<T> {
  readonly metadata: MetadataStore
  /** The rows of a name come in the order of these. */
  readonly tracks: readonly Track<T>[]
  readonly prefix: string
  /** '' groups nothing. */
  readonly delimiter: string
  readonly max: number
}

/** Rows per read at most: records of 40 kB stay within the limit of one read. */
export const ROWS_MAX = 240
/** Ends a name in a key: a delimiter behind it groups nothing. */
const NAME_END = 0

/** The entries of a scan; further ones follow if it is truncated. */
export interface ScanPage<T> {
  readonly entries: readonly ScanEntry<T>[]
  readonly isTruncated: boolean
}

/** Entries in the order of their names, at most `max`. A group costs one seek of the store, however many rows it has. */
export async function scan<T>(options: Scan<T>): Promise<ScanPage<T>> {
  const { tracks, prefix, delimiter, max } = options
  const rowsMax = Math.floor(ROWS_MAX / tracks.length)
  const entries: ScanEntry<T>[] = []
  let shown: string | undefined
  let from: readonly Bytes[] = tracks.map(({ range }) => range.from)
  for (;;) {
    const limit = Math.min(max + 1 - entries.length, rowsMax)
    const { rows, next } = await readBatch(options, from, limit)
    for (const { track, row, name } of rows) {
      const group = commonPrefix(name, prefix, delimiter)
      // each track has a first row of the group
      if (group !== undefined && group === shown) continue
      if (entries.length === max) return { entries, isTruncated: true }
      entries.push(group === undefined ? { kind: 'row', row: track.decode(row) } : { kind: 'prefix', prefix: group })
      shown = group
    }
    if (rows.length < limit) return { entries, isTruncated: false }
    from = next
  }
}

interface NamedRow<T> {
  readonly track: Track<T>
  readonly row: Row
  /** '' where nothing depends on it. */
  readonly name: string
}

interface Batch<T> {
  readonly rows: readonly NamedRow<T>[]
  /** The key at which each track continues. */
  readonly next: readonly Bytes[]
}

/** The next rows of all tracks, from one state of the store; of a group only the first in each track. Fewer than `limit` are the last. */
function readBatch<T>(
  { metadata, tracks, prefix, delimiter }: Scan<T>,
  from: readonly Bytes[],
  limit: number,
): Awaitable<Batch<T>> {
  const optionsOf = ({ keyOf }: Track<T>): RangeOptions => {
    if (delimiter === '') return { limit }
    return { limit, groups: { after: keyOf(prefix).length, delimiter: utf8Bytes(delimiter), end: NAME_END } }
  }
  const read = (reader: Reader): Awaitable<Row[][]> =>
    together(
      ...tracks.map((track, index) => reader.range(from[index] ?? track.range.from, track.range.to, optionsOf(track))),
    )
  return andThen(metadata.read(read), (found) => {
    // names are compared where there are several tracks, and searched for delimiters
    const needsNames = tracks.length > 1 || delimiter !== ''
    const named = found.map((rows, index) => {
      const track = tracks[index] as Track<T>
      return rows.map((row) => ({ track, row, name: needsNames ? track.nameOf(row) : '' }))
    })
    const rows = named.reduce(merge).slice(0, limit)
    const next = tracks.map((track, index) => {
      const last = rows.findLast((row) => row.track === track)
      if (last === undefined) return from[index] ?? track.range.from
      const group = commonPrefix(last.name, prefix, delimiter)
      return group === undefined ? following(last.row.key) : successor(track.keyOf(group))
    })
    return { rows, next }
  })
}

/** Two ordered lists as one; of equal names the first list's come first. */
function merge<T>(first: readonly NamedRow<T>[], second: readonly NamedRow<T>[]): NamedRow<T>[] {
  const merged: NamedRow<T>[] = []
  let at = 0
  for (const row of second) {
    const name = utf8Bytes(row.name)
    for (let next = first[at]; next !== undefined && !isAfter(utf8Bytes(next.name), name); next = first[at]) {
      merged.push(next)
      at += 1
    }
    merged.push(row)
  }
  return [...merged, ...first.slice(at)]
}

/** The name up to and including the first delimiter after the prefix. */
export function commonPrefix(name: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

/** The rows whose names begin with `prefix`, from `from` on. */
export function rangeOf(keyOf: (name: string) => Bytes, prefix: string, from: Bytes | undefined): KeyRange {
  const first = keyOf(prefix)
  return { from: from !== undefined && isAfter(from, first) ? from : first, to: successor(first) }
}

/** Whether a name is a common prefix itself: it ends with the first delimiter after the prefix. */
export function isGroup(name: string, prefix: string, delimiter: string): boolean {
  return name.startsWith(prefix) && commonPrefix(name, prefix, delimiter) === name
}

/** The common prefix that a name is in; undefined where nothing groups it. */
export function groupOf(name: string, prefix: string, delimiter: string): string | undefined {
  return name.startsWith(prefix) ? commonPrefix(name, prefix, delimiter) : undefined
}

/** Refuses names that no key can begin with or follow. Throws invalidPrefix, invalidMarker. */
export function checkNames(prefix: string, marker: string): void {
  if (utf8Bytes(prefix).length > KEY_BYTES_MAX) throw new OssError('invalidPrefix', { argumentValue: prefix })
  if (utf8Bytes(marker).length > KEY_BYTES_MAX) throw new OssError('invalidMarker', { argumentValue: marker })
}
