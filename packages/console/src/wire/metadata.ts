import { textOfByteString } from '@bindery/bytes'
import type { Pair } from './objects.js'

const PREFIX = 'x-oss-meta-'
/** Headers that a copy in place can set; others stay with the object. */
export const EDITED_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const

/** The text of a header: browsers give its bytes as characters. */
export function headerText(value: string | undefined): string {
  if (value === undefined) return ''
  return textOfByteString(value) ?? value
}

/** The metadata of an object that its owner chose, without the prefix of its headers. */
export function metadataOf(headers: ReadonlyMap<string, string>): readonly Pair[] {
  return [...headers]
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), headerText(value)] as const)
}

/** Headers that set metadata. */
export function metadataHeaders(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.map(([name, value]) => [`${PREFIX}${name.toLowerCase()}`, value]))
}
