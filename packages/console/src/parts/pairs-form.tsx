import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import type { Pair } from '../wire/objects.js'
import { Icon } from './icon.js'
import { Failure } from './notice.js'

/** Names and values, which are saved together. */
export function PairsForm({
  pairs,
  what,
  onSave,
}: {
  readonly pairs: readonly Pair[]
  readonly what: string
  readonly onSave: (pairs: readonly Pair[]) => Promise<void>
}): JSX.Element {
  const words = useWords()
  const [rows, setRows] = useState<readonly Pair[]>(pairs)
  const [error, setError] = useState<unknown>(undefined)
  const change = (index: number, pair: Pair) => setRows(rows.map((row, at) => (at === index ? pair : row)))
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        setError(undefined)
        onSave(rows.filter(([name]) => name !== '')).catch(setError)
      }}
    >
      {rows.map(([name, value], index) => (
        <div class="row" key={index}>
          <input
            type="text"
            class="grow"
            aria-label={words.object.nameOf(what, index + 1)}
            placeholder={words.name}
            value={name}
            onInput={(event) => change(index, [event.currentTarget.value, value])}
          />
          <input
            type="text"
            class="grow"
            aria-label={words.object.valueOf(what, index + 1)}
            placeholder={words.value}
            value={value}
            onInput={(event) => change(index, [name, event.currentTarget.value])}
          />
          <button
            type="button"
            class="button bare icon"
            aria-label={words.object.removeOne(what, index + 1)}
            onClick={() => setRows(rows.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {error !== undefined && <Failure error={error} />}
      <div class="row">
        <button type="button" class="button" onClick={() => setRows([...rows, ['', '']])}>
          <Icon name="add" />
          {words.object.addOne(what)}
        </button>
        <button type="submit" class="button primary">
          {words.save}
        </button>
      </div>
    </form>
  )
}
