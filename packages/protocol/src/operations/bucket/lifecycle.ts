/** The lifecycle rules of a bucket. */

import { badArgument, type Codec, integer, matching, oneOf, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { header, withDefault } from '../../field.js'
import { LIFECYCLE_ID_BYTES_MAX, LIFECYCLE_RULES_MAX, OBJECT_SIZE_MAX } from '../../limits.js'
import {
  defaultedElement,
  element,
  group,
  list,
  type Member,
  maybe,
  optionalElement,
  storedOnly,
  type XmlNode,
  xml,
} from '../../xml.js'
import { bucketDocument } from '../document.js'
import { TAG_CHARACTERS } from '../object/tags.js'
import { boundedText, prefixText } from '../shared.js'

/** The highest number of days in a lifecycle rule: the largest signed number of 32 bits. */
export const DAYS_MAX = 2 ** 31 - 1

/** The classes that objects move to, the coldest last. */
const COLDER_CLASSES = ['IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const

type MemberValue<M> = M extends Member<infer T> ? T : never

/** A date at midnight in UTC, `2026-01-05T00:00:00.000Z`. Milliseconds since 1970 inside. */
export const midnight: Codec<number> = {
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

const days = optionalElement('Days', integer(1, DAYS_MAX))
const createdBeforeDate = optionalElement('CreatedBeforeDate', midnight)
/** OSS accepts tags here that are too long for an object, and refuses characters that none can have. */
const tagText = matching('characters of a tag', TAG_CHARACTERS, 'malformedXml')
const tag = { key: element('Key', tagText), value: defaultedElement('Value', tagText, '') }

/** Exactly one of the four is present. */
const expiration = checked(
  maybe(
    'Expiration',
    group('Expiration', {
      days,
      createdBeforeDate,
      /** All objects expire at it. */
      date: optionalElement('Date', midnight),
      /** Delete markers that are the only version of their key expire. */
      expiredObjectDeleteMarker: optionalElement('ExpiredObjectDeleteMarker', truth()),
    }),
  ),
  'Expiration',
  (node) => requireOne(node, ['Days', 'CreatedBeforeDate', 'Date', 'ExpiredObjectDeleteMarker'], []),
)

const OF_ACCESS = ['IsAccessTime', 'ReturnToStdWhenVisit', 'AllowSmallFile']

/** The storage class that a rule moves objects to. Throws invalidArgument for Standard, which is never a target. */
export const targetClass = element('StorageClass', {
  ...oneOf(COLDER_CLASSES, 'invalidArgument'),
  spelled: 'storageClass',
})
/** `isAccessTime`: days count from the last access; default of `allowSmallFile` is false for these. */
const ofAccess = {
  isAccessTime: optionalElement('IsAccessTime', truth('malformedXml')),
  returnToStdWhenVisit: optionalElement('ReturnToStdWhenVisit', truth('malformedXml')),
  allowSmallFile: optionalElement('AllowSmallFile', truth('malformedXml')),
}

const transitions = checked(
  maybe('Transition', list('Transition', { days, createdBeforeDate, storageClass: targetClass, ...ofAccess })),
  'Transition',
  (node) => {
    requireOne(node, ['Days', 'CreatedBeforeDate'], ['StorageClass', ...OF_ACCESS])
    checkAccessTime(node)
  },
)

const noncurrentDays = element('NoncurrentDays', integer(1, DAYS_MAX))

const noncurrentTransitions = checked(
  maybe(
    'NoncurrentVersionTransition',
    list('NoncurrentVersionTransition', { noncurrentDays, storageClass: targetClass, ...ofAccess }),
  ),
  'NoncurrentVersionTransition',
  checkAccessTime,
)

const bytes = integer(0, OBJECT_SIZE_MAX)

const filter = maybe(
  'Filter',
  group('Filter', {
    objectSizeGreaterThan: optionalElement('ObjectSizeGreaterThan', bytes),
    objectSizeLessThan: optionalElement('ObjectSizeLessThan', bytes),
    /** The objects that a rule does not act on. */
    not: maybe(
      'Not',
      list('Not', { prefix: defaultedElement('Prefix', prefixText, ''), tag: maybe('Tag', group('Tag', tag)) }),
    ),
  }),
)

const rules = checked(
  list('Rule', {
    id: defaultedElement('ID', boundedText(LIFECYCLE_ID_BYTES_MAX, 'invalidArgument'), ''),
    prefix: defaultedElement('Prefix', prefixText, ''),
    /** S3 wrote the prefix outside of a filter. */
    isPlainPrefix: storedOnly<true>(),
    status: element('Status', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
    tags: maybe('Tag', list('Tag', tag)),
    filter,
    expiration,
    transitions,
    abortMultipartUpload: maybe('AbortMultipartUpload', abortMultipartUpload),
    noncurrentVersionExpiration: maybe(
      'NoncurrentVersionExpiration',
      group('NoncurrentVersionExpiration', { noncurrentDays }),
    ),
    noncurrentVersionTransitions: noncurrentTransitions,
    /**
     * Seconds since 1970 when access began to be recorded, of rules that depend on it; a value that a client sends is
     * ignored.
     */
    atimeBase: answered(optionalElement('AtimeBase', integer(0, Number.MAX_SAFE_INTEGER))),
  }),
  'Rule',
  (node) => checkElements(node),
)

const ACTIONS_OF_RULES = [
  'Expiration',
  'Transition',
  'AbortMultipartUpload',
  'NoncurrentVersionExpiration',
  'NoncurrentVersionTransition',
]
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'ID',
  'Prefix',
  'Status',
  'Tag',
  'Filter',
  'AtimeBase',
  ...ACTIONS_OF_RULES,
])

/** Refuses rules without an action, elements that are not understood, and filters of actions that have none. */
function checkElements({ children }: XmlNode): void {
  const names = children.map(({ name }) => name)
  if (names.includes('AbortMultipartUpload')) {
    if (names.includes('Filter')) throw new OssError('lifecycleAbortFiltered')
    if (names.includes('Tag')) throw new OssError('lifecycleAbortTagged')
  }
  if (names.some((name) => !UNDERSTOOD.has(name))) throw new OssError('malformedXml')
  if (!ACTIONS_OF_RULES.some((name) => names.includes(name))) throw new OssError('malformedXml')
}

/** Requires exactly one of some elements, and no others but those that may accompany it. */
function requireOne({ children }: XmlNode, alternatives: readonly string[], others: readonly string[]): void {
  const found = children.filter(({ name }) => alternatives.includes(name))
  if (found.length > 1) throw new OssError('lifecycleTimeTwice')
  const isUnknown = children.some(({ name }) => !alternatives.includes(name) && !others.includes(name))
  if (found.length === 0 || isUnknown) throw new OssError('malformedXml')
}

/** ReturnToStdWhenVisit is only allowed with IsAccessTime: a read moves back only what lack of reads moved away. */
function checkAccessTime({ children }: XmlNode): void {
  const isTrue = (name: string) => children.some((child) => child.name === name && /^true$/i.test(child.text.trim()))
  if (isTrue('ReturnToStdWhenVisit') && !isTrue('IsAccessTime')) throw new OssError('malformedXml')
}

/** A member that is written and not read. */
function answered<T>(member: Member<T | undefined>): Member<T | undefined> {
  return { ...member, decode: () => undefined }
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
    refuseOverlaps(lifecycle.rules, allowSameActionOverlap)
    return lifecycle
  },
  errors: [
    'lifecycleAbortElement',
    'lifecycleAbortEmpty',
    'lifecycleAbortTwice',
    'lifecycleAbortFiltered',
    'lifecycleAbortTagged',
    'lifecycleOverlap',
    'lifecycleTimeTwice',
    'lifecycleTimesMixed',
    'lifecycleDaysOrder',
    'lifecycleNotInvalid',
    'lifecycleIdTwice',
    'lifecycleTooManyRules',
    'invalidArgument',
    'invalidPrefix',
  ],
  rowsMax: 32,
})

type Rule = MemberValue<typeof rules>[number]

function checkRules(rules: readonly Rule[]): void {
  if (rules.length === 0) throw new OssError('malformedXml')
  if (rules.length > LIFECYCLE_RULES_MAX) {
    throw new OssError('lifecycleTooManyRules', {
      max: LIFECYCLE_RULES_MAX,
      argumentName: 'Rule',
      argumentValue: rules.length,
    })
  }
  const ids = new Set<string>()
  for (const rule of rules) {
    checkRule(rule)
    const { id } = rule
    if (id === '') continue
    if (ids.has(id)) throw new OssError('lifecycleIdTwice', { argumentName: 'ID', argumentValue: id })
    ids.add(id)
  }
}

function checkRule(rule: Rule): void {
  const { expiration, transitions = [], noncurrentVersionExpiration, noncurrentVersionTransitions = [] } = rule
  const isFiltered = rule.filter !== undefined || rule.tags !== undefined
  if (expiration?.expiredObjectDeleteMarker !== undefined && isFiltered) throw new OssError('lifecycleAbortFiltered')
  const dated = [...transitions, ...(expiration === undefined ? [] : [expiration])]
  if (dated.some(hasDays) && dated.some(hasDate)) {
    const moves = transitions.map(({ storageClass }) => `Transition for StorageClass ${storageClass}`)
    const actions = [...(expiration === undefined ? [] : ['Expiration']), ...moves].join(' and ')
    throw new OssError('lifecycleTimesMixed', { actions })
  }
  checkOrder(transitions, expiration?.days, ({ days }) => days)
  checkOrder(noncurrentVersionTransitions, noncurrentVersionExpiration?.noncurrentDays, (one) => one.noncurrentDays)
  checkFilter(rule)
}

const hasDays = ({ days }: { readonly days?: number | undefined }) => days !== undefined
const hasDate = (one: { readonly createdBeforeDate?: number | undefined }) => one.createdBeforeDate !== undefined

type Colder = (typeof COLDER_CLASSES)[number]

/** Objects move to colder classes after more days, each once, and expire last. */
function checkOrder<T extends { readonly storageClass: Colder }>(
  moves: readonly T[],
  expires: number | undefined,
  daysOf: (move: T) => number | undefined,
): void {
  const ordered = [...moves].sort((a, b) => rankOf(a.storageClass) - rankOf(b.storageClass))
  for (const [index, move] of ordered.entries()) {
    const before = ordered[index - 1]
    const [days, daysBefore] = [daysOf(move), before && daysOf(before)]
    const isTwice = before?.storageClass === move.storageClass
    const isEarly = days !== undefined && daysBefore !== undefined && days <= daysBefore
    if (isTwice || isEarly) {
      throw new OssError('lifecycleDaysOrder', {
        later: `Transition action for StorageClass ${move.storageClass}`,
        earlier: `Transition action for StorageClass ${before?.storageClass}`,
      })
    }
    if (days !== undefined && expires !== undefined && expires <= days) {
      const earlier = `Transition action for StorageClass ${move.storageClass}`
      throw new OssError('lifecycleDaysOrder', { later: 'Expiration action', earlier })
    }
  }
}

const rankOf = (storageClass: Colder): number => COLDER_CLASSES.indexOf(storageClass)

function checkFilter({ prefix, tags = [], filter = {} }: Rule): void {
  const { objectSizeGreaterThan: more = 0, objectSizeLessThan: less = Number.POSITIVE_INFINITY, not = [] } = filter
  if (more >= less) throw new OssError('lifecycleNotInvalid')
  for (const one of not) {
    const isOutside = !one.prefix.startsWith(prefix) || (one.prefix === prefix && one.tag === undefined)
    if (isOutside || tags.some(({ key }) => key === one.tag?.key)) throw new OssError('lifecycleNotInvalid')
  }
}

/**
 * Refuses rules with the same action and the same tags, of which one covers objects of another. Those that abort uploads
 * may never overlap, whatever the request allows.
 */
function refuseOverlaps(rules: readonly Rule[], isAllowed: boolean): void {
  const prefixes = new Map<string, { readonly action: string; readonly prefixes: string[] }>()
  for (const rule of rules) {
    const tags = (rule.tags ?? []).map(({ key, value }) => `${key}=${value}`).sort()
    for (const action of actionsOf(rule)) {
      if (isAllowed && action !== ABORT) continue
      const name = [action, ...tags].join('\0')
      const same = prefixes.get(name) ?? { action, prefixes: [] }
      same.prefixes.push(rule.prefix)
      prefixes.set(name, same)
    }
  }
  for (const same of prefixes.values()) {
    if (overlaps(same.prefixes)) throw new OssError('lifecycleOverlap', { action: same.action })
  }
}

const ABORT = 'AbortMultipartUpload'

/** The actions of a rule, a transition by its class. */
function actionsOf({ transitions = [], noncurrentVersionTransitions = [], ...rule }: Rule): string[] {
  const actions = []
  if (rule.expiration?.expiredObjectDeleteMarker !== undefined) actions.push('ExpiredObjectDeleteMarker')
  else if (rule.expiration !== undefined) actions.push('Expiration')
  for (const { storageClass } of transitions) actions.push(`Transition for StorageClass ${storageClass}`)
  if (rule.abortMultipartUpload !== undefined) actions.push(ABORT)
  if (rule.noncurrentVersionExpiration !== undefined) actions.push('NoncurrentVersionExpiration')
  for (const { storageClass } of noncurrentVersionTransitions) {
    actions.push(`NoncurrentVersionTransition for StorageClass ${storageClass}`)
  }
  return actions
}

/**
 * Whether one of the prefixes begins with another. In sorted order, a prefix is directly followed by the ones that
 * begin with it.
 */
function overlaps(prefixes: readonly string[]): boolean {
  const ordered = [...prefixes].sort()
  return ordered.some((prefix, index) => index > 0 && prefix.startsWith(ordered[index - 1] ?? prefix))
}
