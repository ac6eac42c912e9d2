import type { JSX } from 'preact'
import { ago, bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { HiddenColumns } from '../parts/column-chooser.js'
import { Icon } from '../parts/icon.js'
import type { Column } from '../parts/virtual-table.js'
import { type AbortRule, abortedAt } from '../wire/lifecycle.js'
import { serverTime } from '../wire/session.js'
import { type PartsMap, rateOf, type UploadEntry } from '../wire/uploads.js'
import type { Words } from '../words/en.js'
import { type Facts, UploadFacts } from './upload-facts.js'
import { ACTIVE_MS } from './upload-filter.js'
import { UploadStrip } from './upload-strip.js'

const WEEK_MS = 7 * 86_400_000

/** The columns of uploads that are hidden. */
export const hiddenUploadColumns = new HiddenColumns('bindery-upload-columns', [])

/** The columns by which a list is sorted only after the facts of all its uploads were read. */
export const FACT_COLUMNS: readonly string[] = ['parts', 'bytes', 'active']

/** The address of the page of an upload. */
export function uploadHref({ bucket, key, uploadId }: UploadEntry): string {
  return link(['buckets', bucket, 'upload'], { key, id: uploadId })
}

interface Shown {
  /** Undefined: uploads of all buckets. */
  readonly bucket: string | undefined
  readonly facts: Facts | undefined
  /** Rules that abort uploads, by bucket. */
  readonly rules: ReadonlyMap<string, readonly AbortRule[]>
  readonly now: number
}

/** The columns of a list of uploads. */
export function uploadColumns({ bucket, facts, rules, now }: Shown, words: Words): readonly Column<UploadEntry>[] {
  const fact = (entry: UploadEntry, show: (map: PartsMap) => JSX.Element | string | null) => (
    <UploadFacts upload={entry} show={show} />
  )
  const byFact =
    (value: (map: PartsMap) => number) =>
    ({ uploadId }: UploadEntry) => {
      const map = facts?.get(uploadId)
      return map === undefined ? -1 : value(map)
    }
  const endOf = (entry: UploadEntry) => abortedAt(entry, rules.get(entry.bucket) ?? [])
  const nameOf = (entry: UploadEntry) => `${bucket === undefined ? `${entry.bucket}/` : ''}${shownKey(entry.key)}`
  return [
    {
      name: 'name',
      title: words.name,
      sortBy: ({ bucket: of, key }) => `${of}/${key}`,
      cell: (entry) => (
        <span class="named">
          <Icon name="uploads" />
          <a href={uploadHref(entry)} tabIndex={-1} title={nameOf(entry)}>
            {nameOf(entry)}
          </a>
        </span>
      ),
    },
    {
      name: 'map',
      title: words.uploads.map,
      width: '84px',
      cell: (entry) => fact(entry, (map) => <UploadStrip map={map} />),
    },
    {
      name: 'parts',
      title: words.uploads.parts,
      width: '80px',
      isNumber: true,
      sortBy: byFact(({ partCount }) => partCount),
      cell: (entry) => fact(entry, partsText),
    },
    {
      name: 'bytes',
      title: words.uploads.stored,
      width: '92px',
      isNumber: true,
      sortBy: byFact((map) => map.bytes),
      cell: (entry) => fact(entry, (map) => bytes(map.bytes)),
    },
    {
      name: 'active',
      title: words.uploads.lastActivity,
      width: '194px',
      sortBy: byFact(({ lastActivity }) => Date.parse(lastActivity)),
      cell: (entry) => fact(entry, (map) => <Activity map={map} />),
    },
    {
      name: 'by',
      title: words.upload.initiator,
      width: '92px',
      cell: (entry) => fact(entry, (map) => <Initiator map={map} />),
    },
    {
      name: 'begun',
      title: words.uploads.begun,
      width: '140px',
      sortBy: ({ initiated }) => initiated,
      cell: ({ initiated }) => <span title={time(initiated)}>{ago(initiated, now)}</span>,
    },
    {
      name: 'ends',
      title: words.uploads.ends,
      width: '96px',
      sortBy: (entry) => endOf(entry) ?? Number.MAX_SAFE_INTEGER,
      cell: (entry) => <End at={endOf(entry)} now={now} />,
    },
  ]
}

/** The stored parts, and all of them where the initiator has declared their number. */
function partsText({ partCount, autoComplete }: PartsMap): string {
  const declared = autoComplete?.parts
  return declared === undefined ? count(partCount) : `${count(partCount)} / ${count(declared)}`
}

/** The state of an upload, and its rate or how long it has rested. */
function Activity({ map }: { readonly map: PartsMap }): JSX.Element {
  const now = serverTime()
  return (
    <>
      <StateBadge map={map} now={now} />{' '}
      {isActive(map, now) ? `${bytes(rateOf(map, now))}/s` : ago(Date.parse(map.lastActivity), now)}
    </>
  )
}

/** The key that began an upload, with address and program where the server shows them. */
function Initiator({ map: { initiator, client } }: { readonly map: PartsMap }): JSX.Element {
  const all = [initiator, client?.accessKeyId, client?.remoteAddress, client?.userAgent]
  return (
    <span class="mono" title={all.filter(Boolean).join('\n')}>
      {client?.accessKeyId ?? initiator}
    </span>
  )
}

function End({ at, now }: { readonly at: number | undefined; readonly now: number }): JSX.Element {
  const words = useWords()
  if (at === undefined) return <span class="muted">{words.uploads.never}</span>
  return <span title={time(at)}>{at <= now ? words.uploads.due : ago(at, now)}</span>
}

const isActive = ({ lastActivity }: PartsMap, now: number): boolean => now - Date.parse(lastActivity) < ACTIVE_MS

/** Whether an upload moves, rests, or has been left. */
export function StateBadge({ map, now }: { readonly map: PartsMap; readonly now: number }): JSX.Element {
  const words = useWords()
  const idle = now - Date.parse(map.lastActivity)
  if (isActive(map, now)) return <span class="badge good">{words.uploads.active}</span>
  if (idle < WEEK_MS) return <span class="badge">{words.uploads.idle}</span>
  return <span class="badge warn">{words.uploads.stalled}</span>
}
