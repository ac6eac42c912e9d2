import type { JSX } from 'preact'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf } from '../parts/as-command.js'
import { WhenLoaded } from '../parts/states.js'
import type { ObjectEntry } from '../wire/objects.js'
import { differencesOf, factsOf } from '../wire/version-diff.js'

/** The headers, metadata and tags in which two versions differ. */
export function VersionDiff({
  bucket,
  older,
  newer,
}: {
  readonly bucket: string
  readonly older: ObjectEntry
  readonly newer: ObjectEntry
}): JSX.Element {
  const words = useWords()
  const differences = useLoad(
    async (signal) =>
      differencesOf(
        ...((await Promise.all([factsOf(bucket, older, signal), factsOf(bucket, newer, signal)])) as [
          ReadonlyMap<string, string>,
          ReadonlyMap<string, string>,
        ]),
      ),
    [bucket, older.versionId, newer.versionId],
  )
  return (
    <section class="card stack" aria-label={words.object.differences}>
      <h2>{words.object.differences}</h2>
      <WhenLoaded loaded={differences}>
        {(all) => (
          <div class="table">
            <table>
              <thead>
                <tr>
                  <th scope="col">{words.name}</th>
                  <th scope="col">{time(older.modified)}</th>
                  <th scope="col">{time(newer.modified)}</th>
                </tr>
              </thead>
              <tbody>
                {all.map(({ name, older: before, newer: after }) => (
                  <tr key={name}>
                    <th scope="row">{shownKey(name)}</th>
                    <Value text={before} />
                    <Value text={after} />
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </WhenLoaded>
      <AsCommand
        lines={[older, newer].map(
          ({ key, versionId }) => `bindery stat ${addressOf(bucket, key)} --version-id ${versionId}`,
        )}
      />
    </section>
  )
}

function Value({ text }: { readonly text: string }): JSX.Element {
  return <td class="mono break">{text === '' ? '–' : shownKey(text)}</td>
}
