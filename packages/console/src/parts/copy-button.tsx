import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { Icon } from './icon.js'

/** Copies a text, and shows that it did. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }): JSX.Element {
  const words = useWords()
  const [done, setDone] = useState(false)
  const copy = async () => {
    await copyText(text)
    setDone(true)
    setTimeout(() => setDone(false), 2_000)
  }
  return (
    <button type="button" class="button little" onClick={() => void copy()}>
      <Icon name={done ? 'check' : 'copy'} />
      <span aria-live="polite">{done ? words.copied : (label ?? words.copy)}</span>
    </button>
  )
}

/** Copies a text. Browsers offer the clipboard on https and localhost alone; elsewhere a selection is copied. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text)
    return
  }
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
