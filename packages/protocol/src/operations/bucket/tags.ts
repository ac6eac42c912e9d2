import { percentEncode } from '@bindery/bytes'
import { badArgument, type Codec, text } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { optional, query } from '../../field.js'
import { BUCKET_TAG_KEY_BYTES_MAX, BUCKET_TAG_VALUE_BYTES_MAX, BUCKET_TAGS_MAX } from '../../limits.js'
import { parseQuery } from '../../query.js'
import { defaultedElement, element, group, list, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'
import { boundedText } from '../shared.js'

const bounded = boundedText(BUCKET_TAG_KEY_BYTES_MAX, 'bucketTagKeyInvalid')

const tagKey: Codec<string> = {
  ...bounded,
  name: `text of 1 to ${BUCKET_TAG_KEY_BYTES_MAX} bytes, beginning with neither http://, https:// nor Aliyun`,
  decode(value, argument) {
    if (/^($|https?:\/\/|Aliyun)/.test(value)) throw badArgument('bucketTagKeyInvalid', argument, value)
    return bounded.decode(value, argument)
  },
}

const tagValue = boundedText(BUCKET_TAG_VALUE_BYTES_MAX, 'bucketTagValueInvalid')

/** Each write replaces all tags; a deletion that names keys keeps the others. */
export const bucketTags = bucketDocument({
  noun: 'BucketTags',
  what: 'the tags',
  subresource: 'tagging',
  action: 'BucketTagging',
  document: xml('Tagging', {
    tagSet: group('TagSet', {
      tags: list('Tag', {
        key: element('Key', tagKey),
        value: defaultedElement('Value', tagValue, ''),
      }),
    }),
  }),
  unset: { value: { tagSet: { tags: [] } } },
  check: checkTags,
  errors: ['bucketTagKeyInvalid', 'bucketTagValueInvalid', 'bucketTagsTooMany', 'bucketTagKeyTwice'],
  deletion: {
    /** Comma-separated keys; without any, all tags are deleted. */
    input: { keys: optional(query('tagging', text)) },
    rest({ tagSet }, { keys }) {
      const gone = keys?.split(',')
      const tags = gone === undefined ? [] : tagSet.tags.filter(({ key }) => !gone.includes(key))
      return tags.length === 0 ? undefined : { tagSet: { tags } }
    },
  },
})

type Tags = { readonly tagSet: { readonly tags: readonly { readonly key: string; readonly value: string }[] } }

function checkTags(tagging: Tags): Tags {
  const keys = tagging.tagSet.tags.map(({ key }) => key)
  if (keys.length > BUCKET_TAGS_MAX) throw new OssError('bucketTagsTooMany')
  const twice = keys.find((key, index) => keys.indexOf(key) < index)
  if (twice !== undefined) throw badArgument('bucketTagKeyTwice', 'Key', twice)
  return tagging
}

/** The tags that a bucket is created with: `k1=v1&k2=v2`, percent-encoded. */
export const bucketTaggingHeader: Codec<Tags> = {
  name: 'tags in the form of a query',
  causes: ['bucketTagKeyInvalid', 'bucketTagValueInvalid', 'bucketTagsTooMany', 'bucketTagKeyTwice', 'invalidArgument'],
  decode(header, argument) {
    const tags = parseQuery(header).parameters.map(({ name, value = '' }) => ({
      key: tagKey.decode(name, argument),
      value: tagValue.decode(value, argument),
    }))
    return checkTags({ tagSet: { tags } })
  },
  encode: ({ tagSet }) =>
    tagSet.tags.map(({ key, value }) => `${percentEncode(key)}=${percentEncode(value)}`).join('&'),
}
