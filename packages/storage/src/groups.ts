/** Groups of rows whose keys have a start in common, and reads that return only the first row of each. */
import { type KeyText, keyText } from './bytes.js'
import { METADATA_LIMITS } from './limits.js'
import type { RangeOptions } from './metadata-store.js'
import { StorageError } from './storage-error.js'

/** As the `groups` of a range, in texts of keys. */
export interface Grouping {
  readonly after: number
  readonly delimiter: KeyText
  /** One byte. */
  readonly end: KeyText
}

/** Throws StorageError `misuse`. */
export function groupingOf({ groups, reverse, onDamaged }: RangeOptions): Grouping | undefined {
  if (groups === undefined) return undefined
  if (reverse === true || onDamaged !== undefined || groups.delimiter.length === 0) {
    throw new StorageError('misuse', 'a range of groups goes forwards, skips no damaged row, and has a delimiter')
  }
  const { after, delimiter, end } = groups
  return { after, delimiter: keyText(delimiter), end: String.fromCharCode(end) }
}

/** The common start of the group that a key is in; undefined if it is in none. */
export function groupOf(key: KeyText, { after, delimiter, end }: Grouping): KeyText | undefined {
  const at = key.indexOf(delimiter, after)
  if (at === -1) return undefined
  const stop = key.indexOf(end, after)
  const behind = at + delimiter.length
  return stop === -1 || behind <= stop ? key.slice(0, behind) : undefined
}

/** The least bound that is greater than all keys with this start. */
export function behind(start: KeyText): KeyText {
  let length = start.length
  while (length > 0 && start.charCodeAt(length - 1) === 0xff) length -= 1
  if (length === 0) return '\xff'.repeat(METADATA_LIMITS.keyBytes + 1)
  return start.slice(0, length - 1) + String.fromCharCode(start.charCodeAt(length - 1) + 1)
}

/** After a group of several rows, so many more groups are left at their first row, without a look at whether they have a second. */
const LEFT_AT_ONCE = 7

/**
 * The first rows of groups, and the rows in none. `rowsFrom` yields the rows from a key on, which are read as far as
 * needed: a group costs one seek, however many rows it has.
 */
export function firstRows<R extends { readonly key: KeyText }>(
  rowsFrom: (from: KeyText) => Iterable<R>,
  from: KeyText,
  limit: number,
  grouping: Grouping,
): R[] {
  const found: R[] = []
  let leftAtOnce = 0
  for (let next: KeyText | undefined = from; next !== undefined; ) {
    const start: KeyText = next
    let group: KeyText | undefined
    next = undefined
    for (const row of rowsFrom(start)) {
      if (group !== undefined && row.key.startsWith(group)) {
        next = behind(group)
        leftAtOnce = LEFT_AT_ONCE
        break
      }
      found.push(row)
      if (found.length === limit) return found
      group = groupOf(row.key, grouping)
      if (group === undefined || leftAtOnce === 0) continue
      next = behind(group)
      leftAtOnce -= 1
      break
    }
  }
  return found
}
