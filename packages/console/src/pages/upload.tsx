import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { ago, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { type Loaded, useLoad } from '../app/use-load.js'
import { addressOf, Command } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
import { PartsMap } from '../parts/parts-map.js'
import { WhenLoaded } from '../parts/states.js'
import { announceFailure } from '../parts/toasts.js'
import { ServerError } from '../wire/server-error.js'
import { serverTime } from '../wire/session.js'
import {
  type FullPartsMap as Explained,
  explainFully,
  rateOf,
  readPart,
  type UploadName,
  watchUploads,
} from '../wire/uploads.js'
import { AbortDialog } from './abort-uploads.js'
import { CompleteDialog } from './complete-upload.js'
import { PartsTable } from './parts-table.js'
import { StateBadge } from './upload-columns.js'
import { StatedFacts, storedText, UploadHistory } from './upload-history.js'

const TOGETHER_MS = 400

/** One upload: its parts, and how it can be continued or ended. */
export function UploadPage({ path, query }: PageProps): JSX.Element {
  const words = useWords()
  const [bucket = ''] = path
  const { key = '', id: uploadId = '' } = query
  const name: UploadName = { bucket, key, uploadId }
  const map = useLoad((signal) => explainFully(name, signal), [bucket, key, uploadId])
  const { fresh, ended } = useLive(name, map)
  const [dialog, setDialog] = useState<'abort' | 'complete' | undefined>()
  const close = () => setDialog(undefined)
  const list = link(['buckets', bucket, 'uploads'])
  const isGone = ended !== undefined || (map.error instanceof ServerError && map.error.code === 'NoSuchUpload')
  return (
    <BucketFrame
      bucket={bucket}
      crumbs={[
        [words.place.uploads, list],
        [key, link(['buckets', bucket, 'upload'], { key, id: uploadId })],
      ]}
      tools={
        !isGone && (
          <>
            <ResumeHere name={name} map={map.value} />
            <button type="button" class="button" onClick={() => setDialog('complete')}>
              <Icon name="check" />
              {words.upload.complete}
            </button>
            <button type="button" class="button danger" onClick={() => setDialog('abort')}>
              <Icon name="remove" />
              {words.uploads.abort}
            </button>
          </>
        )
      }
    >
      {ended !== undefined && (
        <Notice kind={ended === 'completed' ? 'good' : 'warn'}>
          {words.upload.ended[ended]}
          {ended === 'completed' && (
            <a href={link(['buckets', bucket, 'object'], { key })}>{words.upload.showObject}</a>
          )}
        </Notice>
      )}
      {/* the last answer lacks the parts that came just before the end */}
      {ended === undefined && (
        <WhenLoaded loaded={map}>
          {(explained) => <Details name={name} map={explained} fresh={fresh} isGone={isGone} />}
        </WhenLoaded>
      )}
      {map.value !== undefined && map.error !== undefined && !isGone && <Failure error={map.error} />}
      {dialog === 'abort' && <AbortDialog uploads={[name]} onClose={close} onDone={() => open(list)} />}
      {dialog === 'complete' && map.value && (
        <CompleteDialog
          name={name}
          map={map.value}
          onClose={close}
          onDone={() => open(link(['buckets', bucket, 'object'], { key }))}
        />
      )}
    </BucketFrame>
  )
}

interface Live {
  readonly fresh: ReadonlySet<number>
  readonly ended: 'completed' | 'aborted' | undefined
}

/** Follows the events of one upload, and reads its parts again after each. */
function useLive({ bucket, key, uploadId }: UploadName, map: Loaded<Explained>): Live {
  const [live, setLive] = useState<Live>({ fresh: new Set(), ended: undefined })
  const again = useRef(map.again)
  again.current = map.again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        again.current()
      }, TOGETHER_MS)
    }
    const end = watchUploads(
      { bucket, prefix: key },
      {
        onEvent: (event) => {
          if (event.type === 'lagged') return read()
          if (event.uploadId !== uploadId) return
          if (event.type === 'part' && event.partNumber !== undefined) {
            const { partNumber } = event
            setLive(({ fresh, ended }) => ({ fresh: new Set([...fresh, partNumber]), ended }))
            read()
          }
          if (event.type === 'completed' || event.type === 'aborted') {
            const { type } = event
            setLive(({ fresh }) => ({ fresh, ended: type }))
          }
        },
        onGap: read,
      },
    )
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [bucket, key, uploadId])
  return live
}

/** Chooses the file of the upload, and sends the parts that are missing. */
function ResumeHere({ name, map }: { readonly name: UploadName; readonly map: Explained | undefined }): JSX.Element {
  const words = useWords()
  const input = useRef<HTMLInputElement>(null)
  const go = async (file: File) => {
    const { continueUpload } = await import('../transfer/transfers.js')
    continueUpload(file, { ...name, partSize: partSizeOf(map) })
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={words.upload.chooseFile}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          if (file !== undefined) void go(file).catch(announceFailure)
        }}
      />
      <button type="button" class="button primary" onClick={() => input.current?.click()}>
        <Icon name="play" />
        {words.upload.resumeHere}
      </button>
    </>
  )
}

/** The size that most parts have, which is that of every part but the last. */
function partSizeOf(map: Explained | undefined): number | undefined {
  const [longest] = [...(map?.runs ?? [])].sort((one, other) => other.to - other.from - (one.to - one.from))
  return longest?.size
}

function Details({
  name,
  map,
  fresh,
  isGone,
}: {
  readonly name: UploadName
  readonly map: Explained
  readonly fresh: ReadonlySet<number>
  readonly isGone: boolean
}): JSX.Element {
  const words = useWords()
  const now = serverTime()
  const { bucket, key, uploadId } = name
  return (
    <div class="stack">
      <dl class="card facts">
        <dt>{words.uploads.state}</dt>
        <dd>
          <StateBadge map={map} now={now} />
        </dd>
        <dt>{words.upload.id}</dt>
        <dd class="row">
          <span class="mono break">{uploadId}</span>
          <CopyButton text={uploadId} />
        </dd>
        <dt>{words.uploads.stored}</dt>
        <dd>{storedText(map, rateOf(map, now), words)}</dd>
        <StatedFacts map={map} />
        <dt>{words.uploads.begun}</dt>
        <dd>
          {time(Date.parse(map.initiated))} <span class="muted">({ago(Date.parse(map.initiated), now)})</span>
        </dd>
        <dt>{words.uploads.lastActivity}</dt>
        <dd>
          {time(Date.parse(map.lastActivity))} <span class="muted">({ago(Date.parse(map.lastActivity), now)})</span>
        </dd>
        <dt>{words.storageClass}</dt>
        <dd>{map.storageClass}</dd>
      </dl>
      <section class="card stack">
        <h2>{words.upload.parts}</h2>
        <p>{sentence(map, words)}</p>
        {map.obstacle && map.partCount > 0 && (
          <Notice kind="warn">{words.upload.obstacle(`${map.obstacle.code}: ${map.obstacle.message}`)}</Notice>
        )}
        {map.partCount > 0 && (
          <PartsMap
            map={map}
            fresh={fresh}
            label={sentence(map, words)}
            read={(part, signal) => readPart(name, part, signal)}
          />
        )}
        <Legend />
        {map.partCount > 0 && <PartsTable name={name} revision={map.partCount + map.bytes} />}
      </section>
      <UploadHistory map={map} />
      {!isGone && (
        <section class="card stack">
          <h2>{words.upload.continueElsewhere}</h2>
          <p class="muted">{words.upload.continueHint}</p>
          <Command text={`bindery mpu resume ${addressOf(bucket, key)} ${uploadId} FILE`} />
        </section>
      )}
      <p class="unseen">{shownKey(key)}</p>
    </div>
  )
}

function sentence({ partCount, runs, gaps }: Explained, words: ReturnType<typeof useWords>): string {
  if (partCount === 0) return words.upload.noParts
  const last = runs.at(-1)?.to ?? 0
  const shown = gaps.slice(0, 4).map(({ from, to }) => (from === to ? count(from) : `${count(from)}–${count(to)}`))
  const missing = gaps.length > shown.length ? [...shown, '…'] : shown
  return words.upload.sentence(count(partCount), count(last), missing.join(', '))
}

function Legend(): JSX.Element {
  const words = useWords()
  return (
    <ul class="legend small">
      {(['stored', 'reused', 'missing'] as const).map((shade) => (
        <li key={shade}>
          <span class={`swatch ${shade}`} />
          {words.upload.legend[shade]}
        </li>
      ))}
    </ul>
  )
}
