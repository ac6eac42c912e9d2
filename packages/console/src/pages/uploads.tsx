import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { ago, bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open, replace } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useListing } from '../app/use-listing.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import type { Selection } from '../parts/selection.js'
import { Empty } from '../parts/states.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { listBuckets, storeStatus } from '../wire/buckets.js'
import type { Page } from '../wire/objects.js'
import { serverTime } from '../wire/session.js'
import { listUploads, type PartsMap, type UploadEntry, watchUploads } from '../wire/uploads.js'
import { AbortDialog } from './abort-uploads.js'
import { saveUploads } from './save-uploads.js'
import { UploadFacts } from './upload-facts.js'
import { UploadStrip } from './upload-strip.js'

const DAY_MS = 86_400_000
const AGES = ['0', '1', '7', '30'] as const
type Age = (typeof AGES)[number]

/** The identity of a row. */
const idOf = ({ bucket, key, uploadId }: UploadEntry): string => `${bucket}\n${key}\n${uploadId}`

type Position = Readonly<Record<string, string>>

/** All buckets one after the other; the position names the bucket, and a place in it. */
async function listEverywhere(position: Position, prefix: string, signal: AbortSignal): Promise<Page<UploadEntry>> {
  const { bucket: from = '', ...inBucket } = position
  const names = (await listBuckets(signal)).map(({ name }) => name).filter((name) => name >= from)
  const rows: UploadEntry[] = []
  for (const [index, bucket] of names.entries()) {
    const page = await listUploads({ bucket, prefix }, bucket === from ? inBucket : {}, signal)
    rows.push(...page.rows)
    if (page.next !== undefined) return { rows, next: { bucket, ...page.next } }
    const following = names[index + 1]
    if (rows.length > 0 && following !== undefined) return { rows, next: { bucket: following } }
  }
  return { rows }
}

/** The uploads of a bucket that were not completed. */
export function BucketUploadsPage({ path, query }: PageProps): JSX.Element {
  const [bucket = ''] = path
  return (
    <BucketFrame bucket={bucket} tab="uploads" isFull>
      <UploadsList bucket={bucket} query={query} />
    </BucketFrame>
  )
}

/** The uploads of all buckets that were not completed. */
export function UploadsPage({ query }: PageProps): JSX.Element {
  const words = useWords()
  return (
    <div class="page full">
      <header>
        <h1>{words.place.uploads}</h1>
      </header>
      <UploadsList bucket={undefined} query={query} />
    </div>
  )
}

function UploadsList({
  bucket,
  query,
}: {
  readonly bucket: string | undefined
  readonly query: PageProps['query']
}): JSX.Element {
  const words = useWords()
  const { prefix = '', age = '0' } = query
  const listing = useListing<UploadEntry>(
    (position, signal) =>
      bucket === undefined
        ? listEverywhere(position, prefix, signal)
        : listUploads({ bucket, prefix }, position, signal),
    [bucket, prefix],
  )
  const [selection, setSelection] = useState<Selection>(new Set())
  const [aborting, setAborting] = useState<readonly UploadEntry[] | undefined>()
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    if (bucket === undefined) return
    return watchUploads({ bucket, prefix }, { onEvent: () => setChanges((times) => times + 1), onGap: () => {} })
  }, [bucket, prefix])
  const before = serverTime() - Number(age) * DAY_MS
  const rows = age === '0' ? listing.rows : listing.rows.filter(({ initiated }) => initiated <= before)
  const here = (more: Record<string, string | undefined>) =>
    link(bucket === undefined ? ['uploads'] : ['buckets', bucket, 'uploads'], { prefix, age, ...more })
  const chosen = rows.filter((row) => selection.has(idOf(row)))
  return (
    <>
      <Toolbar
        rows={rows}
        chosen={chosen}
        prefix={prefix}
        age={age as Age}
        hasChanged={changes > 0}
        onFilter={(more) => replace(here(more))}
        onAgain={() => {
          setChanges(0)
          listing.again()
        }}
        onAbort={() => setAborting(chosen)}
      />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {rows.length === 0 && listing.isComplete ? (
        <Empty text={words.uploads.none} />
      ) : (
        <VirtualTable
          label={words.place.uploads}
          columns={columnsOf(bucket, words)}
          rows={rows}
          isComplete={listing.isComplete}
          keyOf={idOf}
          nameOf={({ key }) => shownKey(key)}
          onEnd={listing.more}
          onOpen={(entry) => open(hrefOf(entry))}
          onDelete={() => chosen.length > 0 && setAborting(chosen)}
          selection={selection}
          onSelect={setSelection}
        />
      )}
      <Held bucket={bucket} prefix={prefix} days={age} />
      {aborting && (
        <AbortDialog
          uploads={aborting}
          onClose={() => setAborting(undefined)}
          onDone={() => {
            setAborting(undefined)
            setSelection(new Set())
            listing.again()
          }}
        />
      )}
    </>
  )
}

function Toolbar({
  rows,
  chosen,
  prefix,
  age,
  hasChanged,
  onFilter,
  onAgain,
  onAbort,
}: {
  readonly rows: readonly UploadEntry[]
  readonly chosen: readonly UploadEntry[]
  readonly prefix: string
  readonly age: Age
  readonly hasChanged: boolean
  readonly onFilter: (more: Record<string, string | undefined>) => void
  readonly onAgain: () => void
  readonly onAbort: () => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar">
      <input
        type="search"
        placeholder={words.objects.search}
        aria-label={words.objects.search}
        value={prefix}
        onChange={(event) => onFilter({ prefix: event.currentTarget.value })}
      />
      <Choice
        label={words.uploads.age}
        hidesLabel
        value={age}
        options={AGES.map((one) => [one, words.uploads.ages(Number(one))] as const)}
        onChange={(one) => onFilter({ age: one === '0' ? undefined : one })}
      />
      <span class="grow" />
      <span class="muted" aria-live="polite">
        {chosen.length > 0 ? words.objects.selected(count(chosen.length)) : words.uploads.listed(count(rows.length))}
      </span>
      {hasChanged && (
        <button type="button" class="button" onClick={onAgain}>
          <Icon name="again" />
          {words.uploads.changed}
        </button>
      )}
      <button type="button" class="button" disabled={rows.length === 0} onClick={() => saveUploads(rows)}>
        <Icon name="down" />
        CSV
      </button>
      <button type="button" class="button danger" disabled={chosen.length === 0} onClick={onAbort}>
        <Icon name="remove" />
        {words.uploads.abort}
      </button>
    </div>
  )
}

/** The bytes that incomplete uploads hold, and the rule that would abort those of the filter. */
function Held({
  bucket,
  prefix,
  days,
}: {
  readonly bucket: string | undefined
  readonly prefix: string
  readonly days: string
}): JSX.Element | null {
  const words = useWords()
  // people who may not list buckets see the uploads nevertheless
  const status = useLoad((signal) => storeStatus(signal).catch(() => undefined), [])
  const holding = (status.value?.buckets ?? []).filter(({ name }) => name === (bucket ?? name))
  const uploads = holding.reduce((sum, one) => sum + one.uploads, 0)
  const held = holding.reduce((sum, one) => sum + one.partBytes, 0)
  return (
    <div class="row apart muted small">
      <span>{uploads > 0 && words.uploads.held(bytes(held), count(uploads))}</span>
      {bucket !== undefined && (prefix !== '' || days !== '0') && (
        <a
          class="target"
          href={link(['buckets', bucket, 'settings'], {
            document: 'lifecycle',
            prefix,
            days: days === '0' ? '7' : days,
          })}
        >
          {words.uploads.makeRule}
        </a>
      )}
    </div>
  )
}

function hrefOf({ bucket, key, uploadId }: UploadEntry): string {
  return link(['buckets', bucket, 'upload'], { key, id: uploadId })
}

function columnsOf(bucket: string | undefined, words: ReturnType<typeof useWords>): readonly Column<UploadEntry>[] {
  const fact = (entry: UploadEntry, show: (map: PartsMap) => JSX.Element | string | null) => (
    <UploadFacts upload={entry} show={show} />
  )
  const now = serverTime()
  return [
    {
      name: 'name',
      title: words.name,
      sortBy: ({ bucket: of, key }) => `${of}/${key}`,
      cell: (entry) => (
        <span class="named">
          <Icon name="uploads" />
          <a href={hrefOf(entry)} tabIndex={-1}>
            {bucket === undefined ? `${entry.bucket}/${shownKey(entry.key)}` : shownKey(entry.key)}
          </a>
        </span>
      ),
    },
    {
      name: 'map',
      title: words.uploads.map,
      width: '104px',
      cell: (entry) => fact(entry, (map) => <UploadStrip map={map} />),
    },
    {
      name: 'parts',
      title: words.uploads.parts,
      width: '70px',
      isNumber: true,
      cell: (entry) => fact(entry, ({ partCount }) => count(partCount)),
    },
    {
      name: 'bytes',
      title: words.uploads.stored,
      width: '96px',
      isNumber: true,
      cell: (entry) => fact(entry, (map) => bytes(map.bytes)),
    },
    {
      name: 'gaps',
      title: words.uploads.state,
      width: '106px',
      cell: (entry) => fact(entry, (map) => <StateBadge map={map} now={now} />),
    },
    {
      name: 'active',
      title: words.uploads.lastActivity,
      width: '146px',
      cell: (entry) => fact(entry, ({ lastActivity }) => ago(Date.parse(lastActivity), now)),
    },
    {
      name: 'begun',
      title: words.uploads.begun,
      width: '200px',
      sortBy: ({ initiated }) => initiated,
      cell: ({ initiated }) => time(initiated),
    },
  ]
}

const ACTIVE_MS = 60_000

/** Whether an upload moves, rests, or has been left. */
export function StateBadge({ map, now }: { readonly map: PartsMap; readonly now: number }): JSX.Element {
  const words = useWords()
  const idle = now - Date.parse(map.lastActivity)
  if (idle < ACTIVE_MS) return <span class="badge good">{words.uploads.active}</span>
  if (idle < 7 * DAY_MS) return <span class="badge">{words.uploads.idle}</span>
  return <span class="badge warn">{words.uploads.stalled}</span>
}
