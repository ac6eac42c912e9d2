import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { bytes, count, time } from '../app/format.js'
import { inTurns } from '../app/in-turns.js'
import { useWords } from '../app/language.js'
import { link, open, replace } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useListing } from '../app/use-listing.js'
import { useLoad } from '../app/use-load.js'
import { useShownColumns } from '../parts/column-chooser.js'
import { Failure } from '../parts/notice.js'
import { useSelection } from '../parts/selection.js'
import { Empty } from '../parts/states.js'
import { VirtualTable } from '../parts/virtual-table.js'
import { listBuckets, storeStatus } from '../wire/buckets.js'
import { type AbortRule, abortedAt, readAbortRules } from '../wire/lifecycle.js'
import type { Page } from '../wire/objects.js'
import { serverTime } from '../wire/session.js'
import { listUploads, type UploadEntry, watchUploads } from '../wire/uploads.js'
import { AbortDialog } from './abort-uploads.js'
import { FACT_COLUMNS, hiddenUploadColumns, uploadColumns, uploadHref } from './upload-columns.js'
import { forgetFacts, READ_MAX, useFacts } from './upload-facts.js'
import { filterIn, isShown, needsFacts, queryOf, type UploadFilter } from './upload-filter.js'
import { UploadsToolbar } from './uploads-toolbar.js'

/** The identity of a row. */
const idOf = ({ bucket, key, uploadId }: UploadEntry): string => `${bucket}\n${key}\n${uploadId}`

type Position = Readonly<Record<string, string>>

/** The names of all buckets, or, where the requester may know that, of those that have uploads. */
async function bucketsWithUploads(signal: AbortSignal): Promise<readonly string[]> {
  const all = (await listBuckets(signal)).map(({ name }) => name)
  const status = await storeStatus(signal).catch(() => undefined)
  if (status === undefined) return all
  const without = new Set(status.buckets.filter(({ uploads }) => uploads === 0).map(({ name }) => name))
  return all.filter((name) => !without.has(name))
}

/** All buckets one after the other; the position names the bucket, and a place in it. */
async function listEverywhere(position: Position, prefix: string, signal: AbortSignal): Promise<Page<UploadEntry>> {
  const { bucket: from = '', ...inBucket } = position
  const names = (await bucketsWithUploads(signal)).filter((name) => name >= from)
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

/** The rules of the buckets of some uploads. Someone who may not read them sees the uploads nevertheless. */
function useRules(uploads: readonly UploadEntry[]): ReadonlyMap<string, readonly AbortRule[]> {
  const buckets = [...new Set(uploads.map(({ bucket }) => bucket))]
  const rules = useLoad(
    async (signal) =>
      new Map(
        await inTurns(buckets, async (name) => [name, await readAbortRules(name, signal).catch(() => [])] as const),
      ),
    [buckets.join()],
  )
  return rules.value ?? new Map()
}

/** Calls back at each event of an upload of a bucket. */
function useChanges(bucket: string | undefined, prefix: string, onChange: () => void): void {
  useEffect(() => {
    if (bucket === undefined) return
    return watchUploads({ bucket, prefix }, { onEvent: onChange, onGap: () => {} })
  }, [bucket, prefix])
}

function UploadsList({
  bucket,
  query,
}: {
  readonly bucket: string | undefined
  readonly query: PageProps['query']
}): JSX.Element {
  const words = useWords()
  const filter = filterIn(query)
  const { prefix } = filter
  const listing = useListing<UploadEntry>(
    (position, signal) =>
      bucket === undefined
        ? listEverywhere(position, prefix, signal)
        : listUploads({ bucket, prefix }, position, signal),
    [bucket, prefix],
  )
  const [selection, setSelection] = useSelection([bucket, prefix])
  const [aborting, setAborting] = useState<readonly UploadEntry[] | undefined>()
  const [changes, setChanges] = useState(0)
  const [sortsFacts, setSortsFacts] = useState(false)
  useChanges(bucket, prefix, () => setChanges((times) => times + 1))
  const facts = useFacts(listing.rows, needsFacts(filter) || sortsFacts)
  const rules = useRules(listing.rows)
  const now = serverTime()
  const rows = listing.rows.filter((one) => isShown(one, facts?.get(one.uploadId), filter, now))
  const here = (more: Partial<UploadFilter>) =>
    link(bucket === undefined ? ['uploads'] : ['buckets', bucket, 'uploads'], queryOf({ ...filter, ...more }))
  const chosen = rows.filter((row) => selection.has(idOf(row)))
  const abort = () => chosen.length > 0 && setAborting(chosen)
  const isReading = facts === undefined && needsFacts(filter) && listing.rows.length > 0
  const columns = uploadColumns({ bucket, facts, rules, now }, words)
  const shownColumns = useShownColumns(hiddenUploadColumns, columns)
  const again = () => {
    setAborting(undefined)
    setSelection(new Set())
    setChanges(0)
    forgetFacts()
    listing.again()
  }
  return (
    <>
      <UploadsToolbar
        rows={rows}
        chosen={chosen}
        columns={columns.slice(1)}
        filter={filter}
        isReading={isReading}
        hasChanged={changes > 0}
        onFilter={(more) => replace(here(more))}
        onAgain={again}
        onAbort={abort}
      />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {rows.length === 0 && listing.isComplete && !isReading ? (
        <Empty text={listing.rows.length === 0 ? words.uploads.none : words.uploads.noneShown} />
      ) : (
        <VirtualTable
          label={words.place.uploads}
          columns={shownColumns}
          rows={rows}
          revision={facts}
          onSort={(name) => FACT_COLUMNS.includes(name) && setSortsFacts(true)}
          isComplete={listing.isComplete}
          keyOf={idOf}
          nameOf={({ key }) => shownKey(key)}
          onEnd={listing.more}
          onOpen={(entry) => open(uploadHref(entry))}
          onDelete={abort}
          selection={selection}
          onSelect={setSelection}
        />
      )}
      {needsFacts(filter) && listing.rows.length > READ_MAX && <p>{words.uploads.looksAt(count(READ_MAX))}</p>}
      <Held bucket={bucket} filter={filter} ends={rows.map((one) => abortedAt(one, rules.get(one.bucket) ?? []))} />
      {aborting && <AbortDialog uploads={aborting} onClose={() => setAborting(undefined)} onDone={again} />}
    </>
  )
}

/** The bytes that incomplete uploads hold, when the rules end those of the list, and the rule that would abort those of the filter. */
function Held({
  bucket,
  filter: { prefix, age },
  ends,
}: {
  readonly bucket: string | undefined
  readonly filter: UploadFilter
  /** When a rule ends each upload; undefined: no rule does. */
  readonly ends: readonly (number | undefined)[]
}): JSX.Element {
  const words = useWords()
  // people who may not list buckets see the uploads nevertheless
  const status = useLoad((signal) => storeStatus(signal).catch(() => undefined), [])
  const holding = (status.value?.buckets ?? []).filter(({ name }) => name === (bucket ?? name))
  const uploads = holding.reduce((sum, one) => sum + one.uploads, 0)
  const held = holding.reduce((sum, one) => sum + one.partBytes, 0)
  const ended = ends.filter((at) => at !== undefined)
  const first = ended.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  return (
    <div class="row apart muted small">
      <span>
        {uploads > 0 && words.uploads.held(bytes(held), count(uploads))}{' '}
        {ended.length > 0 && words.uploads.rulesEnd(count(ended.length), count(ends.length), time(first))}
      </span>
      {bucket !== undefined && (prefix !== '' || age !== '0') && (
        <a
          class="target"
          href={link(['buckets', bucket, 'settings'], {
            document: 'lifecycle',
            prefix,
            days: age === '0' ? '7' : age,
          })}
        >
          {words.uploads.makeRule}
        </a>
      )}
    </div>
  )
}
