import type { JSX } from 'preact'
import { time } from '../app/format.js'
import { chooseLanguage, useLanguage, useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { chooseTheme, currentTheme, THEMES } from '../app/theme.js'
import { useLoad } from '../app/use-load.js'
import { Choice } from '../parts/field.js'
import { KeyList } from '../parts/help.js'
import { WhenLoaded } from '../parts/states.js'
import { aboutServer, currentSession } from '../wire/session.js'

/** The server, the session, and preferences of this browser. */
export function SettingsPage(): JSX.Element {
  const words = useWords()
  const about = useLoad(() => aboutServer(), [])
  const session = useStore(currentSession)
  const theme = useStore(currentTheme)
  const language = useLanguage()
  return (
    <div class="page">
      <header>
        <h1>{words.place.settings}</h1>
      </header>
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
        <Choice
          label={words.settings.theme}
          value={theme}
          onChange={chooseTheme}
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
      </section>
      <section class="card stack">
        <h2>{words.keys.title}</h2>
        <KeyList />
      </section>
    </div>
  )
}
