import type { JSX } from 'preact'
import { bytes, clock, count, percent } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { Connect } from '../parts/connect.js'
import { Icon } from '../parts/icon.js'
import { Notice } from '../parts/notice.js'
import { Sparkline } from '../parts/sparkline.js'
import { WhenLoaded } from '../parts/states.js'
import { type BucketUsage, type StoreStatus, storeStatus } from '../wire/buckets.js'
import { readAbortRules } from '../wire/lifecycle.js'
import { listMoments, type MetricsMoment } from '../wire/moments.js'
import { readServer } from '../wire/server.js'
import { ServerError } from '../wire/server-error.js'
import { serverTime } from '../wire/session.js'
import { listUploads } from '../wire/uploads.js'

/** The state of the server in a few numbers, and what needs attention. */
export function OverviewPage(): JSX.Element {
  const words = useWords()
  const status = useLoad((signal) => storeStatus(signal), [])
  // only the account that administers the server learns its disk
  const disk = useLoad(() => readDisk().catch(() => undefined), [])
  // and its past
  const past = useLoad(() => listMoments('1h').catch(() => []), [])
  const moments = past.value ?? []
  return (
    <div class="page">
      <header>
        <h1>{words.place.overview}</h1>
      </header>
      <WhenLoaded loaded={status}>
        {(found) => (
          <>
            <Figures status={found} disk={disk.value} moments={moments} />
            <Attention buckets={found.buckets} disk={disk.value} moments={moments} />
          </>
        )}
      </WhenLoaded>
      <ConnectCard />
    </div>
  )
}

/** The disk of the server, in bytes. */
interface Disk {
  readonly free: number
  readonly total: number
}

async function readDisk(): Promise<Disk | undefined> {
  const { DiskFreeBytes: free, DiskTotalBytes: total = 0 } = (await readServer()).Server
  return free === undefined || total === 0 ? undefined : { free, total }
}

const sum = (buckets: readonly BucketUsage[], pick: (bucket: BucketUsage) => number) =>
  buckets.reduce((total, bucket) => total + pick(bucket), 0)

function Figures({
  status: { buckets, garbage },
  disk,
  moments,
}: {
  readonly status: StoreStatus
  readonly disk: Disk | undefined
  readonly moments: readonly MetricsMoment[]
}): JSX.Element {
  const words = useWords()
  const rate = moments.at(-1)?.requestsPerSecond
  const figures: readonly Figure[] = [
    {
      title: words.objectsLabel,
      value: count(sum(buckets, ({ objects }) => objects)),
      hint: words.overview.inBuckets(buckets.length),
    },
    {
      title: words.overview.stored,
      value: bytes(sum(buckets, ({ objectBytes }) => objectBytes)),
      values: moments.map(({ objectBytes }) => objectBytes),
    },
    {
      title: words.overview.incomplete,
      value: bytes(sum(buckets, ({ partBytes }) => partBytes)),
      hint: words.uploads.listed(count(sum(buckets, ({ uploads }) => uploads))),
      values: moments.map(({ partBytes }) => partBytes),
    },
    ...(rate === undefined
      ? []
      : [
          {
            title: words.history.charts.requestsPerSecond,
            value: `${count(Math.round(rate * 10) / 10)}/s`,
            values: moments.map(({ requestsPerSecond }) => requestsPerSecond),
          },
        ]),
    { title: words.overview.garbage, value: bytes(garbage.bytes), hint: words.overview.garbageHint },
  ]
  return (
    <div class="figures">
      {figures.map((figure) => (
        <FigureCard key={figure.title} {...figure} />
      ))}
      {disk !== undefined && (
        <section class="card figure">
          <h2 class="muted small">{words.overview.disk}</h2>
          <strong>{words.overview.free(bytes(disk.free))}</strong>
          <div class="progress" aria-hidden="true">
            <div style={{ width: `${100 * (1 - disk.free / disk.total)}%` }} />
          </div>
          <span class="muted small">{words.overview.used(percent(1 - disk.free / disk.total), bytes(disk.total))}</span>
        </section>
      )}
    </div>
  )
}

interface Figure {
  readonly title: string
  readonly value: string
  readonly hint?: string
  /** The values of the last hour, the oldest first. */
  readonly values?: readonly number[]
}

function FigureCard({ title, value, hint, values = [] }: Figure): JSX.Element {
  const words = useWords()
  return (
    <section class="card figure">
      <h2 class="muted small">{title}</h2>
      <strong>{value}</strong>
      {values.length > 1 && <Sparkline values={values} label={words.overview.lastHour(title)} />}
      {hint !== undefined && <span class="muted small">{hint}</span>}
    </section>
  )
}

const WEEK_MS = 7 * 86_400_000
/** A difference of clocks at which signatures of other programs on this machine may soon fail. */
const SKEW_MS = 60_000
/** Buckets that are looked into. */
const BUCKETS_MAX = 20

interface Finding {
  readonly bucket: string
  readonly kind: 'noRule' | 'old'
  readonly uploads: number
  readonly bytes: number
}

/** Buckets whose uploads are left alone: without a rule that aborts them, or with uploads that are a week old. */
async function findNeglected(buckets: readonly BucketUsage[], signal: AbortSignal): Promise<readonly Finding[]> {
  const now = Date.now()
  const holding = buckets.filter(({ uploads }) => uploads > 0).sort((one, other) => other.partBytes - one.partBytes)
  const found = holding.slice(0, BUCKETS_MAX).map(async ({ name, uploads, partBytes }) => {
    const fact = { bucket: name, bytes: partBytes }
    const [rules, page] = await Promise.all([
      readAbortRules(name, signal).catch(unlessForbidden),
      listUploads({ bucket: name, prefix: '' }, {}, signal).catch(unlessForbidden),
    ])
    const old = (page?.rows ?? []).filter(({ initiated }) => initiated < now - WEEK_MS).length
    return [
      ...(rules === undefined || rules.length > 0 ? [] : [{ ...fact, kind: 'noRule' as const, uploads }]),
      ...(old > 0 ? [{ ...fact, kind: 'old' as const, uploads: old }] : []),
    ]
  })
  return (await Promise.all(found)).flat()
}

/** Nothing, for someone who may not know it. Throws every other failure. */
function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof ServerError) || error.status !== 403) throw error
}

/** The share of the disk from which incomplete uploads need attention. */
const HELD_SHARE = 0.1

function Attention({
  buckets,
  disk,
  moments,
}: {
  readonly buckets: readonly BucketUsage[]
  readonly disk: Disk | undefined
  readonly moments: readonly MetricsMoment[]
}): JSX.Element {
  const words = useWords()
  const findings = useLoad((signal) => findNeglected(buckets, signal), [buckets])
  const skew = Math.abs(serverTime() - Date.now())
  const held = sum(buckets, ({ partBytes }) => partBytes)
  const failed = moments.reduce((total, { failedCompletes }) => total + failedCompletes, 0)
  const holdsMuch = disk !== undefined && held > disk.total * HELD_SHARE
  return (
    <section class="card stack">
      <h2>{words.overview.attention}</h2>
      <WhenLoaded loaded={findings}>
        {(all) =>
          all.length === 0 && skew < SKEW_MS && !holdsMuch && failed === 0 ? (
            <p class="row">
              <Icon name="check" />
              {words.overview.nothing}
            </p>
          ) : (
            <div class="stack tight">
              {holdsMuch && (
                <Notice kind="warn">
                  <span>{words.overview.holdsMuch(bytes(held), percent(held / disk.total))}</span>
                  <a href={link(['uploads'])}>{words.overview.showUploads}</a>
                </Notice>
              )}
              {failed > 0 && (
                <Notice kind="warn">
                  <span>{words.overview.failedCompletes(failed)}</span>
                  <a href={link(['activity'], { tab: 'requests', find: 'CompleteMultipartUpload', outcome: 'failed' })}>
                    {words.overview.showRequests}
                  </a>
                </Notice>
              )}
              {skew >= SKEW_MS && <Notice kind="warn">{words.overview.skew(clock(skew / 1_000))}</Notice>}
              {all.map(({ bucket, kind, uploads, bytes: ofBucket }) => (
                <Notice key={`${bucket} ${kind}`} kind="warn">
                  <span>
                    {kind === 'noRule'
                      ? words.overview.noRule(bucket, uploads, bytes(ofBucket))
                      : words.overview.old(bucket, uploads)}
                  </span>
                  <span class="row">
                    <a href={link(['buckets', bucket, 'uploads'], kind === 'old' ? { age: '7' } : {})}>
                      {words.overview.showUploads}
                    </a>
                    {kind === 'noRule' && (
                      <a href={link(['buckets', bucket, 'settings'], { document: 'lifecycle' })}>
                        {words.overview.addRule}
                      </a>
                    )}
                  </span>
                </Notice>
              ))}
            </div>
          )
        }
      </WhenLoaded>
    </section>
  )
}

/** How clients use this server; their key is a placeholder. */
function ConnectCard(): JSX.Element {
  const words = useWords()
  return (
    <section class="card stack">
      <h2>{words.overview.connect}</h2>
      <Connect accessKeyId="ACCESS_KEY_ID" accessKeySecret="ACCESS_KEY_SECRET" bucket="demo" />
    </section>
  )
}
