import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { chooseLanguage, languageNow, useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { currentTheme, nextTheme } from '../app/theme.js'
import { useLoad } from '../app/use-load.js'
import { isDrawerOpen } from '../transfer/state.js'
import { listBuckets } from '../wire/buckets.js'
import { signOut } from '../wire/session.js'
import type { Words } from '../words/en.js'
import { Dialog } from './dialog.js'
import { announceFailure } from './toasts.js'

interface Choice {
  readonly text: string
  readonly kind: string
  readonly act: () => void
}

const SHOWN_MAX = 12

/** Pages, buckets, actions, and the object whose address is typed. */
export function PaletteDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal), [])
  const [text, setText] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const named = (buckets.value ?? []).map(({ name }) => ({
    text: name,
    kind: words.palette.bucket,
    act: () => open(link(['buckets', name])),
  }))
  const wanted = text.trim().toLowerCase()
  const found = [...pagesIn(words), ...named, ...actionsIn(words)].filter((one) =>
    one.text.toLowerCase().includes(wanted),
  )
  const shown = [...placesAt(text.trim(), words), ...found].slice(0, SHOWN_MAX)
  const choose = ({ act }: Choice) => {
    onClose()
    act()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      const stops = [...(box.current?.querySelectorAll<HTMLElement>('input, button') ?? [])]
      stops[stops.indexOf(event.target as HTMLElement) + step]?.focus()
    } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && shown[0] !== undefined) {
      choose(shown[0])
    } else return
    event.preventDefault()
  }
  return (
    <Dialog title={words.palette.title} onClose={onClose} commands={[]}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it moves the focus between what is in it */}
      <div class="palette stack tight" ref={box} onKeyDown={onKeyDown}>
        <input
          type="text"
          autoFocus
          aria-label={words.palette.title}
          placeholder={words.palette.hint}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <ul>
          {shown.map((one) => (
            <li key={`${one.kind} ${one.text}`}>
              <button type="button" onClick={() => choose(one)}>
                {one.text}
                <span class="muted small">{one.kind}</span>
              </button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p class="muted">{words.palette.nothing}</p>}
      </div>
    </Dialog>
  )
}

function pagesIn(words: Words): readonly Choice[] {
  return (Object.keys(words.place) as (keyof typeof words.place)[]).map((name) => ({
    text: words.place[name],
    kind: words.palette.page,
    act: () => open(link(name === 'overview' ? [] : [name])),
  }))
}

function actionsIn(words: Words): readonly Choice[] {
  const pauses = async () => (await import('../transfer/transfers.js')).togglePause()
  const actions: readonly (readonly [string, () => void])[] = [
    [words.buckets.create, () => open(link(['buckets'], { create: 'yes' }))],
    [words.identities.user.create, () => open(link(['access'], { create: 'yes' }))],
    [words.transfers.title, () => isDrawerOpen.set(true)],
    [words.transfers.toggle, () => void pauses().catch(announceFailure)],
    [words.changeTheme, () => currentTheme.set(nextTheme())],
    [words.changeLanguage, () => void chooseLanguage(languageNow() === 'en' ? 'zh' : 'en')],
    [words.signOut, () => signOut()],
  ]
  return actions.map(([text, act]) => ({ text, kind: words.palette.action, act }))
}

/** The folder or object that an address such as oss://demo/video/film.mp4 names, with or without its beginning. */
function placesAt(text: string, words: Words): readonly Choice[] {
  const [, bucket, key] = /^(?:oss:\/\/)?([a-z0-9-]{3,63})\/(.+)$/s.exec(text) ?? []
  if (bucket === undefined || key === undefined) return []
  const folder = { text, kind: words.palette.folder, act: () => open(link(['buckets', bucket], { prefix: key })) }
  if (key.endsWith('/')) return [folder]
  const object = () => open(link(['buckets', bucket, 'object'], { key }))
  return [{ text, kind: words.palette.object, act: object }, folder]
}
