import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf, Command, quoted } from '../parts/as-command.js'
import { Check, Choice } from '../parts/field.js'
import { Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import type { Target } from '../wire/objects.js'
import { presigned } from '../wire/request.js'
import { currentSession, serverTime } from '../wire/session.js'
import { attachmentUrl } from './download.js'

const LIVES = ['300', '900', '1800', '3600'] as const
type Life = (typeof LIVES)[number]

/** A URL that works without a key, until it or the session ends. */
export function ObjectShare({ bucket, target }: { readonly bucket: string; readonly target: Target }): JSX.Element {
  const words = useWords()
  const [life, setLife] = useState<Life>('900')
  const [method, setMethod] = useState<'GET' | 'PUT'>('GET')
  const [downloads, setDownloads] = useState(true)
  const expiresAt = useStore(currentSession)?.expiresAt ?? 0
  const { key, versionId } = target
  const url = useLoad(() => {
    const seconds = Number(life)
    if (method === 'GET' && downloads) return attachmentUrl(bucket, target, seconds)
    const query: Record<string, string> = versionId === undefined || method === 'PUT' ? {} : { versionId }
    return presigned({ method, bucket, key, query }, seconds)
  }, [bucket, key, versionId, life, method, downloads])
  const end = Math.min(serverTime() + Number(life) * 1000, expiresAt)
  return (
    <div class="card stack">
      <div class="row">
        <Choice
          label={words.share.allows}
          value={method}
          onChange={setMethod}
          options={[
            ['GET', words.share.read],
            ['PUT', words.share.write],
          ]}
        />
        <Choice
          label={words.share.life}
          value={life}
          onChange={setLife}
          options={LIVES.map((one) => [one, words.share.minutes(Number(one) / 60)] as const)}
        />
      </div>
      {method === 'GET' && <Check label={words.share.downloads} checked={downloads} onChange={setDownloads} />}
      <WhenLoaded loaded={url}>
        {(text) => (
          <>
            <Command text={method === 'GET' ? text : `curl -T FILE ${quoted(text)}`} />
            {method === 'GET' && <LazyQrCode text={text} label={words.share.code} />}
          </>
        )}
      </WhenLoaded>
      <p class="muted">{words.share.endsAt(time(end))}</p>
      <Notice kind="plain">{words.share.limit}</Notice>
      <AsCommand
        lines={[
          `bindery presign ${addressOf(bucket, key)}${method === 'PUT' ? ' --method PUT' : ''} --expires ${life}s`,
        ]}
      />
    </div>
  )
}

/** The code is drawn when it is opened; its library is loaded then. */
function LazyQrCode({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const code = useLoad(async () => (isOpen ? (await import('../parts/qr-code.js')).QrCode : undefined), [isOpen])
  const Code = code.value
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {Code && <Code text={text} label={label} />}
    </details>
  )
}
