import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Choice, TextField } from '../parts/field.js'
import { Notice } from '../parts/notice.js'
import { type CorsRule, corsRulesIn, ruleFor } from '../wire/cors.js'
import { readDocument } from '../wire/documents.js'

const METHODS = ['PUT', 'GET', 'POST', 'DELETE', 'HEAD'] as const

/** Finds the rule that lets a page of an origin send a request, as the saved rules are. */
export function CorsTest({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const rules = useLoad(async (signal) => corsRulesIn((await readDocument(bucket, 'cors', signal)) ?? ''), [bucket])
  const [origin, setOrigin] = useState('')
  const [method, setMethod] = useState<(typeof METHODS)[number]>('PUT')
  return (
    <details>
      <summary>{words.cors.test}</summary>
      <div class="stack">
        <TextField label={words.cors.origin} hint="https://www.example.com" value={origin} onChange={setOrigin} />
        <Choice
          label={words.cors.method}
          value={method}
          onChange={setMethod}
          options={METHODS.map((one) => [one, one] as const)}
        />
        {origin !== '' && rules.value && <Outcome rule={ruleFor(rules.value, origin, method)} />}
      </div>
    </details>
  )
}

function Outcome({ rule }: { readonly rule: { readonly number: number; readonly rule: CorsRule } | undefined }) {
  const words = useWords()
  if (rule === undefined) return <Notice kind="bad">{words.cors.refused}</Notice>
  const hidden = ['ETag', 'x-oss-request-id'].filter(
    (name) => !rule.rule.exposed.some((one) => one.toLowerCase() === name.toLowerCase()),
  )
  return (
    <Notice kind={hidden.length === 0 ? 'good' : 'warn'}>
      {words.cors.allowed(rule.number)}
      {hidden.length > 0 && <span>{words.cors.hides(hidden.join(', '))}</span>}
    </Notice>
  )
}
