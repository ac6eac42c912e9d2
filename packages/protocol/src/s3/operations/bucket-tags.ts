/** Tags of buckets, of which S3 allows other texts and more than OSS. */
import { badArgument, matching } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { element, group, list } from '../../xml.js'

const TAGS_MAX = 50

const tagText = (name: string, pattern: RegExp) => matching(name, pattern, 'bucketTagKeyInvalid')

/** The tags in an element. */
export const bucketTagSet = (name: string) =>
  group(name, {
    tags: list('Tag', {
      key: element('Key', tagText('text of 1 to 128 characters', /^(?!aws:)[\p{L}\p{N}\p{Z}+\-=._:/@]{1,128}$/u)),
      value: element('Value', tagText('text of at most 256 characters', /^[\p{L}\p{N}\p{Z}+\-=._:/@]{0,256}$/u)),
    }),
  })

/** Throws bucketTagsTooMany, bucketTagKeyTwice. */
export function checkedTags<T extends { readonly tags: readonly { readonly key: string }[] }>(tagSet: T): T {
  const keys = tagSet.tags.map(({ key }) => key)
  if (keys.length > TAGS_MAX) throw new OssError('bucketTagsTooMany')
  const twice = keys.find((key, index) => keys.indexOf(key) < index)
  if (twice !== undefined) throw badArgument('bucketTagKeyTwice', 'Key', twice)
  return tagSet
}

/** Causes of tags. */
export const TAG_CAUSES = [
  'bucketTagKeyInvalid',
  'bucketTagsTooMany',
  'bucketTagKeyTwice',
] as const satisfies readonly Cause[]
