import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { WhenLoaded } from '../parts/states.js'
import { announceFailure } from '../parts/toasts.js'
import { headerText, metadataOf } from '../wire/metadata.js'
import { headObject, type Target } from '../wire/objects.js'
import { CopyObjectDialog } from './copy-object.js'
import { DeleteObjectsDialog } from './delete-objects.js'
import { downloadObject } from './download.js'
import { ObjectActivity } from './object-activity.js'
import { ObjectManifest } from './object-manifest.js'
import { ObjectPreview } from './object-preview.js'
import { ObjectShare } from './object-share.js'
import { ObjectTags } from './object-tags.js'
import { ObjectVersions } from './object-versions.js'

const TABS = ['overview', 'manifest', 'preview', 'tags', 'versions', 'share', 'activity'] as const
type Tab = (typeof TABS)[number]

/** One object, or a version of it. */
export function ObjectPage({ path, query }: PageProps): JSX.Element {
  const words = useWords()
  const [bucket = ''] = path
  const { key = '', version: versionId } = query
  const target: Target = { key, versionId }
  const tab = TABS.find((one) => one === query.tab) ?? 'overview'
  const head = useLoad((signal) => headObject(bucket, target, signal), [bucket, key, versionId])
  const [dialog, setDialog] = useState<'delete' | 'copy' | undefined>()
  const close = () => setDialog(undefined)
  const folder = key.slice(0, key.replace(/\/$/, '').lastIndexOf('/') + 1)
  const above = link(['buckets', bucket], { prefix: folder })
  const here = (one: Tab) => link(['buckets', bucket, 'object'], { key, version: versionId, tab: one })
  return (
    <BucketFrame
      bucket={bucket}
      crumbs={[...(folder === '' ? [] : ([[folder, above]] as const)), [key.slice(folder.length), here('overview')]]}
      tools={
        <>
          <button
            type="button"
            class="button"
            onClick={() => void downloadObject(bucket, target).catch(announceFailure)}
          >
            <Icon name="down" />
            {words.objects.download}
          </button>
          <button type="button" class="button" onClick={() => setDialog('copy')}>
            <Icon name="copy" />
            {words.objects.copyOrMove}
          </button>
          <button type="button" class="button danger" onClick={() => setDialog('delete')}>
            <Icon name="remove" />
            {words.delete}
          </button>
        </>
      }
    >
      <nav class="tabs" aria-label={shownKey(key)}>
        {TABS.map((one) => (
          <a key={one} href={here(one)} aria-current={one === tab ? 'page' : undefined}>
            {words.object.tabs[one]}
          </a>
        ))}
      </nav>
      <WhenLoaded loaded={head}>
        {(headers) => (
          <>
            {tab === 'overview' && <Overview bucket={bucket} target={target} headers={headers} />}
            {tab === 'manifest' && <ObjectManifest bucket={bucket} target={target} headers={headers} />}
            {tab === 'preview' && <ObjectPreview bucket={bucket} target={target} headers={headers} />}
            {tab === 'tags' && <ObjectTags bucket={bucket} target={target} headers={headers} onChanged={head.again} />}
            {tab === 'share' && <ObjectShare bucket={bucket} target={target} />}
          </>
        )}
      </WhenLoaded>
      {tab === 'versions' && <ObjectVersions bucket={bucket} target={target} />}
      {tab === 'activity' && <ObjectActivity bucket={bucket} target={target} />}
      {dialog === 'delete' && (
        <DeleteObjectsDialog bucket={bucket} entries={[entryOf(target)]} onClose={close} onDone={() => open(above)} />
      )}
      {dialog === 'copy' && (
        <CopyObjectDialog bucket={bucket} target={target} onClose={close} onDone={() => open(above)} />
      )}
    </BucketFrame>
  )
}

function entryOf({ key, versionId }: Target) {
  const unknown = { size: 0, etag: '', type: '', storageClass: '', modified: 0, isLatest: true }
  return { kind: 'object', key, versionId, ...unknown } as const
}

/** Headers that are shown among the facts, and not once more below them. */
const FACTS = ['content-length', 'etag', 'last-modified', 'content-type', 'x-oss-object-type', 'x-oss-storage-class']
const OF_THE_ANSWER =
  /^(date|connection|keep-alive|server|x-oss-request-id|x-oss-server-time|accept-ranges|vary|x-oss-meta-.*)$/

function Overview({
  bucket,
  target,
  headers,
}: {
  readonly bucket: string
  readonly target: Target
  readonly headers: ReadonlyMap<string, string>
}): JSX.Element {
  const words = useWords()
  const size = Number(headers.get('content-length') ?? 0)
  const etag = (headers.get('etag') ?? '').replaceAll('"', '')
  const address = `oss://${bucket}/${target.key}`
  const others = [...headers].filter(([name]) => !FACTS.includes(name) && !OF_THE_ANSWER.test(name))
  const metadata = metadataOf(headers)
  return (
    <div class="stack">
      <dl class="card facts">
        <dt>{words.object.address}</dt>
        <dd class="row">
          <span class="mono break">{shownKey(address)}</span>
          <CopyButton text={address} />
        </dd>
        <dt>{words.size}</dt>
        <dd>
          {bytes(size)} <span class="muted">({words.bytesExactly(count(size))})</span>
        </dd>
        <dt>{words.objects.type}</dt>
        <dd>{headers.get('x-oss-object-type')}</dd>
        <dt>{words.storageClass}</dt>
        <dd>{headers.get('x-oss-storage-class')}</dd>
        <dt>Content-Type</dt>
        <dd>{headerText(headers.get('content-type'))}</dd>
        <dt>{words.objects.modified}</dt>
        <dd>{time(Date.parse(headers.get('last-modified') ?? ''))}</dd>
        <dt>ETag</dt>
        <dd>
          <span class="mono">{etag}</span>
          <div class="small muted">{explainEtag(etag, words)}</div>
        </dd>
        {others.map(([name, value]) => (
          <Fact key={name} name={name} value={headerText(value)} />
        ))}
      </dl>
      <section class="card stack tight">
        <h2>{words.object.metadata}</h2>
        {metadata.length === 0 ? (
          <p class="muted">{words.object.noMetadata}</p>
        ) : (
          <dl class="facts">
            {metadata.map(([name, value]) => (
              <Fact key={name} name={name} value={value} />
            ))}
          </dl>
        )}
      </section>
      <AsCommand lines={[`bindery stat ${addressOf(bucket, target.key)}`]} />
    </div>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{shownKey(name)}</dt>
      <dd class="mono">{shownKey(value)}</dd>
    </>
  )
}

function explainEtag(etag: string, words: ReturnType<typeof useWords>): string {
  const [, parts] = /-(\d+)$/.exec(etag) ?? []
  return parts === undefined ? words.object.etagOfOne : words.object.etagOfParts(Number(parts))
}
