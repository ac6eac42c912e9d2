import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { moveObject } from '../wire/moves.js'

/** An object of a list that is being renamed. */
export interface Renaming {
  readonly bucket: string
  readonly key: string
  /** The key up to the name. */
  readonly folder: string
  /** Called at the end; `isRenamed` where the list is to be loaded again. */
  readonly onEnd: (isRenamed: boolean) => void
}

/** The object of a list that is being renamed. `onRenamed` is called where the list is to be loaded again. */
export function useRenaming(
  bucket: string,
  folder: string,
  onRenamed: () => void,
): { readonly renaming: Renaming | undefined; readonly rename: (key: string) => void } {
  const [key, rename] = useState<string | undefined>()
  const onEnd = (isRenamed: boolean) => {
    rename(undefined)
    if (isRenamed) onRenamed()
  }
  return { renaming: key === undefined ? undefined : { bucket, key, folder, onEnd }, rename }
}

/** The name of an object as a field: Enter renames, which copies and deletes, and Escape or leaving it does not. */
export function NameField({ renaming: { bucket, key, folder, onEnd } }: { readonly renaming: Renaming }): JSX.Element {
  const words = useWords()
  const input = useRef<HTMLInputElement>(null)
  const old = key.slice(folder.length)
  const [name, setName] = useState(old)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    input.current?.focus()
    const dot = old.lastIndexOf('.')
    input.current?.setSelectionRange(0, dot > 0 ? dot : old.length)
  }, [])
  // the keys of the list go on where they were
  const end = (isRenamed: boolean) => {
    input.current?.closest<HTMLElement>('[role=grid]')?.focus()
    onEnd(isRenamed)
  }
  const rename = async () => {
    setBusy(true)
    try {
      await moveObject(bucket, { key }, { bucket, key: folder + name })
      announce(words.objects.wasRenamed)
      end(true)
    } catch (error) {
      announceFailure(error)
      setBusy(false)
      input.current?.focus()
    }
  }
  return (
    <input
      ref={input}
      class="rename"
      aria-label={words.objects.newName}
      spellcheck={false}
      readOnly={isBusy}
      value={name}
      onInput={(event) => setName(event.currentTarget.value)}
      onBlur={() => isBusy || onEnd(false)}
      onKeyDown={(event) => {
        // a key that chooses characters of an input method is not one of the page
        if (event.isComposing) return
        event.stopPropagation()
        if (event.key === 'Escape' && !isBusy) end(false)
        if (event.key !== 'Enter' || isBusy) return
        if (name === old) end(false)
        else if (name !== '' && !name.includes('/')) void rename()
      }}
    />
  )
}
