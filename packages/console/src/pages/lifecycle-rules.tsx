import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useAction } from '../app/use-action.js'
import { AsCommand } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { deleteDocument, writeDocument } from '../wire/documents.js'
import {
  ACTION_KINDS,
  type ActionKind,
  COLDER_CLASSES,
  type LifecycleRule,
  lifecycleDocument,
  lifecycleRulesIn,
  type NewRule,
  type RuleAction,
  switched,
} from '../wire/lifecycle-rules.js'
import type { Words } from '../words/en.js'
import { documentCommand } from './document-command.js'
import { LifecyclePreview } from './lifecycle-preview.js'

interface Props {
  readonly bucket: string
  readonly text: string | undefined
  /** A rule that the page of uploads suggests. */
  readonly suggested: { readonly days: string; readonly prefix: string } | undefined
  readonly onDone: () => void
}

/** The rules as sentences, what they would do today, and a form that adds one. */
export function LifecycleRules({ bucket, text, suggested, onDone }: Props): JSX.Element {
  const words = useWords()
  const { error, act } = useAction(onDone)
  const rules = text === undefined ? [] : lifecycleRulesIn(text)
  const raws = rules.map(({ raw }) => raw)
  const save = (changed: readonly string[], added?: NewRule) =>
    act(async () => {
      if (changed.length === 0 && added === undefined) await deleteDocument(bucket, 'lifecycle')
      else await writeDocument(bucket, 'lifecycle', lifecycleDocument(changed, added))
    }, words.bucketSettings.saved)
  return (
    <div class="stack">
      {rules.length === 0 ? (
        <p>{words.lifecycle.none}</p>
      ) : (
        <RuleTable
          rules={rules}
          onSwitch={(at) => save(rules.map((rule, index) => (index === at ? switched(rule) : rule.raw)))}
          onRemove={(at) => save(raws.filter((_, index) => index !== at))}
        />
      )}
      {error !== undefined && <Failure error={error} />}
      {text !== undefined && <LifecyclePreview bucket={bucket} document={text} />}
      <AddRule bucket={bucket} raws={raws} suggested={suggested} onAdd={(added) => save(raws, added)} />
      <AsCommand lines={[documentCommand(bucket, 'lifecycle')]} />
    </div>
  )
}

function RuleTable({
  rules,
  onSwitch,
  onRemove,
}: {
  readonly rules: readonly LifecycleRule[]
  readonly onSwitch: (index: number) => void
  readonly onRemove: (index: number) => void
}): JSX.Element {
  const words = useWords()
  const columns: readonly PlainColumn<LifecycleRule>[] = [
    {
      title: words.lifecycle.rule,
      cell: ({ id, prefix, actions, isNarrowed }) => (
        <>
          {actions.map((action, index) => (
            <div key={index}>{sentenceOf(action, words)}</div>
          ))}
          <div class="small muted break">
            {prefix === '' ? words.lifecycle.everything : words.lifecycle.below(shownKey(prefix))}
            {isNarrowed && ` · ${words.lifecycle.narrowed}`}
            {id !== '' && ` · ${shownKey(id)}`}
          </div>
        </>
      ),
    },
    {
      title: words.access.status,
      cell: ({ isEnabled }) => (
        <span class={`badge ${isEnabled ? 'good' : ''}`}>
          {isEnabled ? words.access.active : words.access.inactive}
        </span>
      ),
    },
    {
      title: words.actions,
      kind: 'tools',
      cell: ({ isEnabled }, index) => (
        <>
          <button type="button" class="button little" onClick={() => onSwitch(index)}>
            {isEnabled ? words.access.disable : words.access.enable}
          </button>{' '}
          <button
            type="button"
            class="button danger little"
            aria-label={words.lifecycle.removeOne(index + 1)}
            onClick={() => onRemove(index)}
          >
            {words.delete}
          </button>
        </>
      ),
    },
  ]
  return <PlainTable columns={columns} rows={rules} keyOf={(_, index) => index} />
}

function sentenceOf({ kind, days, date, allOn, storageClass = '' }: RuleAction, words: Words): string {
  if (allOn !== undefined) return words.lifecycle.allOn(allOn.slice(0, 10))
  const when = date === undefined ? undefined : date.slice(0, 10)
  return words.lifecycle.sentences[kind](days ?? 0, when, storageClass)
}

const isMove = (kind: ActionKind) => kind === 'move' || kind === 'moveNoncurrent'

function AddRule({
  bucket,
  raws,
  suggested,
  onAdd,
}: {
  readonly bucket: string
  readonly raws: readonly string[]
  readonly suggested: Props['suggested']
  readonly onAdd: (rule: NewRule) => void
}): JSX.Element {
  const words = useWords()
  const [rule, setRule] = useState<NewRule>({
    ...{ kind: 'abort', storageClass: 'IA' },
    ...{ days: suggested?.days ?? '7', prefix: suggested?.prefix ?? '' },
  })
  const change = (more: Partial<NewRule>) => setRule({ ...rule, ...more })
  const hasDays = rule.kind !== 'expireMarker'
  const isReady = !hasDays || /^[1-9]\d{0,8}$/.test(rule.days)
  return (
    <details open={suggested !== undefined}>
      <summary>{words.lifecycle.add}</summary>
      <div class="stack">
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            onAdd(rule)
          }}
        >
          <div class="pairs">
            <Choice
              label={words.lifecycle.action}
              value={rule.kind}
              onChange={(kind) => change({ kind })}
              options={ACTION_KINDS.map((one) => [one, words.lifecycle.kinds[one]] as const)}
            />
            {hasDays && (
              <TextField
                label={words.lifecycle.days[rule.kind]}
                type="number"
                value={rule.days}
                onChange={(days) => change({ days })}
                required
              />
            )}
            {isMove(rule.kind) && (
              <Choice
                label={words.lifecycle.class}
                value={rule.storageClass}
                onChange={(storageClass) => change({ storageClass })}
                options={COLDER_CLASSES.map((one) => [one, one] as const)}
              />
            )}
            <TextField
              label={words.access.prefix}
              hint={words.lifecycle.prefixHint}
              value={rule.prefix}
              onChange={(prefix) => change({ prefix })}
            />
          </div>
          <div class="row">
            <button type="submit" class="button primary" disabled={!isReady}>
              <Icon name="add" />
              {words.lifecycle.add}
            </button>
          </div>
        </form>
        {isReady && <LifecyclePreview bucket={bucket} document={lifecycleDocument(raws, rule)} isNew />}
      </div>
    </details>
  )
}
