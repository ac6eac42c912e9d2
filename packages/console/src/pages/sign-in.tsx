import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link, replace } from '../app/route.js'
import { Preferences } from '../app/shell.js'
import { useStore } from '../app/store.js'
import { useLoad } from '../app/use-load.js'
import { TextField } from '../parts/field.js'
import { Mark } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
import { aboutServer, sessionEnd, signInBy, signInWith } from '../wire/session.js'
import { Remembered } from './remembered.js'

/** The link of a banner is the fragment `k=…`. */
const LINK = /^#k=([\w-]+)$/

/** Requests an access key, or takes the link that the server printed. */
export function SignInPage(): JSX.Element {
  const words = useWords()
  const about = useLoad(() => aboutServer(), [])
  const [id, setId] = useState('')
  const [secret, setSecret] = useState('')
  const ended = useStore(sessionEnd)
  const [failure, setError] = useState<unknown>(undefined)
  const error = failure ?? ended
  const [isBusy, setBusy] = useState(false)
  const run = async (signIn: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    await signIn().catch((thrown: unknown) => {
      setError(thrown)
      setBusy(false)
    })
  }
  useEffect(() => {
    const [, linkText] = LINK.exec(location.hash) ?? []
    if (linkText === undefined) return
    // it is used up, and must not stay in the history
    replace('#/')
    void run(() => signInBy(linkText))
  }, [])
  const paste = (text: string) => {
    const [pastedId, pastedSecret] = pairIn(text)
    setId(pastedId)
    if (pastedSecret !== undefined) setSecret(pastedSecret)
  }
  return (
    <main class="welcome">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault()
          void run(() => signInWith({ accessKeyId: id.trim(), accessKeySecret: secret.trim() }))
        }}
      >
        <div class="row apart">
          <span class="brand">
            <Mark />
            Bindery
          </span>
          <span class="row">
            <Preferences />
          </span>
        </div>
        <h1>{words.signIn.title}</h1>
        <TextField label="AccessKey ID" value={id} onChange={paste} autocomplete="username" required autoFocus />
        <TextField
          label="AccessKey secret"
          type="password"
          value={secret}
          onChange={setSecret}
          autocomplete="current-password"
          required
        />
        {error !== undefined && <Failure error={error} />}
        <button type="submit" class="button primary" disabled={isBusy}>
          {words.signIn.button}
        </button>
        <p class="small muted">{words.signIn.about}</p>
        <Remembered />
        <p class="small">
          <a class="target" href={link(['ticket'])}>
            {words.signIn.byTicket}
          </a>
        </p>
        {location.protocol === 'http:' && !isThisMachine() && <Notice kind="warn">{words.signIn.plainText}</Notice>}
        {about.value && (
          <p class="small muted">
            {location.host} · Bindery {about.value.version} · {about.value.region} ·{' '}
            {location.protocol === 'https:' ? words.signIn.encrypted : words.signIn.unencrypted}
          </p>
        )}
      </form>
    </main>
  )
}

const isThisMachine = (): boolean => /^(localhost|127\.|\[::1\])/.test(location.hostname)

/** The id and, if a text has both, the secret: as the server prints them, or one after the other. */
function pairIn(text: string): readonly [id: string, secret: string | undefined] {
  const [, id, secret] = /^\s*(?:AccessKey ID\s+)?(\S+)\s+(?:AccessKey secret\s+)?(\S+)(?:\s|$)/.exec(text) ?? []
  return id === undefined ? [text, undefined] : [id, secret]
}
