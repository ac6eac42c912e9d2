import { matching, oneOf } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { OVERWRITE_RULES_MAX } from '../../limits.js'
import { element, group, list, maybe, optionalElement, texts, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'
import { prefixText } from '../shared.js'

const id = matching('id of a rule', /^.{1,255}$/s, 'malformedXml')
const principal = matching('principal', /^\S{1,2048}$/, 'malformedXml')

const rule = {
  /** Generated where it is missing. */
  id: optionalElement('ID', id),
  action: element('Action', oneOf(['forbid'], 'malformedXml')),
  prefix: optionalElement('Prefix', prefixText),
  suffix: optionalElement('Suffix', prefixText),
  /** Accounts, users and roles that the rule is for; without any it is for all. */
  principals: maybe('Principals', group('Principals', { principals: texts('Principal', principal) })),
}

/** Rules for keys whose objects may not be overwritten. OSS answers MalformedXML where the bucket does not exist. */
export const bucketOverwriteConfig = bucketDocument({
  noun: 'BucketOverwriteConfig',
  what: 'the objects that may not be overwritten',
  subresource: 'overwriteConfig',
  document: xml('OverwriteConfiguration', { rules: list('Rule', rule) }),
  unset: 'noSuchOverwriteConfig',
  check(config) {
    const { rules } = config
    const ids = rules.flatMap((one) => one.id ?? [])
    const isSound = rules.length > 0 && rules.length <= OVERWRITE_RULES_MAX && new Set(ids).size === ids.length
    if (!isSound) throw new OssError('malformedXml')
    return config
  },
  errors: ['invalidPrefix'],
  putAnswersAs: { noSuchBucket: 'configOfMissingBucket' },
  rowsMax: 8,
})
