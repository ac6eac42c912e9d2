import type { JSX } from 'preact'
import { bytes, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { CopyButton } from '../parts/copy-button.js'
import { Dialog } from '../parts/dialog.js'
import { WhenLoaded } from '../parts/states.js'
import { curlFor } from '../wire/curl.js'
import { explainRefusal } from '../wire/explanation.js'
import { type RecentRequest, signedTexts } from '../wire/requests.js'
import { Explained } from './explained.js'
import { tookOf } from './requests.js'

/** One request with its answer, and for a signature that did not match, what the server signed. */
export function RequestDialog({
  request,
  onClose,
}: {
  readonly request: RecentRequest
  readonly onClose: () => void
}): JSX.Element {
  const words = useWords()
  const { EventName, Method, Target, RequestId, Status, Code, EC } = request
  const { AccessKeyId = signedTexts(request).accessKeyId } = request
  // a signature that did not match is explained by its texts
  const isRefusal = Status === 403 && Code !== 'SignatureDoesNotMatch'
  const advice = words.advice[Code as keyof typeof words.advice]
  const facts: readonly (readonly [string, string])[] = [
    [words.activity.time, time(Date.parse(request.EventTime))],
    [words.activity.outcome, [Status, Code, EC && `EC ${EC}`].filter(Boolean).join(' · ')],
    [words.requests.line, `${Method} ${Target}`],
    [words.activity.by, AccessKeyId ?? words.requests.noKey],
    [words.requests.from, `${request.SourceIpAddress} · ${request.UserAgent}`],
    [words.requests.took, tookOf(request)],
    [words.requests.received, bytes(request.BytesReceived)],
    [words.requests.sent, bytes(request.BytesSent)],
    [words.activity.requestId, RequestId],
  ]
  return (
    <Dialog
      title={EventName ?? Method}
      onClose={onClose}
      commands={[
        `bindery admin requests --request ${RequestId}`,
        ...(isRefusal ? [`bindery admin explain --request ${RequestId}`] : []),
      ]}
      wide
    >
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd class="break">{value}</dd>
          </>
        ))}
      </dl>
      {advice !== undefined && <p>{advice}</p>}
      <Signed request={request} />
      {isRefusal && <Why request={request} />}
      <footer>
        <CopyButton text={curlFor(request)} label={words.requests.copyCurl} />
        <CopyButton text={JSON.stringify(request, undefined, 2)} label={words.copyReport} />
        <button type="button" class="button primary" onClick={onClose}>
          {words.close}
        </button>
      </footer>
    </Dialog>
  )
}

/** The rule that refused a request, as far as the server remembers it. */
function Why({ request: { RequestId } }: { readonly request: RecentRequest }): JSX.Element {
  const words = useWords()
  const explanation = useLoad(() => explainRefusal(RequestId), [RequestId])
  return (
    <section class="stack tight">
      <h3>{words.activity.tabs.why}</h3>
      <WhenLoaded loaded={explanation}>{({ Request: _, ...rest }) => <Explained explanation={rest} />}</WhenLoaded>
    </section>
  )
}

function Signed({ request }: { readonly request: RecentRequest }): JSX.Element | null {
  const words = useWords()
  const { canonicalRequest, stringToSign } = signedTexts(request)
  const texts: readonly (readonly [string, string | undefined])[] = [
    [words.requests.canonical, canonicalRequest],
    [words.requests.stringToSign, stringToSign],
  ]
  const present = texts.filter((text): text is readonly [string, string] => text[1] !== undefined)
  if (present.length === 0) return null
  return (
    <section class="stack tight">
      <p class="muted">{words.requests.compare}</p>
      {present.map(([name, text]) => (
        <div key={name} class="stack tight">
          <div class="row apart">
            <h3>{name}</h3>
            <CopyButton text={text} />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
          <pre class="block" tabIndex={0}>
            {lines(text)}
          </pre>
        </div>
      ))}
    </section>
  )
}

/** Line ends are shown: an empty line too many is a common mistake. */
function lines(text: string): string {
  return text.replaceAll('\n', '⏎\n')
}
