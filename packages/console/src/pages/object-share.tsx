import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf, Command, quoted } from '../parts/as-command.js'
import { Check, Choice, TextField } from '../parts/field.js'
import { Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import type { Target } from '../wire/objects.js'
import { presigned } from '../wire/request.js'
import { currentSession, serverTime } from '../wire/session.js'
import { queryText } from '../wire/sign.js'
import { attachmentQuery, savedName } from './download.js'

const LIVES = ['300', '900', '1800', '3600'] as const
type Life = (typeof LIVES)[number]
const METHODS = ['GET', 'PUT'] as const

/** The restrictions of a link; empty texts stand for none. */
interface Restrictions {
  /** An address, or a network such as 203.0.113.0/24. */
  readonly address: string
  /** KiB per second. */
  readonly limit: string
}

const NO_RESTRICTIONS: Restrictions = { address: '', limit: '' }
/** An IPv4 or IPv6 address, and the length of a network's prefix. */
const ADDRESS = /^([\d.]+|[\da-f:]+)(\/\d{1,3})?$/i
const LIMIT_MIN = 30
const LIMIT_MAX = 102_400
const BITS_OF_KIB = 8 * 1024

const isAddress = ({ address }: Restrictions): boolean => address === '' || ADDRESS.test(address)
const isLimit = ({ limit }: Restrictions): boolean =>
  limit === '' || (/^\d+$/.test(limit) && Number(limit) >= LIMIT_MIN && Number(limit) <= LIMIT_MAX)

/** The parameters of the restrictions that are valid. */
function restrictionQuery(restrictions: Restrictions): Record<string, string> {
  const { address, limit } = restrictions
  const [host = '', mask] = address.split('/')
  return {
    ...(address === '' || !isAddress(restrictions) ? {} : { 'x-oss-ac-source-ip': host }),
    ...(mask === undefined || !isAddress(restrictions) ? {} : { 'x-oss-ac-subnet-mask': mask }),
    ...(limit === '' || !isLimit(restrictions) ? {} : { 'x-oss-traffic-limit': String(Number(limit) * BITS_OF_KIB) }),
  }
}

/** A URL that works without a key, until it or the session ends. */
export function ObjectShare({ bucket, target }: { readonly bucket: string; readonly target: Target }): JSX.Element {
  const words = useWords()
  const { key, versionId } = target
  const [life, setLife] = useState<Life>('900')
  const [method, setMethod] = useState<(typeof METHODS)[number]>('GET')
  const [downloads, setDownloads] = useState(true)
  const [name, setName] = useState(savedName(key))
  const [restrictions, setRestrictions] = useState(NO_RESTRICTIONS)
  const expiresAt = useStore(currentSession)?.expiresAt ?? 0
  const query: Readonly<Record<string, string>> = {
    ...(method === 'GET' && downloads ? attachmentQuery(name) : {}),
    ...(versionId === undefined || method === 'PUT' ? {} : { versionId }),
    ...restrictionQuery(restrictions),
  }
  const url = useLoad(
    () => presigned({ method, bucket, key, query }, Number(life)),
    [bucket, key, life, method, queryText(query)],
  )
  const end = Math.min(serverTime() + Number(life) * 1000, expiresAt)
  const flags = `${method === 'PUT' ? ' --method PUT' : ''} --expires ${life}s`
  return (
    <div class="card stack">
      <div class="row">
        <Choice
          label={words.share.allows}
          value={method}
          onChange={setMethod}
          options={METHODS.map((one) => [one, words.share.methods[one]] as const)}
        />
        <Choice
          label={words.share.life}
          value={life}
          onChange={setLife}
          options={LIVES.map((one) => [one, words.share.minutes(Number(one) / 60)] as const)}
        />
      </div>
      {method === 'GET' && <Check label={words.share.downloads} checked={downloads} onChange={setDownloads} />}
      {method === 'GET' && downloads && <TextField label={words.share.name} value={name} onChange={setName} />}
      <RestrictionFields restrictions={restrictions} onChange={setRestrictions} />
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
        lines={[`bindery sign ${addressOf(bucket, key)}${flags} --query ${quoted(queryText(query).slice(1))}`]}
      />
    </div>
  )
}

function RestrictionFields({
  restrictions,
  onChange,
}: {
  readonly restrictions: Restrictions
  readonly onChange: (restrictions: Restrictions) => void
}): JSX.Element {
  const words = useWords()
  return (
    <details>
      <summary>{words.share.restrictions}</summary>
      <div class="pairs">
        <TextField
          label={words.share.address}
          hint={words.share.addressHint}
          fault={isAddress(restrictions) ? undefined : words.share.addressFault}
          value={restrictions.address}
          onChange={(address) => onChange({ ...restrictions, address: address.trim() })}
        />
        <TextField
          label={words.share.speed}
          hint={words.share.speedHint}
          fault={isLimit(restrictions) ? undefined : words.share.speedFault}
          value={restrictions.limit}
          onChange={(limit) => onChange({ ...restrictions, limit: limit.trim() })}
        />
      </div>
    </details>
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
