import type { JSX } from 'preact'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { type Explanation, SOURCES } from '../wire/explanation.js'
import type { Words } from '../words/en.js'

/** A decision, the rule that it comes from, and the conditions that kept others from allowing it. */
export function Explained({ explanation }: { readonly explanation: Explanation }): JSX.Element {
  const words = useWords()
  const { Decision, Code, EC, Reason, Request } = explanation
  const isAllowed = Decision === 'Allow'
  const { Policy, Statement, Unmet = [], At } = Reason ?? {}
  return (
    <div class="stack" role="status">
      <div class={`notice ${isAllowed ? 'good' : 'bad'}`}>
        <strong>{isAllowed ? words.explained.allowed : words.explained.refused}</strong>
        <span>{sentenceOf(explanation, words)}</span>
        {Code !== undefined && <span class="small">{[Code, EC && `EC ${EC}`].filter(Boolean).join(' · ')}</span>}
      </div>
      {Request && <RequestFacts request={Request} />}
      {(Policy !== undefined || At !== undefined) && (
        <p>
          {words.explained.policy}{' '}
          {Policy === undefined ? <span class="mono">{At}</span> : <PolicyName name={Policy} source={Reason?.Source} />}
        </p>
      )}
      {Statement !== undefined && <Json title={words.explained.statement} value={Statement} />}
      {Unmet.length > 0 && (
        <section class="stack tight">
          <h3>{words.explained.unmet}</h3>
          <ul class="stack tight plain">
            {Unmet.map(({ Policy: name = '', StatementIndex = 0, Operator, Key }, index) => (
              <li key={index}>
                {words.explained.unmetAt(name, StatementIndex + 1)}{' '}
                <code>
                  {Operator} {Key}
                </code>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** The effect of the rule, in a sentence. */
function sentenceOf({ Decision, Message, Reason }: Explanation, words: Words): string {
  const source = SOURCES.find((one) => one === Reason?.Source)
  if (source === undefined) return Message ?? ''
  if (source === 'request') return words.explained.ofRequest
  if (Decision === 'Allow') return words.explained.allows[source]
  return Reason?.StatementIndex === undefined ? words.explained.silent[source] : words.explained.denies[source]
}

/** Policies of the account have a page; those of buckets and sessions have none here. */
function PolicyName({ name, source }: { readonly name: string; readonly source: string | undefined }): JSX.Element {
  return source === 'ramPolicy' ? <a href={link(['access'], { policy: name })}>{name}</a> : <span>{name}</span>
}

function RequestFacts({ request }: { readonly request: NonNullable<Explanation['Request']> }): JSX.Element {
  const words = useWords()
  const { EventTime, EventName, Action, UserIdentity: who, SourceIpAddress, Bucket, Key } = request
  const on = Bucket === undefined ? undefined : shownKey(Key === undefined ? Bucket : `${Bucket}/${Key}`)
  const facts = [
    [words.activity.time, time(Date.parse(EventTime))],
    [words.activity.operation, [EventName, Action].filter(Boolean).join(' · ')],
    [words.activity.on, on],
    [words.activity.by, [who?.UserName, who?.AccessKeyId, SourceIpAddress].filter(Boolean).join(' · ')],
  ] as const
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd class="break">{value}</dd>
          </>
        ))}
    </dl>
  )
}

/** A value as indented JSON. */
export function Json({ title, value }: { readonly title: string; readonly value: unknown }): JSX.Element {
  return (
    <section class="stack tight">
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
      <pre class="block" tabIndex={0}>
        {JSON.stringify(value, undefined, 2)}
      </pre>
    </section>
  )
}
