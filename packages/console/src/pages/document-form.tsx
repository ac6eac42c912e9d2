import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes } from '../app/format.js'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { Check, Choice, TextArea, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import type { DocumentName } from '../wire/document-kinds.js'
import { writeDocument } from '../wire/documents.js'
import { documentOf, type Field, type Form, isValid, type Values, valuesIn } from '../wire/forms.js'
import type { Words } from '../words/en.js'
import { documentCommand } from './document-command.js'

/** A document as fields. One that has more than these is only shown as text. */
export function DocumentForm({
  bucket,
  name,
  form,
  text,
  onDone,
}: {
  readonly bucket: string
  readonly name: DocumentName
  readonly form: Form
  /** That of an example where the document was never set. */
  readonly text: string
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [values, setValues] = useState<Values | undefined>(() => valuesIn(text, form))
  const [error, setError] = useState<unknown>(undefined)
  if (values === undefined) return <p class="muted">{words.forms.more}</p>
  const save = async () => {
    setError(undefined)
    await writeDocument(bucket, name, documentOf(form, values))
    announce(words.bucketSettings.saved)
    onDone()
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save().catch(setError)
      }}
    >
      <FormFields form={form} values={values} onChange={setValues} />
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <button type="submit" class="button primary" disabled={!areValid(form, values)}>
          {words.save}
        </button>
      </div>
      <AsCommand lines={[documentCommand(bucket, name)]} />
    </form>
  )
}

/** Whether all values of a form can be saved. */
export function areValid({ fields }: Form, values: Values): boolean {
  return fields.every((field) => isValid(field, values[field.name] ?? ''))
}

/** The fields of a form, in columns where they are many. */
export function FormFields({
  form: { fields },
  values,
  onChange,
}: {
  readonly form: Form
  readonly values: Values
  readonly onChange: (values: Values) => void
}): JSX.Element {
  return (
    <div class={fields.length > 4 ? 'pairs' : 'stack'}>
      {fields.map((field) => (
        <FormField
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </div>
  )
}

function FormField({
  field,
  value,
  onChange,
}: {
  readonly field: Field
  readonly value: string
  readonly onChange: (value: string) => void
}): JSX.Element {
  const words = useWords()
  const label = words.forms.fields[field.name as keyof Words['forms']['fields']]
  switch (field.kind) {
    case 'check':
      return <Check label={label} checked={value === 'true'} onChange={(checked) => onChange(String(checked))} />
    case 'choice':
      return (
        <Choice
          label={label}
          value={value}
          onChange={onChange}
          options={field.options.map((one) => [one, choiceText(one, words)] as const)}
        />
      )
    case 'lines':
      return <TextArea label={label} hint={words.forms.lines} value={value} onChange={onChange} />
    case 'text': {
      const fault = isValid(field, value) ? undefined : words.forms.fault
      return (
        <TextField
          label={label}
          hint={
            field.unit === 'bytes' && value !== ''
              ? bytes(Number(value))
              : field.isOptional === true
                ? words.forms.optional
                : undefined
          }
          fault={fault}
          value={value}
          onChange={onChange}
        />
      )
    }
  }
}

function choiceText(value: string, words: Words): string {
  return words.forms.choices[value as keyof Words['forms']['choices']] ?? value
}
