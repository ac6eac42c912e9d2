/** A walk over rows in the order of their names, in which names that share a prefix up to a delimiter are combined. */
import { utf8Bytes } from '@bindery/bytes'
import { KEY_BYTES_MAX, OssError } from '@bindery/protocol'
import type { Bytes, MetadataStore, Row } from '@bindery/storage'
import { following, isAfter, type KeyRange, successor } from './key-range.js'

export type ScanEntry<T> =
  | { readonly kind: 'row'; readonly row: T }
  | { readonly kind: 'prefix'; readonly prefix: string }

export interface Scan<T> {
  readonly metadata: MetadataStore
  readonly range: KeyRange
  /** The key at which the rows of a name would begin. */
  readonly keyOf: (name: string) => Bytes
  readonly nameOf: (row: Row) => string
  readonly decode: (row: Row, name: string) => T
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

export interface ScanPage<T> {
  readonly entries: readonly ScanEntry<T>[]
  readonly isTruncated: boolean
}

/**
 * Entries in the order of their names, at most `max`. A group costs one seek however many rows it has: after its first
 * row only the rest of the batch is read.
 */
export async function scan<T>(options: Scan<T>): Promise<ScanPage<T>> {
  const { metadata, range, prefix, delimiter, max } = options
  const entries: ScanEntry<T>[] = []
  let shown = options.shown
  let from = range.from
  let batch = delimiter === '' ? Math.min(max + 1, ROWS_MAX) : ROWS_MIN
  for (;;) {
    const rows = await metadata.read((reader) => reader.range(from, range.to, { limit: batch }))
    let name = ''
    for (const row of rows) {
      name = options.nameOf(row)
      const group = commonPrefix(name, prefix, delimiter)
      if (group !== undefined && group === shown) continue
      if (entries.length === max) return { entries, isTruncated: true }
      entries.push(
        group === undefined ? { kind: 'row', row: options.decode(row, name) } : { kind: 'prefix', prefix: group },
      )
      shown = group
    }
    const last = rows.at(-1)
    if (rows.length < batch || last === undefined) return { entries, isTruncated: false }
    const inGroup = shown !== undefined && commonPrefix(name, prefix, delimiter) === shown
    from = inGroup && shown !== undefined ? successor(options.keyOf(shown)) : following(last.key)
    batch = inGroup ? ROWS_MIN : Math.min(batch * 2, ROWS_MAX)
  }
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

/** Refuses names that no key can begin with or follow. Throws invalidPrefix, invalidMarker. */
export function checkNames(prefix: string, marker: string): void {
  if (utf8Bytes(prefix).length > KEY_BYTES_MAX) throw new OssError('invalidPrefix', { argumentValue: prefix })
  if (utf8Bytes(marker).length > KEY_BYTES_MAX) throw new OssError('invalidMarker', { argumentValue: marker })
}
