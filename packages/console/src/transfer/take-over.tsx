import type { UploadTask } from '@bindery/client/browser'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { addressOf, Command } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { Dialog } from '../parts/dialog.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { saveText } from '../parts/save-text.js'
import { ticketEnd, ticketFor } from './tickets.js'

/** How another machine goes on with an upload of this tab: by a command, in its browser, or with a ticket and no key. */
export function TakeOverDialog({
  task,
  onClose,
}: {
  readonly task: UploadTask
  readonly onClose: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const { bucket, key, uploadId = '', state } = task
  const page = `${location.origin}${location.pathname}${link(['buckets', bucket, 'upload'], { key, id: uploadId })}`
  const ticketPage = `${location.origin}${location.pathname}${link(['ticket'])}`
  const save = async () => {
    const ticket = await ticketFor(task)
    saveText('upload-ticket.json', JSON.stringify(ticket), 'application/json')
  }
  return (
    <Dialog title={words.transfers.takeOverTitle} onClose={onClose} commands={[]} wide>
      <p>{words.transfers.takeOverHint}</p>
      {state !== 'paused' && (
        <div class="row">
          <button type="button" class="button" onClick={() => void task.pause().catch(setError)}>
            <Icon name="pause" />
            {words.transfers.pauseHere}
          </button>
        </div>
      )}
      <section class="stack tight">
        <h3>{words.transfers.byCommand}</h3>
        <Command text={`bindery mpu resume ${addressOf(bucket, key)} ${uploadId} FILE`} />
      </section>
      <section class="stack tight">
        <h3>{words.transfers.byConsole}</h3>
        <p class="muted">{words.transfers.byConsoleHint}</p>
        <div class="row">
          <CopyButton text={page} label={words.transfers.copyPage} />
        </div>
      </section>
      <section class="stack tight">
        <h3>{words.transfers.byTicket}</h3>
        <p class="muted">{words.transfers.byTicketHint(time(ticketEnd()))}</p>
        <div class="row">
          <button type="button" class="button little" onClick={() => void save().catch(setError)}>
            <Icon name="down" />
            {words.transfers.saveTicket}
          </button>
          <CopyButton text={ticketPage} label={words.transfers.copyTicketPage} />
        </div>
      </section>
      {error !== undefined && <Failure error={error} />}
      <footer>
        <button type="button" class="button primary" onClick={onClose}>
          {words.close}
        </button>
      </footer>
    </Dialog>
  )
}
