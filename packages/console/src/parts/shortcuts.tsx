import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { link, open } from '../app/route.js'
import { PLACE_KEYS, singleKeys } from '../app/single-keys.js'
import { currentTheme, nextTheme } from '../app/theme.js'
import { announceFailure } from './toasts.js'

interface DialogProps {
  readonly onClose: () => void
}

/** They are loaded when they are first opened. */
const DIALOGS = {
  palette: async () => (await import('./palette.js')).PaletteDialog,
  help: async () => (await import('./help.js')).HelpDialog,
} as const

/** Milliseconds in which a letter must follow `g`. */
const SEQUENCE_MS = 1_500

/** The keys that act on every page, and the dialogs that they open. */
export function Shortcuts(): JSX.Element | null {
  const [Opened, setOpened] = useState<ComponentType<DialogProps> | undefined>()
  useEffect(() => {
    const show = (name: keyof typeof DIALOGS) =>
      void DIALOGS[name]().then((dialog) => setOpened(() => dialog), announceFailure)
    let goneAt = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') show('palette')
      else if (!isForPage(event)) return
      else if (event.timeStamp - goneAt < SEQUENCE_MS && event.key in PLACE_KEYS) {
        goneAt = Number.NEGATIVE_INFINITY
        goTo(PLACE_KEYS[event.key as keyof typeof PLACE_KEYS])
      } else if (event.key === 'g') goneAt = event.timeStamp
      else if (event.key === '?') show('help')
      else if (!act(event.key)) return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return Opened === undefined ? null : <Opened onClose={() => setOpened(undefined)} />
}

/** Whether a key is meant for the page: neither for a field, nor for a dialog, nor for the browser. */
function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !singleKeys.value) return false
  if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return false
  return document.querySelector('dialog[open]') === null
}

function goTo(place: string): void {
  open(link(place === 'overview' ? [] : [place]))
}

/** Does what a key stands for; returns whether it stands for something here. */
function act(key: string): boolean {
  switch (key) {
    case '/':
      return reach('main input[type=search]', (field) => field.focus())
    case 't':
      currentTheme.set(nextTheme())
      return true
    case 'p':
      void import('../transfer/transfers.js').then(({ togglePause }) => togglePause()).catch(announceFailure)
      return true
    case 'u':
    case 'n':
      return reach(`main [aria-keyshortcuts="${key}"]`, (button) => button.click())
    case 'Backspace':
      return reach('main .crumbs li:nth-last-child(2) a', (above) => above.click())
    default:
      return false
  }
}

function reach(selector: string, use: (element: HTMLElement) => void): boolean {
  const element = document.querySelector<HTMLElement>(selector)
  if (element !== null) use(element)
  return element !== null
}
