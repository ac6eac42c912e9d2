/** The lifecycle rules of a bucket, with the one action that Bindery carries out. */

import { badArgument, type Codec, integer, oneOf, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, withDefault } from '../../field.js'
import { LIFECYCLE_ID_BYTES_MAX, LIFECYCLE_RULES_MAX } from '../../limits.js'
import { defaultedElement, element, group, list, type Member, optionalElement, type XmlNode, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'
import { boundedText, prefixText } from '../shared.js'

const DAYS_MAX = 2 ** 31 - 1

/** A date at midnight in UTC, `2026-01-05T00:00:00.000Z`. Milliseconds since 1970 inside. */
const midnight: Codec<number> = {
  name: 'midnight in UTC, in ISO 8601',
  causes: ['invalidArgument'],
  decode(value, argument) {
    const time = /^\d{4}-\d{2}-\d{2}T00:00:00\.000Z$/.test(value) ? Date.parse(value) : Number.NaN
    // Date parses the 30th of February as a day in March
    if (Number.isNaN(time) || midnight.encode(time) !== value) throw badArgument('invalidArgument', argument, value)
    return time
  },
  encode: (value) => new Date(value).toISOString(),
}

/** When an upload is aborted; exactly one of the two is present. */
const abortMultipartUpload = checked(
  group('AbortMultipartUpload', {
    days: optionalElement('Days', integer(1, DAYS_MAX)),
    createdBeforeDate: optionalElement('CreatedBeforeDate', midnight),
  }),
  'AbortMultipartUpload',
  ({ children }) => {
    if (children.some(({ name }) => name !== 'Days' && name !== 'CreatedBeforeDate')) {
      throw new OssError('lifecycleAbortElement')
    }
    if (children.length === 0) throw new OssError('lifecycleAbortEmpty')
    if (children.length > 1) throw new OssError('lifecycleAbortTwice')
  },
)

const rules = checked(
  list('Rule', {
    id: defaultedElement('ID', boundedText(LIFECYCLE_ID_BYTES_MAX, 'invalidArgument'), ''),
    prefix: defaultedElement('Prefix', prefixText, ''),
    status: element('Status', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
    abortMultipartUpload,
  }),
  'Rule',
  ({ children }) => checkRule(children.map(({ name }) => name)),
)

const UNDERSTOOD: ReadonlySet<string> = new Set(['ID', 'Prefix', 'Status', 'AbortMultipartUpload', 'AtimeBase'])
const NOT_IMPLEMENTED: ReadonlySet<string> = new Set([
  'Expiration',
  'Transition',
  'NoncurrentVersionExpiration',
  'NoncurrentVersionTransition',
])

/** Refuses actions that Bindery does not carry out, and filters that it does not understand. */
function checkRule(names: readonly string[]): void {
  if (names.includes('AbortMultipartUpload')) {
    if (names.includes('Filter')) throw new OssError('lifecycleAbortFiltered')
    if (names.includes('Tag')) throw new OssError('lifecycleAbortTagged')
  }
  const action = names.find((name) => NOT_IMPLEMENTED.has(name))
  if (action !== undefined) throw new OssError('elementNotImplemented', { Element: action })
  if (names.some((name) => !UNDERSTOOD.has(name))) throw new OssError('malformedXml')
}

/** A member whose elements with a name are checked before they are decoded. */
function checked<T>(member: Member<T>, name: string, check: (node: XmlNode) => void): Member<T> {
  return {
    ...member,
    decode(parent, notation) {
      for (const child of parent.children) if (child.name === name) check(child)
      return member.decode(parent, notation)
    },
  }
}

/**
 * Each write replaces all rules. A rule without an ID is assigned one; a rule without a prefix covers the whole
 * bucket.
 */
export const bucketLifecycle = bucketDocument({
  noun: 'BucketLifecycle',
  what: 'the lifecycle rules',
  subresource: 'lifecycle',
  document: xml('LifecycleConfiguration', { rules }),
  unset: 'noSuchLifecycle',
  putInput: { allowSameActionOverlap: withDefault(header('x-oss-allow-same-action-overlap', truth()), false) },
  check(lifecycle, { allowSameActionOverlap }) {
    checkRules(lifecycle.rules)
    if (!allowSameActionOverlap && overlaps(lifecycle.rules.map(({ prefix }) => prefix))) {
      throw new OssError('lifecycleOverlap', { Action: 'AbortMultipartUpload' })
    }
    return lifecycle
  },
  errors: [
    'elementNotImplemented',
    'lifecycleAbortElement',
    'lifecycleAbortEmpty',
    'lifecycleAbortTwice',
    'lifecycleAbortFiltered',
    'lifecycleAbortTagged',
    'lifecycleOverlap',
    'lifecycleIdTwice',
    'lifecycleTooManyRules',
    'invalidArgument',
    'invalidPrefix',
  ],
  rowsMax: 32,
})

function checkRules(rules: readonly { readonly id: string }[]): void {
  if (rules.length === 0) throw new OssError('malformedXml')
  if (rules.length > LIFECYCLE_RULES_MAX) {
    throw new OssError('lifecycleTooManyRules', {
      Max: LIFECYCLE_RULES_MAX,
      ArgumentName: 'Rule',
      ArgumentValue: rules.length,
    })
  }
  const ids = new Set<string>()
  for (const { id } of rules) {
    if (id === '') continue
    if (ids.has(id)) throw new OssError('lifecycleIdTwice', { ArgumentName: 'ID', ArgumentValue: id })
    ids.add(id)
  }
}

/**
 * Whether one of the prefixes begins with another. In sorted order, a prefix is directly followed by the ones that
 * begin with it.
 */
function overlaps(prefixes: readonly string[]): boolean {
  const ordered = [...prefixes].sort()
  return ordered.some((prefix, index) => index > 0 && prefix.startsWith(ordered[index - 1] ?? prefix))
}
