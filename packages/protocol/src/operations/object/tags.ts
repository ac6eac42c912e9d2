/** The tags of an object, in the header of a request and in a document. */
import { percentDecode, percentEncode } from '@bindery/bytes'
import type { Codec } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'
import { TAG_KEY_LENGTH_MAX, TAG_VALUE_LENGTH_MAX, TAGS_MAX } from '../../limits.js'
import { TAGGING_CAUSES } from '../shared.js'

/** A tag: a key of 1 to 128 characters, and a value of up to 256. */
export type Tag = readonly [key: string, value: string]

/** The characters of keys and values. */
export const TAG_CHARACTERS = /^[\p{L}\p{M}\p{N} +\-=._:/]*$/u

/**
 * Tags in a header, `k1=v1&k2=v2` with both sides URL-encoded; a key alone has the empty value.
 * @see https://help.aliyun.com/document_detail/106678.html
 */
export const taggingHeader: Codec<readonly Tag[]> = {
  name: 'key=value&…',
  causes: TAGGING_CAUSES,
  decode(value) {
    const pairs = value.split('&').filter((pair) => pair !== '')
    if (pairs.length > TAGS_MAX) throw new OssError('tooManyTags')
    const tags = pairs.map(parseTag)
    if (new Set(tags.map(([key]) => key)).size < tags.length) throw new OssError('duplicateTagKey')
    return tags
  },
  encode: (tags) => tags.map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`).join('&'),
}

/** The tags that a new object gets. */
export const tagging = optional(header('x-oss-tagging', taggingHeader))

/** Checks the tags of a document. Throws tooManyTagsInDocument, duplicateTagKeyInDocument, tagKeyTooLong, invalidTag. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > TAGS_MAX) throw new OssError('tooManyTagsInDocument')
  if (new Set(tags.map(([key]) => key)).size < tags.length) throw new OssError('duplicateTagKeyInDocument')
  for (const tag of tags) checkTag(tag)
}

function parseTag(pair: string): Tag {
  const [rawKey = '', rawValue = '', ...rest] = pair.split('=')
  const key = decode(rawKey)
  const value = decode(rawValue)
  if (key === undefined || value === undefined || rest.length > 0) throw new OssError('malformedTagging')
  const tag = [key, value] as const
  checkTag(tag)
  return tag
}

function checkTag([key, value]: Tag): void {
  if (key.length > TAG_KEY_LENGTH_MAX) throw new OssError('tagKeyTooLong')
  if (key === '' || value.length > TAG_VALUE_LENGTH_MAX) throw new OssError('invalidTag')
  if (!TAG_CHARACTERS.test(key) || !TAG_CHARACTERS.test(value)) throw new OssError('invalidTag')
}

function decode(encoded: string): string | undefined {
  return percentDecode(encoded.replaceAll('+', '%20'))
}
