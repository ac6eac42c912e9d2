import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ago, bytes, count, percent, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useAction } from '../app/use-action.js'
import { type Loaded, useLoad } from '../app/use-load.js'
import { AsCommand, Command, quoted } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { Choice } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import {
  LOG_LEVELS,
  type LogLevel,
  readServer,
  type Scrub,
  type ServerFacts,
  setLogLevel,
  startScrub,
} from '../wire/server.js'
import { serverTime } from '../wire/session.js'

/** As often as a running verification is looked at. */
const EVERY_MS = 2_000

/** The server as its administrator sees and changes it. */
export function ServerSettings(): JSX.Element {
  const server = useLoad(() => readServer(), [])
  return (
    <WhenLoaded loaded={server}>
      {(facts) => (
        <>
          <FactsCard facts={facts} />
          <LogCard level={facts.Server.LogLevel} again={server.again} />
          <ScrubCard scrub={facts.Scrub} server={server} />
          <UpgradeCard facts={facts} />
        </>
      )}
    </WhenLoaded>
  )
}

function FactsCard({ facts: { Server } }: { readonly facts: ServerFacts }): JSX.Element {
  const words = useWords()
  const { DiskFreeBytes: free, DiskTotalBytes: total } = Server
  const started = Date.parse(Server.StartDate)
  const facts: readonly (readonly [string, string])[] = [
    [words.settings.version, `Bindery ${Server.Version} · Node.js ${Server.NodeVersion} · ${Server.Platform}`],
    [words.server.started, `${time(started)} · ${ago(started, serverTime())}`],
    [words.server.processes, count(Server.Processes)],
    [words.server.hashing, Server.Hashing === 'native' ? words.server.native : words.server.slow],
  ]
  return (
    <section class="card stack">
      <h2>{words.settings.server}</h2>
      <dl class="facts">
        <dt>{words.server.location}</dt>
        <dd class="row">
          <span class="mono break">{Server.Location}</span>
          <CopyButton text={Server.Location} />
        </dd>
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
        {free !== undefined && total !== undefined && (
          <>
            <dt>{words.server.disk}</dt>
            <dd class="stack tight">
              <span>{words.server.diskUse(bytes(free), bytes(total), percent(free / total))}</span>
              <progress class="bar" max={total} value={total - free} aria-label={words.server.disk} />
            </dd>
          </>
        )}
      </dl>
      <AsCommand lines={['bindery admin server']} />
    </section>
  )
}

function LogCard({ level, again }: { readonly level: LogLevel; readonly again: () => void }): JSX.Element {
  const words = useWords()
  const { error, act } = useAction(again)
  const [chosen, setChosen] = useState(level)
  return (
    <section class="card stack">
      <h2>{words.server.log}</h2>
      <p class="muted">{words.server.logHint}</p>
      <form
        class="row end"
        onSubmit={(event) => {
          event.preventDefault()
          act(() => setLogLevel(chosen), words.server.logSaved)
        }}
      >
        <Choice
          label={words.server.logLevel}
          value={chosen}
          onChange={setChosen}
          options={LOG_LEVELS.map((one) => [one, words.server.logLevels[one]] as const)}
        />
        <button type="submit" class="button primary" disabled={chosen === level}>
          {words.save}
        </button>
      </form>
      {error !== undefined && <Failure error={error} />}
      <AsCommand lines={[`bindery admin log-level ${chosen}`]} />
    </section>
  )
}

function ScrubCard({
  scrub,
  server,
}: {
  readonly scrub: Scrub | undefined
  readonly server: Loaded<ServerFacts>
}): JSX.Element {
  const words = useWords()
  const { error, act } = useAction(server.again)
  const isRunning = scrub?.IsRunning === true
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(server.again, EVERY_MS)
    return () => clearInterval(timer)
  }, [isRunning, server.again])
  return (
    <section class="card stack">
      <h2>{words.server.scrub}</h2>
      <p class="muted">{words.server.scrubHint}</p>
      {scrub === undefined ? <p>{words.server.scrubElsewhere}</p> : <ScrubState scrub={scrub} />}
      {error !== undefined && <Failure error={error} />}
      {scrub !== undefined && (
        <div class="row">
          <button
            type="button"
            class="button"
            disabled={isRunning}
            onClick={() => act(startScrub, words.server.scrubStarted)}
          >
            {words.server.startScrub}
          </button>
        </div>
      )}
      <AsCommand lines={['bindery admin scrub', 'bindery admin server']} />
    </section>
  )
}

function ScrubState({ scrub }: { readonly scrub: Scrub }): JSX.Element {
  const words = useWords()
  const { IsRunning, StartDate = '', EndDate = '', NextDate, Bytes, Damaged, BytesPerSecond } = scrub
  const at = (date: string) => time(Date.parse(date))
  const last = IsRunning
    ? words.server.scrubRuns(at(StartDate), bytes(Bytes), `${bytes(BytesPerSecond)}/s`)
    : EndDate === ''
      ? words.server.scrubNever
      : words.server.scrubEnded(at(EndDate), bytes(Bytes))
  return (
    <>
      <p class="row">
        <span class={`badge ${IsRunning ? 'warn' : EndDate === '' ? '' : 'good'}`}>
          {IsRunning ? words.server.running : EndDate === '' ? words.server.never : words.server.ended}
        </span>
        <span role="status">{last}</span>
      </p>
      {Damaged > 0 && <Notice kind="bad">{words.server.damaged(count(Damaged))}</Notice>}
      {!IsRunning && (
        <p class="muted">{NextDate === undefined ? words.server.scrubOff : words.server.scrubNext(at(NextDate))}</p>
      )}
    </>
  )
}

function UpgradeCard({ facts: { Server } }: { readonly facts: ServerFacts }): JSX.Element {
  const words = useWords()
  const { Version, Format, Location } = Server
  return (
    <section class="card stack">
      <h2>{words.server.upgrade}</h2>
      <p>{Format === undefined ? words.server.runs(Version) : words.server.runsFormat(Version, Format)}</p>
      <p class="muted">{words.server.upgradeHint}</p>
      {Format !== undefined && <Command text={`bindery upgrade ${quoted(Location)} --check`} />}
    </section>
  )
}
