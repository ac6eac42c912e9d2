import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { Failure, Notice } from '../parts/notice.js'
import { PlainTable } from '../parts/plain-table.js'
import { type DueAction, previewLifecycle } from '../wire/lifecycle-rules.js'

/** Actions that are listed by name. */
const LISTED_MAX = 100
const ACTIONS = ['abort', 'expire', 'move'] as const

type Preview = Awaited<ReturnType<typeof previewLifecycle>>

/** A rehearsal of rules: the server applies them without changing anything. */
export function LifecyclePreview({
  bucket,
  document,
  isNew = false,
}: {
  readonly bucket: string
  readonly document: string
  /** Whether the rules are not set yet. */
  readonly isNew?: boolean
}): JSX.Element {
  const words = useWords()
  const [preview, setPreview] = useState<Preview | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  // it was about other rules
  useEffect(() => setPreview(undefined), [isNew ? document.replaceAll(/<ID>[^<]*/g, '') : document])
  const act = async () => {
    setError(undefined)
    setPreview(undefined)
    setPreview(await previewLifecycle(bucket, document))
  }
  return (
    <div class="stack tight">
      <div class="row">
        <button type="button" class="button" onClick={() => void act().catch(setError)}>
          {isNew ? words.lifecycle.dryRunNew : words.lifecycle.dryRun}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
      {preview && <Outcome preview={preview} />}
    </div>
  )
}

function Outcome({ preview: { actions, isTruncated } }: { readonly preview: Preview }): JSX.Element {
  const words = useWords()
  if (actions.length === 0) return <Notice kind="plain">{words.lifecycle.nothing}</Notice>
  const sums = ACTIONS.map((action) => {
    const found = actions.filter((one) => one.action === action)
    return [action, found.length, found.reduce((sum, { bytes: size = 0 }) => sum + size, 0)] as const
  })
  return (
    <>
      <Notice kind="warn">
        {sums
          .filter(([, number]) => number > 0)
          .map(([action, number, size]) => (
            <span key={action}>{words.lifecycle.would[action](count(number), bytes(size))}</span>
          ))}
        {isTruncated && <span>{words.lifecycle.truncated(count(actions.length))}</span>}
      </Notice>
      <details>
        <summary>{words.lifecycle.which}</summary>
        <DueTable actions={actions.slice(0, LISTED_MAX)} />
        {actions.length > LISTED_MAX && <p class="muted">{words.andMore(count(actions.length - LISTED_MAX))}</p>}
      </details>
    </>
  )
}

function DueTable({ actions }: { readonly actions: readonly DueAction[] }): JSX.Element {
  const words = useWords()
  return (
    <PlainTable
      rows={actions}
      keyOf={(_, index) => index}
      columns={[
        {
          title: words.lifecycle.action,
          cell: ({ action, targetClass = '' }) => words.lifecycle.did[action](targetClass),
        },
        { title: words.name, kind: 'break', cell: ({ key }) => shownKey(key) },
        {
          title: words.size,
          kind: 'number',
          cell: ({ bytes: size }) => (size === undefined ? '–' : bytes(size)),
        },
        { title: words.lifecycle.rule, kind: 'break', cell: ({ rule }) => shownKey(rule) },
      ]}
    />
  )
}
