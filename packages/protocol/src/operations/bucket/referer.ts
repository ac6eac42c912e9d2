import { utf8Bytes } from '@bindery/bytes'
import { badArgument, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { REFERER_BYTES_MAX } from '../../limits.js'
import { defaultedElement, element, group, groupOrEmpty, maybe, texts, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

const bool = truth('malformedXml')

/** Set back by an empty list: there is no deletion. Clients write an empty list as one empty entry. */
export const bucketReferer = bucketSetting({
  noun: 'BucketReferer',
  what: 'which pages may refer to objects',
  subresource: 'referer',
  document: xml('RefererConfiguration', {
    allowEmptyReferer: element('AllowEmptyReferer', bool),
    allowTruncateQueryString: defaultedElement('AllowTruncateQueryString', bool, true),
    truncatePath: defaultedElement('TruncatePath', bool, false),
    refererList: groupOrEmpty('RefererList', { referers: texts('Referer', text) }),
    refererBlacklist: maybe('RefererBlacklist', group('RefererBlacklist', { referers: texts('Referer', text) })),
  }),
  unset: {
    value: {
      allowEmptyReferer: true,
      allowTruncateQueryString: true,
      truncatePath: false,
      refererList: { referers: [] },
    },
  },
  check(config) {
    const referers = withoutEmpty(config.refererList.referers)
    const blacklisted = withoutEmpty(config.refererBlacklist?.referers ?? [])
    const bytes = [...referers, ...blacklisted].reduce((sum, entry) => sum + utf8Bytes(entry).length, 0)
    if (bytes > REFERER_BYTES_MAX) throw new OssError('inlineDataTooLarge')
    if (config.truncatePath && !config.allowTruncateQueryString) {
      throw badArgument('invalidArgument', 'TruncatePath', 'true')
    }
    return {
      ...config,
      refererList: { referers },
      refererBlacklist: config.refererBlacklist && { referers: blacklisted },
    }
  },
  errors: ['inlineDataTooLarge', 'invalidArgument'],
})

const withoutEmpty = (entries: readonly string[]): string[] => entries.filter((entry) => entry !== '')
