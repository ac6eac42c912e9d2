import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { WhenLoaded } from '../parts/states.js'
import { listLibraries } from '../wire/server.js'

/** The licences of Bindery and of the libraries that it contains. */
export function Licences(): JSX.Element {
  const words = useWords()
  const libraries = useLoad(() => listLibraries(), [])
  return (
    <section class="card stack">
      <h2>{words.server.licences}</h2>
      <p class="muted">{words.server.licencesHint}</p>
      <WhenLoaded loaded={libraries}>
        {(all) => (
          <div class="stack tight">
            {all.map(({ name, version, licence, text }) => (
              <details key={`${name} ${version}`}>
                <summary>
                  {name} <span class="muted">{version}</span> <span class="badge">{licence}</span>
                </summary>
                {text === '' ? (
                  <p class="muted">{words.server.licenceElsewhere}</p>
                ) : (
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it
                  <pre class="block" tabIndex={0}>
                    {text}
                  </pre>
                )}
              </details>
            ))}
          </div>
        )}
      </WhenLoaded>
    </section>
  )
}
