import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon, type IconName, Mark } from '../parts/icon.js'
import { Toasts } from '../parts/toasts.js'
import { currentSession, type Holder, signOut } from '../wire/session.js'
import type { Words } from '../words/en.js'
import { chooseLanguage, useLanguage, useWords } from './language.js'
import { currentRoute, link } from './route.js'
import { useStore } from './store.js'
import { currentTheme, nextTheme } from './theme.js'

/** The places of the rail, by the first segment of their address. */
const PLACES: readonly (readonly [path: keyof Words['place'], icon: IconName])[] = [
  ['overview', 'overview'],
  ['buckets', 'bucket'],
  ['uploads', 'uploads'],
  ['access', 'key'],
  ['activity', 'activity'],
  ['metrics', 'metrics'],
  ['settings', 'settings'],
]

/** The frame around every page for someone who is signed in. */
export function Shell({
  holder,
  tools,
  children,
}: {
  readonly holder: Holder
  readonly tools?: ComponentChildren
  readonly children: ComponentChildren
}): JSX.Element {
  const words = useWords()
  const { path } = useStore(currentRoute)
  const main = useRef<HTMLElement>(null)
  const place = path.join('/')
  const isFirst = useRef(true)
  useEffect(() => {
    if (main.current === null) return
    // a frame around the whole content would only distract from the page that has come
    if (!isFirst.current) {
      main.current.dataset.quiet = ''
      main.current.focus()
    }
    isFirst.current = false
    main.current.scrollTo(0, 0)
  }, [place])
  return (
    <div class="shell">
      <button type="button" class="button skip" onClick={() => main.current?.focus()}>
        {words.skipToContent}
      </button>
      <header class="top">
        <a class="brand" href={link([])}>
          <Mark />
          Bindery
        </a>
        <span class="grow" />
        {tools}
        <Preferences />
        <span class="badge roomy" title={holder.AccountId}>
          {holder.Name ?? words.accountOwner}
        </span>
        <button type="button" class="button bare" onClick={() => signOut()}>
          <Icon name="out" />
          <span class="roomy">{words.signOut}</span>
        </button>
      </header>
      <nav class="rail" aria-label={words.places}>
        <ul>
          {PLACES.map(([segment, icon]) => (
            <li key={segment}>
              <a href={link([segment])} aria-current={(path[0] ?? 'overview') === segment ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{words.place[segment]}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main
        class="main"
        id="main"
        ref={main}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and then the keyboard must reach it
        tabIndex={0}
        onBlur={(event) => event.currentTarget.removeAttribute('data-quiet')}
      >
        {children}
      </main>
      <Toasts />
    </div>
  )
}

/** Language and theme. */
export function Preferences(): JSX.Element {
  const words = useWords()
  const language = useLanguage()
  const theme = useStore(currentTheme)
  const other = language === 'en' ? 'zh' : 'en'
  return (
    <>
      <button type="button" class="button bare" onClick={() => currentTheme.set(nextTheme())} title={words.changeTheme}>
        <Icon name="theme" />
        <span class="roomy">{words.themes[theme]}</span>
      </button>
      <button type="button" class="button bare" lang={other} onClick={() => void chooseLanguage(other)}>
        {other === 'zh' ? '中文' : 'English'}
      </button>
    </>
  )
}

/** Whether someone is signed in. */
export function useHolder(): Holder | undefined {
  return useStore(currentSession)?.holder
}
