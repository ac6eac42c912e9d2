import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { allowSingleKeys, PLACE_KEYS, singleKeys } from '../app/single-keys.js'
import { useStore } from '../app/store.js'
import { Dialog } from './dialog.js'
import { Check } from './field.js'

const EVERYWHERE = ['Ctrl K', '?', '/', 'u', 'n', 'Backspace', 'p', 't', 'Esc'] as const
const IN_LISTS = ['↑ ↓ / j k', 'Home End', 'Space', 'Shift ↑ ↓', 'Ctrl A', 'Enter', 'd', 'l', 'F2', 'Delete'] as const

/** The keys of the console, over the page. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const words = useWords()
  return (
    <Dialog title={words.keys.title} onClose={onClose} commands={[]} wide>
      <KeyList />
      <footer>
        <button type="button" class="button primary" onClick={onClose}>
          {words.close}
        </button>
      </footer>
    </Dialog>
  )
}

/** All keys with what they do, and whether those of one character act. */
export function KeyList(): JSX.Element {
  const words = useWords()
  const areOn = useStore(singleKeys)
  const places = Object.entries(PLACE_KEYS).map(([key, place]) => [`g ${key}`, words.place[place]] as const)
  const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    [words.keys.everywhere, EVERYWHERE.map((keys) => [keys, words.keys.texts[keys]] as const)],
    [words.keys.inLists, IN_LISTS.map((keys) => [keys, words.keys.texts[keys]] as const)],
    [words.keys.goTo, places],
  ]
  return (
    <>
      <div class="key-groups">
        {groups.map(([title, entries]) => (
          <section key={title} class="stack tight">
            <h3>{title}</h3>
            <dl class="keys">
              {entries.map(([keys, text]) => (
                <div key={keys}>
                  <dt>
                    <Keys text={keys} />
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Check label={words.keys.single} checked={areOn} onChange={allowSingleKeys} />
    </>
  )
}

function Keys({ text }: { readonly text: string }): JSX.Element {
  return (
    <>{text.split(' ').map((key, index) => (key === '/' && text !== '/' ? ' / ' : <kbd key={index}>{key}</kbd>))}</>
  )
}
