import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf } from '../parts/as-command.js'
import { Check, Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
import { saveText } from '../parts/save-text.js'
import { WhenLoaded } from '../parts/states.js'
import { listBuckets } from '../wire/buckets.js'
import { documentKind } from '../wire/document-kinds.js'
import type { ServerError } from '../wire/server-error.js'
import {
  applyPart,
  type BucketSettings,
  partsOf,
  readSettings,
  type SettingPart,
  settingsIn,
  settingsText,
} from '../wire/settings-copy.js'

type Source = BucketSettings & { readonly bucket: string }

/** Keeps the settings of a bucket in a file, gives them to another one, or takes those of a file. */
export function CopySettingsCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const settings = useLoad((signal) => readSettings(bucket, signal), [bucket])
  const buckets = useLoad(() => listBuckets(), [])
  const others = (buckets.value ?? []).map(({ name }) => name).filter((name) => name !== bucket)
  const [chosen, setChosen] = useState('')
  const target = others.includes(chosen) ? chosen : (others[0] ?? '')
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.cards.copySettings}</h2>
      <p class="muted">{words.copySettings.about}</p>
      <WhenLoaded loaded={settings}>
        {(all) => (
          <>
            <div class="row">
              <button
                type="button"
                class="button"
                onClick={() => saveText(`${bucket}-settings.json`, settingsText(bucket, all), 'application/json')}
              >
                <Icon name="down" />
                {words.copySettings.save}
              </button>
            </div>
            {others.length === 0 ? (
              <p class="muted">{words.copySettings.noOther}</p>
            ) : (
              <section class="stack">
                <h3>{words.copySettings.give}</h3>
                <Choice
                  label={words.copySettings.target}
                  value={target}
                  onChange={setChosen}
                  options={others.map((one) => [one, one] as const)}
                />
                <Apply key={target} source={{ bucket, ...all }} target={target} />
              </section>
            )}
            <FromFile bucket={bucket} />
          </>
        )}
      </WhenLoaded>
      <AsCommand
        lines={[
          `bindery bucket cors get ${addressOf(bucket)}`,
          `bindery bucket cors set ${addressOf(target || 'BUCKET')} document.xml`,
        ]}
      />
    </section>
  )
}

function FromFile({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const [source, setSource] = useState<Source | undefined>()
  const [isWrong, setWrong] = useState(false)
  const read = async (file: File | undefined) => {
    const found = file && settingsIn(await file.text())
    setSource(found)
    setWrong(file !== undefined && found === undefined)
  }
  return (
    <details>
      <summary>{words.copySettings.take}</summary>
      <div class="stack">
        <label class="field">
          <span>{words.copySettings.file}</span>
          <input
            type="file"
            accept="application/json,.json"
            onChange={({ currentTarget }) => void read(currentTarget.files?.[0])}
          />
        </label>
        {isWrong && <Notice kind="bad">{words.copySettings.wrongFile}</Notice>}
        {source && <Apply key={settingsText(source.bucket, source)} source={source} target={bucket} />}
      </div>
    </details>
  )
}

type Outcome = 'done' | ServerError | Error

/** The parts of settings, which of them are given to a bucket, and what became of each. */
function Apply({ source, target }: { readonly source: Source; readonly target: string }): JSX.Element {
  const words = useWords()
  const parts = partsOf(source)
  const [chosen, setChosen] = useState<ReadonlySet<SettingPart>>(() => new Set(parts.filter((part) => part !== 'acl')))
  const [outcomes, setOutcomes] = useState<ReadonlyMap<SettingPart, Outcome>>(new Map())
  const [isBusy, setBusy] = useState(false)
  const act = async () => {
    setBusy(true)
    setOutcomes(new Map())
    for (const part of parts) {
      if (!chosen.has(part)) continue
      const outcome: Outcome = await applyPart(source, part, { from: source.bucket, to: target }).then(
        () => 'done' as const,
        (error: Error) => error,
      )
      setOutcomes((known) => new Map(known).set(part, outcome))
    }
    setBusy(false)
  }
  const failed = [...outcomes].filter((entry): entry is [SettingPart, Error] => entry[1] !== 'done')
  return (
    <div class="stack">
      <fieldset>
        <legend class="small">{words.copySettings.parts}</legend>
        <div class="checks">
          {parts.map((part) => (
            <Check
              key={part}
              label={`${titleOf(part, words)}${outcomes.get(part) === 'done' ? ' ✓' : ''}`}
              checked={chosen.has(part)}
              onChange={(isChosen) =>
                setChosen(new Set(parts.filter((one) => (one === part ? isChosen : chosen.has(one)))))
              }
            />
          ))}
        </div>
      </fieldset>
      <p class="muted">{words.copySettings.replaces(target)}</p>
      <div class="row">
        <button type="button" class="button primary" disabled={chosen.size === 0 || isBusy} onClick={() => void act()}>
          {words.copySettings.apply(target)}
        </button>
      </div>
      {outcomes.size > 0 && !isBusy && (
        <Notice kind={failed.length === 0 ? 'good' : 'warn'}>
          {words.copySettings.outcome(outcomes.size - failed.length, failed.length)}
        </Notice>
      )}
      {failed.map(([part, error]) => (
        <section key={part} class="stack tight">
          <h3>{titleOf(part, words)}</h3>
          <Failure error={error} />
        </section>
      ))}
    </div>
  )
}

function titleOf(part: SettingPart, words: ReturnType<typeof useWords>): string {
  if (part === 'acl') return words.bucketSettings.cards.access
  return words.bucketSettings.names[documentKind(part).name as keyof typeof words.bucketSettings.names]
}
