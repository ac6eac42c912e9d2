/** A walk over rows in the order of their names, in which names that share a prefix up to a delimiter are combined. */
import { utf8Bytes } from '@bindery/bytes'
import { KEY_BYTES_MAX, OssError } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type Bytes,
  type MetadataStore,
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
  readonly decode: (row: Row, name: string) => T
}

/** The ranges and the bounds of a scan. */
export interface Scan<T> {
  readonly metadata: MetadataStore
  /** The rows of a name come in the order of these. */
  readonly tracks: readonly Track<T>[]
  readonly prefix: string
  /** '' groups nothing. */
  readonly delimiter: string
  /** A common prefix that an earlier page has listed. */
  readonly shown?: string | undefined
  readonly max: number
}

/** The minimum and maximum of rows per read: records of 40 kB stay within the limit of one read. */
const ROWS_MIN = 16
const ROWS_MAX = 240

/** The entries of a scan; further ones follow if it is truncated. */
export interface ScanPage<T> {
  readonly entries: readonly ScanEntry<T>[]
  readonly isTruncated: boolean
}

/**
 * Entries in the order of their names, at most `max`. A group costs one seek however many rows it has: after its first
 * row only the rest of the batch is read, which is small where groups are large.
 */
export async function scan<T>(options: Scan<T>): Promise<ScanPage<T>> {
  const { metadata, tracks, prefix, delimiter, max } = options
  const rowsMax = Math.floor(ROWS_MAX / tracks.length)
  const entries: ScanEntry<T>[] = []
  let shown = options.shown
  let from: readonly Bytes[] = tracks.map(({ range }) => range.from)
  let batch = delimiter === '' ? Math.min(max + 1, rowsMax) : ROWS_MIN
  for (;;) {
    const { rows, next } = await readBatch(metadata, tracks, from, batch)
    const listed = entries.length
    let last = ''
    for (const { track, row, name } of rows) {
      last = name
      const group = commonPrefix(name, prefix, delimiter)
      if (group !== undefined && group === shown) continue
      if (entries.length === max) return { entries, isTruncated: true }
      entries.push(
        group === undefined ? { kind: 'row', row: track.decode(row, name) } : { kind: 'prefix', prefix: group },
      )
      shown = group
    }
    if (rows.length < batch) return { entries, isTruncated: false }
    const skipped = shown !== undefined && commonPrefix(last, prefix, delimiter) === shown ? shown : undefined
    from = skipped === undefined ? next : tracks.map(({ keyOf }) => successor(keyOf(skipped)))
    batch = skipped === undefined ? Math.min(batch * 2, rowsMax) : batchBehindGroup(entries.length - listed)
  }
}

/** Groups that follow are probably like the last ones: if a batch had rows of one of them alone, so will the next. */
function batchBehindGroup(listed: number): number {
  return Math.min(2 * Math.max(listed, 1), ROWS_MIN)
}

interface NamedRow<T> {
  readonly track: Track<T>
  readonly row: Row
  readonly name: string
}

interface Batch<T> {
  readonly rows: readonly NamedRow<T>[]
  /** The key at which each track continues. */
  readonly next: readonly Bytes[]
}

/** The next rows of all tracks, from one state of the store; fewer than `limit` are the last. */
function readBatch<T>(
  metadata: MetadataStore,
  tracks: readonly Track<T>[],
  from: readonly Bytes[],
  limit: number,
): Awaitable<Batch<T>> {
  const read = (reader: Reader): Awaitable<Row[][]> =>
    together(...tracks.map(({ range }, index) => reader.range(from[index] ?? range.from, range.to, { limit })))
  return andThen(metadata.read(read), (found) => {
    const named = found.map((rows, index) => {
      const track = tracks[index] as Track<T>
      return rows.map((row) => ({ track, row, name: track.nameOf(row) }))
    })
    const rows = named.reduce(merge).slice(0, limit)
    const next = tracks.map((track, index) => {
      const last = rows.findLast((row) => row.track === track)
      return last === undefined ? (from[index] ?? track.range.from) : following(last.row.key)
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
