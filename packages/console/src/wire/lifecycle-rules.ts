/** Lifecycle rules: read, changed and rehearsed. */
import { all, type Element, escapeXml, parseXml, textOf } from '@bindery/client/xml'
import { sendForJson } from './request.js'

/** The kinds of actions that rules take. */
export const ACTION_KINDS = ['abort', 'expire', 'move', 'expireNoncurrent', 'moveNoncurrent', 'expireMarker'] as const
/** The kind of an action of a rule. */
export type ActionKind = (typeof ACTION_KINDS)[number]

/** The classes to which rules move objects. */
export const COLDER_CLASSES = ['IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const

/** One action of a rule. */
export interface RuleAction {
  readonly kind: ActionKind
  /** Days after the upload began, the object was written or last read, or the version was replaced. */
  readonly days?: number
  /** Instead of days: what is older than this date. */
  readonly date?: string
  /** Instead of days: everything, on this date. */
  readonly allOn?: string
  readonly storageClass?: string
}

/** A rule. */
export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  readonly isEnabled: boolean
  readonly actions: readonly RuleAction[]
  /** It has tags, or a filter of sizes or exceptions. */
  readonly isNarrowed: boolean
  /** As the document has it. */
  readonly raw: string
}

/** The new rule of a form. */
export interface NewRule {
  readonly kind: ActionKind
  readonly prefix: string
  /** Not used for `expireMarker`. */
  readonly days: string
  /** For moves. */
  readonly storageClass: string
}

/** The rules of a document. Throws SyntaxError. */
export function lifecycleRulesIn(document: string): readonly LifecycleRule[] {
  const raws = document.match(/<Rule>.*?<\/Rule>/gs) ?? []
  return all(parseXml(document), 'Rule').map((rule, index) => ({
    id: textOf(rule, 'ID') ?? '',
    prefix: textOf(rule, 'Prefix') ?? '',
    isEnabled: textOf(rule, 'Status') === 'Enabled',
    actions: actionsOf(rule),
    isNarrowed: all(rule, 'Tag').length > 0 || all(rule, 'Filter').some(({ children }) => children.size > 0),
    raw: raws[index] ?? '',
  }))
}

function actionsOf(rule: Element): readonly RuleAction[] {
  const timed = (kind: ActionKind, element: Element): RuleAction => {
    const days = textOf(element, 'Days') ?? textOf(element, 'NoncurrentDays')
    const [date, allOn] = [textOf(element, 'CreatedBeforeDate'), textOf(element, 'Date')]
    const storageClass = textOf(element, 'StorageClass')
    return {
      kind,
      ...(days === undefined ? {} : { days: Number(days) }),
      ...(date === undefined ? {} : { date }),
      ...(allOn === undefined ? {} : { allOn }),
      ...(storageClass === undefined ? {} : { storageClass }),
    }
  }
  const isMarker = (element: Element) => textOf(element, 'ExpiredObjectDeleteMarker') === 'true'
  return [
    ...all(rule, 'AbortMultipartUpload').map((one) => timed('abort', one)),
    ...all(rule, 'Expiration').map((one) => timed(isMarker(one) ? 'expireMarker' : 'expire', one)),
    ...all(rule, 'Transition').map((one) => timed('move', one)),
    ...all(rule, 'NoncurrentVersionExpiration').map((one) => timed('expireNoncurrent', one)),
    ...all(rule, 'NoncurrentVersionTransition').map((one) => timed('moveNoncurrent', one)),
  ]
}

/** The document of rules as they were, and a new one. */
export function lifecycleDocument(raws: readonly string[], added?: NewRule): string {
  const rules = added === undefined ? raws : [...raws, newRule(added)]
  return `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`
}

function newRule({ kind, prefix, days, storageClass }: NewRule): string {
  const since = `<Days>${Number(days)}</Days>`
  const replaced = `<NoncurrentDays>${Number(days)}</NoncurrentDays>`
  const target = `<StorageClass>${storageClass}</StorageClass>`
  const action = {
    abort: `<AbortMultipartUpload>${since}</AbortMultipartUpload>`,
    expire: `<Expiration>${since}</Expiration>`,
    move: `<Transition>${since}${target}</Transition>`,
    expireNoncurrent: `<NoncurrentVersionExpiration>${replaced}</NoncurrentVersionExpiration>`,
    moveNoncurrent: `<NoncurrentVersionTransition>${replaced}${target}</NoncurrentVersionTransition>`,
    expireMarker: '<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>',
  }[kind]
  const id = `${kind}-${Date.now().toString(36)}`
  return `<Rule><ID>${id}</ID><Prefix>${escapeXml(prefix)}</Prefix><Status>Enabled</Status>${action}</Rule>`
}

/** The same rule, in force or not. */
export function switched({ raw, isEnabled }: LifecycleRule): string {
  return raw.replace(/<Status>\w+<\/Status>/, `<Status>${isEnabled ? 'Disabled' : 'Enabled'}</Status>`)
}

/** Something that rules would do now. */
export interface DueAction {
  readonly action: 'abort' | 'expire' | 'move'
  readonly rule: string
  readonly key: string
  readonly uploadId?: string
  readonly versionId?: string
  readonly bytes?: number
  readonly storageClass?: string
  readonly targetClass?: string
}

/** The actions that the rules of a document would take now, were they set: at most 1,000 actions. Throws ServerError for rules that are refused. */
export function previewLifecycle(
  bucket: string,
  document: string,
): Promise<{ readonly actions: readonly DueAction[]; readonly isTruncated: boolean }> {
  return sendForJson({ method: 'POST', bucket, query: { lifecycle: '', 'x-oss-ext-preview': '' }, body: document })
}
