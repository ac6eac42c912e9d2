import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { createFolder } from '../wire/objects.js'

/** Creates an object that stands for a folder. */
export function CreateFolderDialog({
  bucket,
  prefix,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>(undefined)
  const create = async () => {
    await createFolder(bucket, `${prefix}${name}/`)
    announce(words.objects.folderCreated(name))
    onDone()
  }
  return (
    <Dialog
      title={words.objects.newFolder}
      onClose={onClose}
      commands={[`bindery mkdir ${addressOf(bucket, `${prefix}${name || 'NAME'}/`)}`]}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          create().catch(setError)
        }}
      >
        <TextField
          label={words.name}
          hint={words.objects.folderHint}
          value={name}
          onChange={setName}
          required
          autoFocus
        />
        {error !== undefined && <Failure error={error} />}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={name === '' || name.includes('/')}>
            {words.create}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
