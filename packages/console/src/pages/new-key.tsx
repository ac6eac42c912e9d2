import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Command } from '../parts/as-command.js'
import { Choice } from '../parts/field.js'
import { Notice } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import type { NewKey } from '../wire/access.js'
import { aboutServer } from '../wire/session.js'
import { CLIENTS, type ClientName, snippetFor } from '../wire/snippets.js'

/** A key with its secret, ready to be pasted into the configuration of a client. It is shown this once. */
export function NewKeyShown({
  newKey,
  bucket,
  onClose,
}: {
  readonly newKey: NewKey
  readonly bucket: string | undefined
  readonly onClose: () => void
}): JSX.Element {
  const words = useWords()
  const about = useLoad(() => aboutServer(), [])
  const [client, setClient] = useState<ClientName>('env')
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = newKey
  return (
    <>
      <Notice kind="warn">{words.access.shownOnce}</Notice>
      <dl class="facts">
        <dt>AccessKey ID</dt>
        <dd class="mono">{accessKeyId}</dd>
        <dt>AccessKey secret</dt>
        <dd class="mono">{accessKeySecret}</dd>
      </dl>
      <Choice
        label={words.access.configurationFor}
        value={client}
        onChange={setClient}
        options={CLIENTS.map(([name, title]) => [name, title] as const)}
      />
      <WhenLoaded loaded={about}>
        {({ region }) => (
          <Command
            text={snippetFor(client, {
              endpoint: location.origin,
              region,
              accessKeyId,
              accessKeySecret,
              bucket: bucket ?? 'BUCKET',
            })}
          />
        )}
      </WhenLoaded>
      <footer>
        <button type="button" class="button primary" onClick={onClose}>
          {words.access.haveIt}
        </button>
      </footer>
    </>
  )
}
