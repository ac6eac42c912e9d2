import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import { deleteRequester, LIMITS, listRequesters, putRequester, type RequesterLimits } from '../wire/requesters.js'
import type { Words } from '../words/en.js'
import { areValid, FormFields } from './document-form.js'

/** Limits of bandwidth and requests for single accounts and users. */
export function RequestersCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const requesters = useLoad((signal) => listRequesters(bucket, signal), [bucket])
  const { error, act } = useAction(requesters.again)
  const [edited, setEdited] = useState<RequesterLimits>({ requester: '', values: {} })
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.cards.requesters}</h2>
      <p class="muted">{words.requesters.about}</p>
      <WhenLoaded loaded={requesters}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.requesters.none}</p>
          ) : (
            <PlainTable
              rows={all}
              keyOf={({ requester }) => requester}
              columns={[
                { title: words.requesters.requester, kind: 'mono', cell: ({ requester }) => requester },
                { title: words.requesters.limits, cell: (one) => limitsOf(one, words) },
                {
                  title: words.actions,
                  kind: 'tools',
                  cell: (one) => (
                    <>
                      <button type="button" class="button little" onClick={() => setEdited(one)}>
                        {words.styles.edit}
                      </button>{' '}
                      <button
                        type="button"
                        class="button danger little"
                        onClick={() => act(() => deleteRequester(bucket, one.requester), words.bucketSettings.saved)}
                      >
                        {words.delete}
                      </button>
                    </>
                  ),
                },
              ]}
            />
          )
        }
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          act(() => putRequester(bucket, edited), words.bucketSettings.saved)
        }}
      >
        <h3>{words.requesters.set}</h3>
        <TextField
          label={words.requesters.requester}
          hint={words.requesters.requesterHint}
          value={edited.requester}
          onChange={(requester) => setEdited({ ...edited, requester: requester.trim() })}
          required
        />
        <FormFields form={LIMITS} values={edited.values} onChange={(values) => setEdited({ ...edited, values })} />
        <div class="row">
          <button
            type="submit"
            class="button primary"
            disabled={!/^\d{1,32}$/.test(edited.requester) || !areValid(LIMITS, edited.values)}
          >
            {words.save}
          </button>
        </div>
      </form>
      <AsCommand
        lines={[
          `bindery api put-bucket-requester-qos-info --bucket ${bucket} --qos-requester ${quoted(edited.requester || 'ID')} --body file://document.xml`,
        ]}
      />
    </section>
  )
}

/** The limits that are set, in words. */
function limitsOf({ values }: RequesterLimits, words: Words): JSX.Element {
  const set = LIMITS.fields.filter(({ name }) => !['', '-1', undefined].includes(values[name]))
  return (
    <>
      {set.length === 0 && <span class="muted">{words.requesters.unlimited}</span>}
      {set.map(({ name }) => (
        <div key={name}>
          {words.forms.fields[name as keyof Words['forms']['fields']]}: {values[name]}
        </div>
      ))}
    </>
  )
}
