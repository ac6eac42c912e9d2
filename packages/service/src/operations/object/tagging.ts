import { percentDecode } from '@bindery/bytes'
import { OssError, TAG_KEY_LENGTH_MAX, TAG_VALUE_LENGTH_MAX, TAGS_MAX } from '@bindery/protocol'

export type Tag = readonly [key: string, value: string]

const TAG_CHARACTERS = /^[\p{L}\p{M}\p{N} +\-=._:/]*$/u

/**
 * The tags of an `x-oss-tagging` header, `k1=v1&k2=v2` with both sides URL-encoded; a key alone has the empty value.
 * Throws malformedTagging, tooManyTags, duplicateTagKey, tagKeyTooLong, invalidTag.
 * @see https://help.aliyun.com/document_detail/106678.html
 */
export function parseTagging(header: string | undefined): readonly Tag[] {
  const pairs = (header ?? '').split('&').filter((pair) => pair !== '')
  if (pairs.length > TAGS_MAX) throw new OssError('tooManyTags')
  const tags = pairs.map(parseTag)
  if (new Set(tags.map(([key]) => key)).size < tags.length) throw new OssError('duplicateTagKey')
  return tags
}

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
