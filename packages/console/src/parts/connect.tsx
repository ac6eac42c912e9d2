import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { presigned } from '../wire/request.js'
import { aboutServer } from '../wire/session.js'
import type { Connection } from '../wire/snippets.js'
import { Command } from './as-command.js'
import { Choice } from './field.js'
import { WhenLoaded } from './states.js'

/** Seconds for which the signed URLs of a program are valid. */
const SIGNED_SECONDS = 3_600

/** A program for a client that the person chooses, ready to paste. The programs are loaded when this is drawn. */
export function Connect({
  accessKeyId,
  accessKeySecret,
  bucket,
}: Pick<Connection, 'accessKeyId' | 'accessKeySecret' | 'bucket'>): JSX.Element {
  const words = useWords()
  const [client, setClient] = useState('env')
  const loaded = useLoad(async () => {
    const named = { bucket, key: 'hello.txt' }
    const [programs, { region }, read, written] = await Promise.all([
      import('../wire/snippets.js'),
      aboutServer(),
      presigned({ method: 'GET', ...named }, SIGNED_SECONDS),
      presigned({ method: 'PUT', ...named }, SIGNED_SECONDS),
    ])
    return { programs, region, urls: { GET: read, PUT: written } }
  }, [bucket])
  return (
    <WhenLoaded loaded={loaded}>
      {({ programs: { CLIENTS, snippetFor }, region, urls }) => {
        const connection = { endpoint: location.origin, region, bucket, accessKeyId, accessKeySecret, urls }
        const { text = '', needs = '', isRun = true } = snippetFor(client, connection) ?? {}
        return (
          <>
            <Choice label={words.access.configurationFor} value={client} onChange={setClient} options={CLIENTS} />
            {needs !== '' && <p class="muted">{words.connect.needs(needs, isRun)}</p>}
            <Command text={text} />
          </>
        )
      }}
    </WhenLoaded>
  )
}
