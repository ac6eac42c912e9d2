import type { JSX } from 'preact'
import { bytes } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { readStart, type Target } from '../wire/objects.js'
import { presigned } from '../wire/request.js'

const TEXT_BYTES_MAX = 1024 * 1024
const HEX_BYTES_MAX = 2048
/** Seconds for which a player may fetch further ranges. */
const WATCHED_SECONDS = 3_600

/** How an object can be shown without being run. */
type Kind = 'image' | 'video' | 'audio' | 'bytes'

function kindOf(type: string): Kind {
  const [, kind] = /^(image|video|audio)\//.exec(type) ?? []
  return (kind as Kind | undefined) ?? 'bytes'
}

/** Shows an image, plays a film or sound, and shows everything else as text or bytes. Nothing of it is ever run. */
export function ObjectPreview({
  bucket,
  target,
  headers,
}: {
  readonly bucket: string
  readonly target: Target
  readonly headers: ReadonlyMap<string, string>
}): JSX.Element {
  const kind = kindOf(headers.get('content-type') ?? '')
  if (kind === 'bytes') {
    return <BytesPreview bucket={bucket} target={target} size={Number(headers.get('content-length'))} />
  }
  return <MediaPreview bucket={bucket} target={target} kind={kind} />
}

function MediaPreview({
  bucket,
  target: { key, versionId },
  kind,
}: {
  readonly bucket: string
  readonly target: Target
  readonly kind: Exclude<Kind, 'bytes'>
}): JSX.Element {
  const words = useWords()
  const query: Record<string, string> = versionId === undefined ? {} : { versionId }
  const url = useLoad(() => presigned({ method: 'GET', bucket, key, query }, WATCHED_SECONDS), [bucket, key, versionId])
  return (
    <WhenLoaded loaded={url}>
      {(source) => (
        <figure class="card preview">
          {kind === 'image' && <img src={source} alt={words.object.previewOf(key)} />}
          {kind === 'video' && (
            // biome-ignore lint/a11y/useMediaCaption: a stored film has no captions of its own
            <video src={source} controls preload="metadata" aria-label={words.object.previewOf(key)} />
          )}
          {kind === 'audio' && (
            // biome-ignore lint/a11y/useMediaCaption: a stored sound has no captions of its own
            <audio src={source} controls preload="metadata" aria-label={words.object.previewOf(key)} />
          )}
        </figure>
      )}
    </WhenLoaded>
  )
}

function BytesPreview({
  bucket,
  target,
  size,
}: {
  readonly bucket: string
  readonly target: Target
  readonly size: number
}): JSX.Element {
  const words = useWords()
  const start = useLoad(
    async (signal) => (size === 0 ? new Uint8Array() : readStart(bucket, target, TEXT_BYTES_MAX, signal)),
    [bucket, target.key, target.versionId],
  )
  if (size === 0) return <Notice kind="plain">{words.object.empty}</Notice>
  return (
    <WhenLoaded loaded={start}>
      {(read) => {
        const text = textIn(read, read.length < size)
        const shown = text === undefined ? Math.min(read.length, HEX_BYTES_MAX) : read.length
        return (
          <div class="stack tight">
            {shown < size && <p class="muted">{words.object.beginning(bytes(shown), bytes(size))}</p>}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
            <pre class="block content" tabIndex={0}>
              {text ?? hexLines(read.subarray(0, HEX_BYTES_MAX))}
            </pre>
          </div>
        )
      }}
    </WhenLoaded>
  )
}

/** Bytes as text; undefined for other bytes. The last character may be cut off. */
function textIn(read: Uint8Array, isCut: boolean): string | undefined {
  if (read.subarray(0, 4096).includes(0)) return undefined
  for (let dropped = 0; dropped < (isCut ? 4 : 1); dropped += 1) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(read.subarray(0, read.length - dropped))
    } catch {
      // tried again without the last byte
    }
  }
  return undefined
}

const LINE_BYTES = 16

function hexLines(read: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < read.length; at += LINE_BYTES) {
    const line = [...read.subarray(at, at + LINE_BYTES)]
    const pairs = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const characters = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${pairs.padEnd(3 * LINE_BYTES)} ${characters}`)
  }
  return lines.join('\n')
}
