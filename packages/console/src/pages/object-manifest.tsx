import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { bytes, count, percent, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useListing } from '../app/use-listing.js'
import { AsCommand, addressOf } from '../parts/as-command.js'
import { Failure, Notice } from '../parts/notice.js'
import { VirtualTable } from '../parts/virtual-table.js'
import { listManifest, type ManifestPart, type Verdict, verifyObject } from '../wire/manifest.js'
import type { Target } from '../wire/objects.js'

interface Props {
  readonly bucket: string
  readonly target: Target
  readonly headers: ReadonlyMap<string, string>
}

/** The parts that an object consists of, and a check that its bytes still are those that were stored. */
export function ObjectManifest(props: Props): JSX.Element {
  const words = useWords()
  const { bucket, target } = props
  const listing = useListing<ManifestPart>(
    (position, signal) => listManifest(bucket, target, position, signal),
    [bucket, target.key, target.versionId],
  )
  return (
    <div class="stack">
      <Verify {...props} />
      {listing.error !== undefined && <Failure error={listing.error} />}
      {listing.rows.length === 0 && listing.isComplete && <p>{words.manifest.none}</p>}
      {listing.rows.length > 0 && (
        <div class="parts-table">
          <VirtualTable
            label={words.object.tabs.manifest}
            columns={columnsOf(words)}
            rows={listing.rows}
            isComplete={listing.isComplete}
            keyOf={({ partNumber }) => String(partNumber)}
            nameOf={({ partNumber }) => String(partNumber)}
            onEnd={listing.more}
            onOpen={() => {}}
          />
        </div>
      )}
      <AsCommand lines={[`curl "$(bindery sign ${addressOf(bucket, target.key)} --query x-oss-ext-manifest)"`]} />
    </div>
  )
}

function columnsOf(words: ReturnType<typeof useWords>) {
  const mono = (text: string) => <span class="mono">{text}</span>
  return [
    {
      name: 'number',
      title: words.upload.part,
      width: '84px',
      isNumber: true,
      cell: ({ partNumber }: ManifestPart) => count(partNumber),
    },
    {
      name: 'offset',
      title: words.manifest.offset,
      width: '150px',
      isNumber: true,
      cell: ({ offset }: ManifestPart) => count(offset),
    },
    {
      name: 'size',
      title: words.size,
      width: '110px',
      isNumber: true,
      cell: ({ size }: ManifestPart) => bytes(size),
    },
    { name: 'etag', title: 'ETag', cell: ({ etag }: ManifestPart) => mono(etag) },
    { name: 'crc', title: 'CRC-64', width: '190px', cell: ({ crc64 }: ManifestPart) => mono(crc64) },
    {
      name: 'time',
      title: words.upload.writtenAt,
      width: '190px',
      cell: ({ lastModified }: ManifestPart) => time(Date.parse(lastModified)),
    },
  ]
}

function Verify({ bucket, target, headers }: Props): JSX.Element {
  const words = useWords()
  const [share, setShare] = useState<number | undefined>()
  const [verdict, setVerdict] = useState<Verdict | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const expected = headers.get('x-oss-hash-crc64ecma')
  const size = Number(headers.get('content-length') ?? 0)
  if (expected === undefined) return <p class="muted">{words.manifest.noChecksum}</p>
  const run = async () => {
    setVerdict(undefined)
    setError(undefined)
    setShare(0)
    const { signal } = stop.current
    const onProgress = (read: number) => setShare(size === 0 ? 1 : read / size)
    try {
      setVerdict(await verifyObject(bucket, target, { expected, signal, onProgress }))
    } catch (failure) {
      if (!signal.aborted) setError(failure)
    } finally {
      setShare(undefined)
    }
  }
  return (
    <section class="card stack">
      <h2>{words.manifest.verifyTitle}</h2>
      <p class="muted">{words.manifest.verifyHint(bytes(size))}</p>
      <div class="row">
        <button type="button" class="button primary" disabled={share !== undefined} onClick={() => void run()}>
          {words.manifest.verify}
        </button>
        {share !== undefined && (
          <div
            class="progress grow"
            role="progressbar"
            aria-label={words.manifest.verify}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(share * 100)}
            aria-valuetext={percent(share)}
          >
            <div style={{ width: `${share * 100}%` }} />
          </div>
        )}
      </div>
      {verdict !== undefined && (
        <Notice kind={verdict.isWhole ? 'good' : 'bad'}>
          {verdict.isWhole ? words.manifest.isWhole(expected) : words.manifest.isDamaged(verdict.damaged.join(', '))}
        </Notice>
      )}
      {error !== undefined && <Failure error={error} />}
    </section>
  )
}
