import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { bindDomain, createToken, type DomainToken, isDomain, listDomains, unbindDomain } from '../wire/domains.js'
import { ServerError } from '../wire/server-error.js'

/** The domains that lead to a bucket, and how one is bound: by a TXT record first. */
export function DomainsCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const domains = useLoad((signal) => listDomains(bucket, signal), [bucket])
  const { error, act } = useAction(domains.again)
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.cards.domains}</h2>
      <p class="muted">{words.domains.about}</p>
      <WhenLoaded loaded={domains}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.domains.none}</p>
          ) : (
            <PlainTable
              rows={all}
              keyOf={({ domain }) => domain}
              columns={[
                { title: words.domains.domain, kind: 'mono', cell: ({ domain }) => domain },
                {
                  title: words.access.status,
                  cell: ({ isEnabled }) => (
                    <span class={`badge ${isEnabled ? 'good' : 'warn'}`}>
                      {isEnabled ? words.access.active : words.access.inactive}
                    </span>
                  ),
                },
                { title: words.domains.since, cell: ({ lastModified }) => time(Date.parse(lastModified)) },
                {
                  title: words.actions,
                  kind: 'tools',
                  cell: ({ domain }) => (
                    <button
                      type="button"
                      class="button danger little"
                      onClick={() => act(() => unbindDomain(bucket, domain), words.domains.unbound)}
                    >
                      {words.domains.unbind}
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <BindDomain bucket={bucket} onDone={domains.again} />
    </section>
  )
}

function BindDomain({ bucket, onDone }: { readonly bucket: string; readonly onDone: () => void }): JSX.Element {
  const words = useWords()
  const [domain, setDomain] = useState('')
  const [token, setToken] = useState<DomainToken | undefined>()
  const { error, act } = useAction(() => {
    setToken(undefined)
    onDone()
  })
  const [failure, setFailure] = useState<unknown>(undefined)
  const findToken = async () => {
    setFailure(undefined)
    setToken(await createToken(bucket, domain))
  }
  const isBound = failure instanceof ServerError && failure.code === 'NoNeedCreateCnameToken'
  const given = domain || 'files.example'
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        act(() => bindDomain(bucket, domain), words.domains.bound)
      }}
    >
      <h3>{words.domains.bind}</h3>
      <TextField
        label={words.domains.domain}
        hint={words.domains.domainHint}
        value={domain}
        onChange={(value) => {
          setDomain(value.trim())
          setToken(undefined)
        }}
        required
      />
      <ol class="numbered">
        <li>
          <p>{words.domains.cname}</p>
        </li>
        <li>
          <div class="stack tight">
            <p>{words.domains.proof}</p>
            <div class="row">
              <button
                type="button"
                class="button"
                disabled={!isDomain(domain)}
                onClick={() => void findToken().catch(setFailure)}
              >
                {words.domains.token}
              </button>
            </div>
            {token && <TokenFacts token={token} />}
            {failure !== undefined &&
              (isBound ? <Notice kind="good">{words.domains.isBound}</Notice> : <Failure error={failure} />)}
          </div>
        </li>
        <li>
          <div class="stack tight">
            <p>{words.domains.last}</p>
            <div class="row">
              <button type="submit" class="button primary" disabled={!isDomain(domain)}>
                {words.domains.bind}
              </button>
            </div>
          </div>
        </li>
      </ol>
      {error !== undefined && <Failure error={error} />}
      <AsCommand
        lines={['create-cname-token', 'put-cname'].map(
          (operation) =>
            `bindery api ${operation} --bucket ${bucket} --body '<BucketCnameConfiguration><Cname><Domain>${given}</Domain></Cname></BucketCnameConfiguration>'`,
        )}
      />
    </form>
  )
}

function TokenFacts({ token: { record, token, expires } }: { readonly token: DomainToken }): JSX.Element {
  const words = useWords()
  return (
    <dl class="facts">
      <dt>{words.domains.record}</dt>
      <dd class="row">
        <span class="mono break">{record}</span>
        <CopyButton text={record} />
      </dd>
      <dt>TXT</dt>
      <dd class="row">
        <span class="mono break">{token}</span>
        <CopyButton text={token} />
      </dd>
      <dt>{words.domains.until}</dt>
      <dd>{time(Date.parse(expires))}</dd>
    </dl>
  )
}
