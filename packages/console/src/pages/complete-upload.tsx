import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Check } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { headObject } from '../wire/objects.js'
import { completeUpload, type PartsMap, type UploadName } from '../wire/uploads.js'

/** Makes an object of the stored parts, after it has shown which object that is and what it replaces. */
export function CompleteDialog({
  name,
  map,
  onClose,
  onDone,
}: {
  readonly name: UploadName
  readonly map: PartsMap
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const words = useWords()
  const [forbidsOverwrite, setForbids] = useState(true)
  const [error, setError] = useState<unknown>(undefined)
  const present = useLoad(
    (signal) =>
      headObject(name.bucket, { key: name.key }, signal).then(
        (headers) => Number(headers.get('content-length')),
        () => undefined,
      ),
    [],
  )
  const complete = async () => {
    await completeUpload(name, { forbidsOverwrite })
    announce(words.upload.wasCompleted)
    onDone()
  }
  return (
    <Dialog title={words.upload.complete} onClose={onClose} commands={[commandFor(name, map, forbidsOverwrite)]}>
      <dl class="facts">
        <dt>{words.name}</dt>
        <dd class="break">{shownKey(name.key)}</dd>
        <dt>{words.size}</dt>
        <dd>{words.upload.storedIn(bytes(map.bytes), count(map.partCount))}</dd>
      </dl>
      {map.gaps.length > 0 && <Notice kind="warn">{words.upload.completesWithGaps}</Notice>}
      {map.obstacle && (
        <Notice kind="warn">{words.upload.obstacle(`${map.obstacle.code}: ${map.obstacle.message}`)}</Notice>
      )}
      {present.value !== undefined && <Notice kind="warn">{words.upload.replaces(bytes(present.value))}</Notice>}
      <Check label={words.upload.forbidOverwrite} checked={forbidsOverwrite} onChange={setForbids} />
      {error !== undefined && <Failure error={error} />}
      <footer>
        <button type="button" class="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={map.partCount === 0}
          onClick={() => {
            setError(undefined)
            complete().catch(setError)
          }}
        >
          {words.upload.complete}
        </button>
      </footer>
    </Dialog>
  )
}

function commandFor({ bucket, key, uploadId }: UploadName, { gaps }: PartsMap, forbidsOverwrite: boolean): string {
  const flags = `${gaps.length > 0 ? ' --all' : ''}${forbidsOverwrite ? ' --no-overwrite' : ''}`
  return `bindery mpu complete ${addressOf(bucket, key)} ${uploadId}${flags}`
}
