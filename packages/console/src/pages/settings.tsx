import type { JSX } from 'preact'
import type { PageProps } from '../app/console.js'
import { time } from '../app/format.js'
import { chooseLanguage, useLanguage, useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useStore } from '../app/store.js'
import { currentTheme, THEMES } from '../app/theme.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { KeyList } from '../parts/help.js'
import { WhenLoaded } from '../parts/states.js'
import { aboutServer, currentSession } from '../wire/session.js'
import { Configuration } from './configuration.js'
import { Licences } from './licences.js'
import { ServerSettings } from './server-settings.js'

const TABS = ['general', 'server', 'configuration', 'licences'] as const

/** The server, the session, and preferences of this browser. */
export function SettingsPage({ query }: PageProps): JSX.Element {
  const words = useWords()
  const tab = TABS.find((one) => one === query.tab) ?? 'general'
  return (
    <div class="page">
      <header>
        <h1>{words.place.settings}</h1>
      </header>
      <nav class="tabs" aria-label={words.place.settings}>
        {TABS.map((one) => (
          <a key={one} href={link(['settings'], { tab: one })} aria-current={one === tab ? 'page' : undefined}>
            {words.server.tabs[one]}
          </a>
        ))}
      </nav>
      {tab === 'general' && <General />}
      {tab === 'server' && <ServerSettings />}
      {tab === 'configuration' && <Configuration />}
      {tab === 'licences' && <Licences />}
    </div>
  )
}

function General(): JSX.Element {
  const words = useWords()
  const about = useLoad(() => aboutServer(), [])
  const session = useStore(currentSession)
  const theme = useStore(currentTheme)
  const language = useLanguage()
  return (
    <>
      <section class="card stack">
        <h2>{words.settings.server}</h2>
        <WhenLoaded loaded={about}>
          {({ version, region }) => (
            <dl class="facts">
              <dt>{words.settings.endpoint}</dt>
              <dd class="mono">{location.origin}</dd>
              <dt>{words.settings.region}</dt>
              <dd class="mono">{region}</dd>
              <dt>{words.settings.version}</dt>
              <dd>Bindery {version}</dd>
            </dl>
          )}
        </WhenLoaded>
      </section>
      {session && (
        <section class="card stack">
          <h2>{words.settings.session}</h2>
          <dl class="facts">
            <dt>{words.settings.account}</dt>
            <dd class="mono">{session.holder.AccountId}</dd>
            <dt>{words.settings.user}</dt>
            <dd>{session.holder.Name ?? words.accountOwner}</dd>
            <dt>AccessKey ID</dt>
            <dd class="mono">{session.holder.AccessKeyId}</dd>
            <dt>{words.settings.ends}</dt>
            <dd>{time(session.expiresAt)}</dd>
            <dt>{words.settings.renewable}</dt>
            <dd>{time(session.renewableUntil)}</dd>
          </dl>
        </section>
      )}
      <section class="card stack">
        <h2>{words.settings.appearance}</h2>
        <div class="pairs">
          <Choice
            label={words.settings.theme}
            value={theme}
            onChange={(one) => currentTheme.set(one)}
            options={THEMES.map((one) => [one, words.themes[one]] as const)}
          />
          <Choice
            label={words.settings.language}
            value={language}
            onChange={(one) => void chooseLanguage(one)}
            options={[
              ['en', 'English'],
              ['zh', '简体中文'],
            ]}
          />
        </div>
      </section>
      <section class="card stack">
        <h2>{words.keys.title}</h2>
        <KeyList />
      </section>
    </>
  )
}
