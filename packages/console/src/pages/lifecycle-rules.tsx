import { escapeXml } from '@bindery/client/xml'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { writeDocument } from '../wire/documents.js'
import { type AbortRule, abortRulesIn } from '../wire/lifecycle.js'
import { serverTime } from '../wire/session.js'
import { explainUpload, listUploads, type UploadEntry } from '../wire/uploads.js'

const DAY_MS = 86_400_000
/** Uploads whose bytes a dry run adds up. */
const SUMMED_MAX = 500

interface Props {
  readonly bucket: string
  readonly text: string | undefined
  /** A rule that the page of uploads suggests. */
  readonly suggested: { readonly days: string; readonly prefix: string } | undefined
  readonly onDone: () => void
}

/** The rules that abort uploads as sentences, what they would do today, and a form that adds one. */
export function LifecycleRules({ bucket, text, suggested, onDone }: Props): JSX.Element {
  const words = useWords()
  const rules = text === undefined ? [] : abortRulesIn(text)
  return (
    <div class="stack">
      {rules.length > 0 && (
        <ul class="stack tight plain">
          {rules.map((rule) => (
            <li key={rule.id} class="row">
              <span class={`badge ${rule.isEnabled ? 'good' : ''}`}>
                {rule.isEnabled ? words.access.active : words.access.inactive}
              </span>
              {rule.days === undefined
                ? words.lifecycle.byDate(shownKey(rule.prefix))
                : words.lifecycle.aborts(rule.days, shownKey(rule.prefix))}
            </li>
          ))}
        </ul>
      )}
      {rules.length > 0 && <DryRun bucket={bucket} rules={rules} />}
      <AddRule bucket={bucket} text={text} suggested={suggested} onDone={onDone} />
    </div>
  )
}

interface Due {
  readonly uploads: number
  readonly bytes: number
  readonly isComplete: boolean
}

/** The uploads that enabled rules would abort now. */
async function findDue(bucket: string, rules: readonly AbortRule[]): Promise<Due> {
  const due: UploadEntry[] = []
  const now = serverTime()
  for (const { prefix, days, isEnabled } of rules) {
    if (!isEnabled || days === undefined) continue
    let position: Readonly<Record<string, string>> | undefined = {}
    while (position !== undefined) {
      const page: Awaited<ReturnType<typeof listUploads>> = await listUploads({ bucket, prefix }, position)
      due.push(...page.rows.filter(({ initiated }) => initiated + days * DAY_MS <= now))
      position = page.next
    }
  }
  const unique = [...new Map(due.map((one) => [one.uploadId, one])).values()]
  let sum = 0
  for (const one of unique.slice(0, SUMMED_MAX)) sum += (await explainUpload(one).catch(() => ({ bytes: 0 }))).bytes
  return { uploads: unique.length, bytes: sum, isComplete: unique.length <= SUMMED_MAX }
}

function DryRun({ bucket, rules }: { readonly bucket: string; readonly rules: readonly AbortRule[] }): JSX.Element {
  const words = useWords()
  const [due, setDue] = useState<Due | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  return (
    <div class="stack tight">
      <div>
        <button type="button" class="button" onClick={() => void findDue(bucket, rules).then(setDue, setError)}>
          {words.lifecycle.dryRun}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {due !== undefined && (
        <Notice kind="plain">
          {words.lifecycle.wouldAbort(count(due.uploads), `${due.isComplete ? '' : '> '}${bytes(due.bytes)}`)}
        </Notice>
      )}
    </div>
  )
}

function AddRule({ bucket, text, suggested, onDone }: Props): JSX.Element {
  const words = useWords()
  const [days, setDays] = useState(suggested?.days ?? '7')
  const [prefix, setPrefix] = useState(suggested?.prefix ?? '')
  const [error, setError] = useState<unknown>(undefined)
  const add = async () => {
    setError(undefined)
    const rule = `<Rule><ID>abort-uploads-${Date.now().toString(36)}</ID><Prefix>${escapeXml(prefix)}</Prefix><Status>Enabled</Status><AbortMultipartUpload><Days>${Number(days)}</Days></AbortMultipartUpload></Rule>`
    const empty = '<LifecycleConfiguration></LifecycleConfiguration>'
    await writeDocument(bucket, 'lifecycle', (text ?? empty).replace('</LifecycleConfiguration>', `${rule}$&`))
    announce(words.bucketSettings.saved)
    onDone()
  }
  return (
    <details open={suggested !== undefined}>
      <summary>{words.lifecycle.add}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          add().catch(setError)
        }}
      >
        <TextField label={words.lifecycle.days} type="number" value={days} onChange={setDays} required />
        <TextField label={words.access.prefix} hint={words.lifecycle.prefixHint} value={prefix} onChange={setPrefix} />
        {error !== undefined && <Failure error={error} />}
        <div>
          <button type="submit" class="button primary" disabled={!/^[1-9]\d{0,8}$/.test(days)}>
            {words.lifecycle.add}
          </button>
        </div>
      </form>
    </details>
  )
}
