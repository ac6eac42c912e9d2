import type { UploadTask, UploadTicket } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { bytes, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { Preferences } from '../app/shell.js'
import { shownKey } from '../app/shown-key.js'
import { Mark } from '../parts/icon.js'
import { Failure, Notice } from '../parts/notice.js'
import { ticketIn, uploadWith } from '../transfer/tickets.js'
import { TransferRows } from '../transfer/transfer-row.js'

const DRAWN_MS = 250

/** Goes on with an upload by a ticket, without a key. */
export function TicketPage(): JSX.Element {
  const words = useWords()
  const [ticket, setTicket] = useState<UploadTicket | undefined>()
  const [fault, setFault] = useState<string | undefined>()
  const [task, setTask] = useState<UploadTask | undefined>()
  const [error, setError] = useState<unknown>(undefined)
  const read = async (file: File) => {
    const found = ticketIn(await file.text())
    setTicket(found)
    setFault(found === undefined ? words.ticket.isNone : undefined)
  }
  const begin = (file: File) => {
    if (ticket === undefined) return
    if (file.size !== ticket.size) return setFault(words.ticket.otherSize(bytes(file.size)))
    setFault(undefined)
    const begun = uploadWith(ticket, file)
    begun.result.catch(setError)
    setTask(begun)
  }
  return (
    <main class="welcome">
      <div class="card stack">
        <div class="row apart">
          <span class="brand">
            <Mark />
            Bindery
          </span>
          <span class="row">
            <Preferences />
          </span>
        </div>
        <h1>{words.ticket.title}</h1>
        <p class="muted">{words.ticket.about}</p>
        {task === undefined && <FileField label={words.ticket.file} onChosen={(file) => void read(file)} />}
        {ticket !== undefined && (
          <dl class="facts">
            <dt>{words.name}</dt>
            <dd class="break">{shownKey(`${ticket.bucket}/${ticket.key}`)}</dd>
            <dt>{words.size}</dt>
            <dd>{bytes(ticket.size)}</dd>
            <dt>{words.ticket.until}</dt>
            <dd>{time(ticket.expiresAt)}</dd>
          </dl>
        )}
        {ticket !== undefined && task === undefined && <FileField label={words.upload.chooseFile} onChosen={begin} />}
        {fault !== undefined && <Notice kind="bad">{fault}</Notice>}
        {error !== undefined && <Failure error={error} />}
        {task !== undefined && <Running task={task} />}
        <p>
          <a class="target" href={link([])}>
            {words.signIn.title}
          </a>
        </p>
      </div>
    </main>
  )
}

function FileField({
  label,
  onChosen,
}: {
  readonly label: string
  readonly onChosen: (file: File) => void
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          if (file !== undefined) onChosen(file)
        }}
      />
    </label>
  )
}

function Running({ task }: { readonly task: UploadTask }): JSX.Element {
  const [, draw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => draw((times) => times + 1), DRAWN_MS)
    return () => clearInterval(timer)
  }, [task])
  return <TransferRows tasks={[task]} />
}
