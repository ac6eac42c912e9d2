/** The lifecycle rules of a bucket, as S3 writes them: with a filter, or in the older form with a prefix. */
import { type Codec, integer, oneOf, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { LIFECYCLE_ID_BYTES_MAX, OBJECT_SIZE_MAX } from '../../limits.js'
import { bucketLifecycle, DAYS_MAX, targetClass } from '../../operations/bucket/lifecycle.js'
import type { BucketSettings } from '../../operations/bucket/settings.js'
import { boundedText, prefixText } from '../../operations/shared.js'
import {
  defaultedElement,
  element,
  group,
  list,
  type MembersOf,
  maybe,
  optionalElement,
  refusedElement,
  xml,
} from '../../xml.js'
import { deleteDocument, getDocument, mapped, putDocument } from './document.js'

/** A day, as SDKs write it: `2026-01-05T00:00:00Z`, with or without milliseconds, or the day alone. */
const midnight: Codec<number> = {
  name: 'midnight in UTC, in ISO 8601',
  causes: ['lifecycleDateNotMidnight', 'malformedXml'],
  decode(value) {
    const [, day = '', time = 'T00:00:00'] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)?(?:\.\d+)?Z?$/.exec(value) ?? []
    const at = Date.parse(day)
    if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) throw new OssError('malformedXml')
    if (time !== 'T00:00:00') throw new OssError('lifecycleDateNotMidnight')
    return at
  },
  encode: (value) => new Date(value).toISOString(),
}

const positive = integer(1, DAYS_MAX)
const bytes = integer(0, OBJECT_SIZE_MAX)
const tag = { key: element('Key', text), value: element('Value', text) }
const sizes = {
  objectSizeGreaterThan: optionalElement('ObjectSizeGreaterThan', bytes),
  objectSizeLessThan: optionalElement('ObjectSizeLessThan', bytes),
}
const optionalPrefix = optionalElement('Prefix', prefixText)

const filterMembers = {
  prefix: optionalPrefix,
  tag: maybe('Tag', group('Tag', tag)),
  ...sizes,
  and: maybe('And', group('And', { prefix: optionalPrefix, tags: list('Tag', tag), ...sizes })),
}

const ruleMembers = {
  id: defaultedElement('ID', boundedText(LIFECYCLE_ID_BYTES_MAX, 'invalidArgument'), ''),
  prefix: optionalPrefix,
  filter: maybe('Filter', group('Filter', filterMembers)),
  status: element('Status', oneOf(['Enabled', 'Disabled'], 'malformedXml')),
  expiration: maybe(
    'Expiration',
    group('Expiration', {
      days: optionalElement('Days', positive),
      date: optionalElement('Date', midnight),
      expiredObjectDeleteMarker: optionalElement('ExpiredObjectDeleteMarker', truth('malformedXml')),
    }),
  ),
  /** OSS has no move of all objects at a date. */
  transitions: list('Transition', {
    days: element('Days', integer(0, DAYS_MAX)),
    date: refusedElement('Date'),
    storageClass: targetClass,
  }),
  noncurrentVersionExpiration: maybe(
    'NoncurrentVersionExpiration',
    group('NoncurrentVersionExpiration', {
      noncurrentDays: element('NoncurrentDays', positive),
      newer: refusedElement('NewerNoncurrentVersions'),
    }),
  ),
  noncurrentVersionTransitions: list('NoncurrentVersionTransition', {
    noncurrentDays: element('NoncurrentDays', positive),
    newer: refusedElement('NewerNoncurrentVersions'),
    storageClass: targetClass,
  }),
  abort: maybe(
    'AbortIncompleteMultipartUpload',
    group('AbortIncompleteMultipartUpload', { days: element('DaysAfterInitiation', positive) }),
  ),
}

type SentRule = MembersOf<typeof ruleMembers>
type SentFilter = MembersOf<typeof filterMembers>
type StoredRule = BucketSettings['lifecycle']['rules'][number]

const lifecycle = mapped(xml('LifecycleConfiguration', { rules: list('Rule', ruleMembers) }), {
  read({ rules }): BucketSettings['lifecycle'] {
    const setting = { rules: rules.map(storedRule) }
    return bucketLifecycle.check(setting, { allowSameActionOverlap: true })
  },
  write: ({ rules }) => ({ rules: rules.filter(isOfS3).map(sentRule) }),
})

/** The objects that a rule acts on, in S3's two forms. */
function scopeOf({ prefix, filter }: SentRule): Pick<StoredRule, 'prefix' | 'tags' | 'filter' | 'isPlainPrefix'> {
  if ((prefix === undefined) === (filter === undefined)) throw new OssError('malformedXml')
  if (filter === undefined) return { prefix: prefix ?? '', isPlainPrefix: true }
  const { and } = filter
  if (countOf(filter) > 1 || (and !== undefined && countOf(and) < 2)) throw new OssError('malformedXml')
  const tags = and?.tags ?? (filter.tag === undefined ? [] : [filter.tag])
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw new OssError('lifecycleTagTwice')
  const { prefix: within = '', objectSizeGreaterThan, objectSizeLessThan } = and ?? filter
  const isSized = objectSizeGreaterThan !== undefined || objectSizeLessThan !== undefined
  return {
    prefix: within,
    ...(tags.length > 0 && { tags }),
    ...(isSized && { filter: { objectSizeGreaterThan, objectSizeLessThan } }),
  }
}

/** The conditions of a filter; each tag is one. */
function countOf(filter: Partial<SentFilter> & { readonly tags?: readonly unknown[] }): number {
  const { prefix, tag, and, tags = [], objectSizeGreaterThan, objectSizeLessThan } = filter
  const single = [prefix, tag, and, objectSizeGreaterThan, objectSizeLessThan]
  return single.filter((one) => one !== undefined).length + tags.length
}

function storedRule(rule: SentRule): StoredRule {
  const { id, status, expiration, transitions, abort } = rule
  const { noncurrentVersionExpiration: noncurrent, noncurrentVersionTransitions: moves } = rule
  const scope = scopeOf(rule)
  if (expiration !== undefined && Object.values(expiration).filter((one) => one !== undefined).length !== 1) {
    throw new OssError('malformedXml')
  }
  const actions = [expiration, noncurrent, abort, transitions[0], moves[0]]
  if (actions.every((action) => action === undefined)) throw new OssError('malformedXml')
  if (abort !== undefined && scope.tags !== undefined) throw new OssError('lifecycleAbortTagged')
  if (abort !== undefined && scope.filter !== undefined) throw new OssError('lifecycleAbortFiltered')
  return {
    id,
    status,
    ...scope,
    ...(expiration && { expiration }),
    ...(transitions.length > 0 && {
      transitions: transitions.map(({ days, storageClass }) => ({ days, storageClass })),
    }),
    ...(abort && { abortMultipartUpload: { days: abort.days } }),
    ...(noncurrent && { noncurrentVersionExpiration: { noncurrentDays: noncurrent.noncurrentDays } }),
    ...(moves.length > 0 && {
      noncurrentVersionTransitions: moves.map(({ noncurrentDays, storageClass }) => ({ noncurrentDays, storageClass })),
    }),
  }
}

/** Whether S3 can express a rule; those that OSS wrote may exclude objects, or act on what is older than a date. */
function isOfS3({ filter, expiration, transitions = [], abortMultipartUpload }: StoredRule): boolean {
  const dated = [expiration, abortMultipartUpload, ...transitions]
  return filter?.not === undefined && dated.every((one) => one?.createdBeforeDate === undefined)
}

function sentRule(rule: StoredRule): SentRule {
  const { id, prefix, isPlainPrefix, status, expiration, transitions = [], abortMultipartUpload } = rule
  const { noncurrentVersionExpiration, noncurrentVersionTransitions = [] } = rule
  return {
    id,
    status,
    ...(isPlainPrefix ? { prefix } : { filter: sentFilter(rule) }),
    ...(expiration && { expiration }),
    transitions: transitions.map(({ days = 0, storageClass }) => ({ days, storageClass })),
    noncurrentVersionExpiration,
    noncurrentVersionTransitions,
    abort: abortMultipartUpload && { days: abortMultipartUpload.days ?? 1 },
  }
}

function sentFilter({ prefix, tags = [], filter }: StoredRule): SentFilter {
  const { objectSizeGreaterThan, objectSizeLessThan } = filter ?? {}
  const sized = { objectSizeGreaterThan, objectSizeLessThan }
  const [tag] = tags
  const whole = { prefix: prefix === '' ? undefined : prefix, tags, ...sized }
  if (countOf(whole) > 1) return { and: whole }
  return tag === undefined && filter === undefined ? { prefix } : { tag, ...sized }
}

const ERRORS = ['lifecycleDateNotMidnight', 'lifecycleTagTwice', 'elementNotImplemented'] as const

const putLifecycle = putDocument(bucketLifecycle.put, {
  name: 'PutBucketLifecycleConfiguration',
  document: lifecycle,
  errors: ERRORS,
})

/** The operations on the lifecycle rules of a bucket. */
export const lifecycleOperations = [
  putLifecycle,
  getDocument(bucketLifecycle.get, { name: 'GetBucketLifecycleConfiguration', document: lifecycle }),
  deleteDocument(bucketLifecycle.delete, 'DeleteBucketLifecycle'),
] as const
