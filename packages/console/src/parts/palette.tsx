import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { listBuckets } from '../wire/buckets.js'
import { Dialog } from './dialog.js'

interface Place {
  readonly text: string
  readonly kind: string
  readonly href: string
}

const SHOWN_MAX = 12

/** Opens on Ctrl-K or ⌘K: pages and buckets by their names. */
export function Palette(): JSX.Element | null {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen(true)
      } else if (event.key === '?' && !isTyping) open(link(['settings']))
      else if (event.key === '/' && !isTyping) {
        const field = document.querySelector<HTMLInputElement>('main input[type=search]')
        if (field === null) return
        event.preventDefault()
        field.focus()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return isOpen ? <PaletteDialog onClose={() => setOpen(false)} /> : null
}

function PaletteDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal), [])
  const [text, setText] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const pages = (Object.keys(words.place) as (keyof typeof words.place)[]).map((name) => ({
    text: words.place[name],
    kind: words.palette.page,
    href: link(name === 'overview' ? [] : [name]),
  }))
  const all: readonly Place[] = [
    ...pages,
    ...(buckets.value ?? []).map(({ name }) => ({
      text: name,
      kind: words.palette.bucket,
      href: link(['buckets', name]),
    })),
  ]
  const wanted = text.trim().toLowerCase()
  const found = all.filter((place) => place.text.toLowerCase().includes(wanted)).slice(0, SHOWN_MAX)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      const stops = [...(box.current?.querySelectorAll<HTMLElement>('input, a') ?? [])]
      stops[stops.indexOf(event.target as HTMLElement) + step]?.focus()
    } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && found[0] !== undefined) {
      onClose()
      open(found[0].href)
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
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <ul>
          {found.map((place) => (
            <li key={place.href}>
              <a href={place.href} onClick={onClose}>
                {place.text}
                <span class="muted small">{place.kind}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}
