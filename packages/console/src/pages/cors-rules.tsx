import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { Check, TextArea, TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import {
  CORS_METHODS,
  type CorsRule,
  corsDocument,
  corsRulesIn,
  UPLOADS_OF_BROWSERS,
  variesAlways,
} from '../wire/cors.js'
import { deleteDocument, writeDocument } from '../wire/documents.js'
import { documentCommand } from './document-command.js'

/** The rules of a bucket as a form. */
export function CorsRules({
  bucket,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly text: string | undefined
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [rules, setRules] = useState(() => corsRulesIn(text ?? ''))
  const [error, setError] = useState<unknown>(undefined)
  const save = async () => {
    setError(undefined)
    if (rules.length === 0) await deleteDocument(bucket, 'cors')
    else await writeDocument(bucket, 'cors', corsDocument(rules, variesAlways(text ?? '')))
    announce(words.bucketSettings.saved)
    onDone()
  }
  const change = (index: number, rule: CorsRule) => setRules(rules.map((one, at) => (at === index ? rule : one)))
  const isReady = rules.every(({ origins, methods }) => origins.length > 0 && methods.length > 0)
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save().catch(setError)
      }}
    >
      {rules.length === 0 && <p>{words.cors.none}</p>}
      {rules.map((rule, index) => (
        <RuleFields
          key={index}
          number={index + 1}
          rule={rule}
          onChange={(changed) => change(index, changed)}
          onRemove={() => setRules(rules.filter((_, at) => at !== index))}
        />
      ))}
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <button type="button" class="button" onClick={() => setRules([...rules, UPLOADS_OF_BROWSERS])}>
          <Icon name="add" />
          {words.cors.add}
        </button>
        <button type="submit" class="button primary" disabled={!isReady}>
          {words.save}
        </button>
      </div>
      <AsCommand lines={[documentCommand(bucket, 'cors')]} />
    </form>
  )
}

const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trim())
const withoutEmpty = (lines: readonly string[]): readonly string[] => lines.filter((line) => line !== '')

function RuleFields({
  number,
  rule,
  onChange,
  onRemove,
}: {
  readonly number: number
  readonly rule: CorsRule
  readonly onChange: (rule: CorsRule) => void
  readonly onRemove: () => void
}): JSX.Element {
  const words = useWords()
  const lists = [
    ['origins', words.cors.origins],
    ['headers', words.cors.headers],
    ['exposed', words.cors.exposed],
  ] as const
  const toggle = (method: string) =>
    onChange({
      ...rule,
      methods: CORS_METHODS.filter((one) => (one === method) !== rule.methods.includes(one)),
    })
  return (
    <fieldset class="card stack tight">
      <legend class="unseen">{words.cors.rule(number)}</legend>
      <div class="row apart">
        <strong>{words.cors.rule(number)}</strong>
        <button
          type="button"
          class="button little danger"
          aria-label={words.cors.removeRule(number)}
          onClick={onRemove}
        >
          <Icon name="remove" />
          {words.access.remove}
        </button>
      </div>
      <fieldset class="row" aria-label={words.cors.methods}>
        {CORS_METHODS.map((method) => (
          <Check key={method} label={method} checked={rule.methods.includes(method)} onChange={() => toggle(method)} />
        ))}
      </fieldset>
      <div class="pairs">
        {lists.map(([name, label]) => (
          <TextArea
            key={name}
            label={label}
            hint={words.forms.lines}
            value={rule[name].join('\n')}
            onChange={(value) => onChange({ ...rule, [name]: value === '' ? [] : linesOf(value) })}
            onLeave={() => onChange({ ...rule, [name]: withoutEmpty(rule[name]) })}
          />
        ))}
        <TextField
          label={words.cors.maxAge}
          hint={words.forms.optional}
          value={rule.maxAge}
          onChange={(maxAge) => onChange({ ...rule, maxAge: maxAge.replaceAll(/\D/g, '') })}
        />
      </div>
    </fieldset>
  )
}
