import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Check } from '../parts/field.js'
import { PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { readServer, type ServerOption } from '../wire/server.js'

/** Every option of the server as it applies now, and where its value comes from. */
export function Configuration(): JSX.Element {
  const words = useWords()
  const server = useLoad(() => readServer(), [])
  const [text, setText] = useState('')
  const [isGivenOnly, setGivenOnly] = useState(false)
  const isShown = ({ Name, Value = '', Source }: ServerOption) =>
    (!isGivenOnly || Source !== 'default') &&
    `${Name} ${Value} ${Source}`.toLowerCase().includes(text.trim().toLowerCase())
  return (
    <>
      <p class="muted">{words.server.configurationHint}</p>
      <div class="toolbar">
        <input
          type="search"
          class="wide"
          placeholder={words.server.findOption}
          aria-label={words.server.findOption}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Check label={words.server.givenOnly} checked={isGivenOnly} onChange={setGivenOnly} />
      </div>
      <WhenLoaded loaded={server}>
        {({ Options }) => (
          <PlainTable
            rows={Options.Option.filter(isShown)}
            keyOf={({ Name }) => Name}
            columns={[
              { title: words.server.option, kind: 'mono', cell: ({ Name }) => Name },
              { title: words.value, kind: 'mono', cell: ({ Value }) => Value || <span class="muted">–</span> },
              { title: words.server.source, cell: ({ Source }) => <SourceBadge source={Source} /> },
            ]}
          />
        )}
      </WhenLoaded>
      <AsCommand lines={['bindery admin server']} />
    </>
  )
}

function SourceBadge({ source }: { readonly source: string }): JSX.Element {
  const words = useWords()
  if (source === 'default') return <span class="muted">{words.server.byDefault}</span>
  if (source === 'run time') return <span class="badge warn">{words.server.atRunTime}</span>
  return <span class="mono break">{source}</span>
}
