import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { shownKey } from '../app/shown-key.js'
import { useLoad } from '../app/use-load.js'
import { addressOf, quoted } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Check, Choice, TextField } from '../parts/field.js'
import { Failure, Notice } from '../parts/notice.js'
import { announce } from '../parts/toasts.js'
import { headObject } from '../wire/objects.js'
import { crcOfParts, partListOf, partNumbersIn } from '../wire/part-list.js'
import { allParts, completeUpload, type PartsMap, type StoredPart, type UploadName } from '../wire/uploads.js'
import { savePartList } from './parts-table.js'

/** The parts of which the object is to be, and those that are dropped. */
interface Chosen {
  readonly parts: readonly StoredPart[]
  readonly dropped: number
  readonly bytes: number
  readonly fault: string | undefined
}

function chosenOf(stored: readonly StoredPart[], list: string, words: ReturnType<typeof useWords>): Chosen {
  const numbers = partNumbersIn(list)
  const wanted = new Set(numbers)
  const parts = stored.filter(({ partNumber }) => wanted.has(partNumber))
  const missing = parts.length < wanted.size
  return {
    parts,
    dropped: stored.length - parts.length,
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
    fault: numbers === undefined ? words.upload.listFault : missing ? words.upload.listMissing : undefined,
  }
}

const WHICH = ['all', 'chosen'] as const

/** Makes an object of the stored parts, or of some, after it has shown which object that is and what it replaces. */
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
  const [which, setWhich] = useState<(typeof WHICH)[number]>('all')
  const [list, setList] = useState(partListOf(map.runs))
  const [error, setError] = useState<unknown>(undefined)
  const stored = useLoad(() => allParts(name), [])
  const isAll = which === 'all'
  const chosen = chosenOf(stored.value ?? [], isAll ? partListOf(map.runs) : list, words)
  const present = useLoad((signal) => sizeOfPresent(name, signal), [])
  const complete = async () => {
    setError(undefined)
    await completeUpload(name, { forbidsOverwrite, ...(isAll ? {} : { parts: chosen.parts }) })
    announce(words.upload.wasCompleted)
    onDone()
  }
  const isPossible = isAll ? map.partCount > 0 : chosen.fault === undefined && chosen.parts.length > 0
  return (
    <Dialog
      title={words.upload.complete}
      onClose={onClose}
      commands={isAll ? [commandFor(name, map, forbidsOverwrite)] : [listCommandFor(name, forbidsOverwrite)]}
    >
      <Choice
        label={words.upload.completesWith}
        value={which}
        onChange={setWhich}
        options={WHICH.map((one) => [one, words.upload.which[one]] as const)}
      />
      {!isAll && (
        <TextField
          label={words.upload.partList}
          hint={words.upload.partListHint}
          fault={stored.value === undefined ? undefined : chosen.fault}
          value={list}
          onChange={setList}
          autoFocus
        />
      )}
      <Result name={name} map={map} chosen={chosen} isAll={isAll} />
      {isAll ? <WarningsOfAll map={map} /> : <Dropped parts={chosen.dropped} />}
      {present.value !== undefined && <Notice kind="warn">{words.upload.replaces(bytes(present.value))}</Notice>}
      <Check label={words.upload.forbidOverwrite} checked={forbidsOverwrite} onChange={setForbids} />
      {(error ?? stored.error) !== undefined && <Failure error={error ?? stored.error} />}
      <footer>
        {!isAll && (
          <button type="button" class="button" disabled={!isPossible} onClick={() => savePartList(chosen.parts)}>
            {words.upload.saveList}
          </button>
        )}
        <button type="button" class="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={!isPossible}
          onClick={() => void complete().catch(setError)}
        >
          {words.upload.complete}
        </button>
      </footer>
    </Dialog>
  )
}

/** The bytes of the object that has the key now; undefined without one, and for people who may not know. */
function sizeOfPresent({ bucket, key }: UploadName, signal: AbortSignal): Promise<number | undefined> {
  return headObject(bucket, { key }, signal).then(
    (headers) => Number(headers.get('content-length')),
    () => undefined,
  )
}

function WarningsOfAll({ map: { gaps, obstacle } }: { readonly map: PartsMap }): JSX.Element {
  const words = useWords()
  return (
    <>
      {gaps.length > 0 && <Notice kind="warn">{words.upload.completesWithGaps}</Notice>}
      {obstacle && <Notice kind="warn">{words.upload.obstacle(`${obstacle.code}: ${obstacle.message}`)}</Notice>}
    </>
  )
}

function Dropped({ parts }: { readonly parts: number }): JSX.Element | null {
  const words = useWords()
  return parts === 0 ? null : <Notice kind="warn">{words.upload.drops(parts)}</Notice>
}

/** The object that the parts would be. */
function Result({
  name,
  map,
  chosen,
  isAll,
}: {
  readonly name: UploadName
  readonly map: PartsMap
  readonly chosen: Chosen
  readonly isAll: boolean
}): JSX.Element {
  const words = useWords()
  const { parts } = chosen
  const crc = useLoad(() => crcOfParts(parts), [parts.map(({ partNumber }) => partNumber).join()])
  return (
    <dl class="facts">
      <dt>{words.name}</dt>
      <dd class="break">{shownKey(name.key)}</dd>
      <dt>{words.size}</dt>
      <dd>
        {isAll
          ? words.upload.storedIn(bytes(map.bytes), count(map.partCount))
          : words.upload.storedIn(bytes(chosen.bytes), count(parts.length))}
      </dd>
      <dt>CRC-64</dt>
      <dd class="mono">{parts.length === 0 || crc.value === undefined ? '…' : crc.value}</dd>
    </dl>
  )
}

const NO_OVERWRITE = ` --header 'x-oss-forbid-overwrite: true'`

function commandFor({ bucket, key, uploadId }: UploadName, { gaps }: PartsMap, forbidsOverwrite: boolean): string {
  const flags = `${gaps.length > 0 ? ' --all' : ''}${forbidsOverwrite ? ' --no-overwrite' : ''}`
  return `bindery mpu complete ${addressOf(bucket, key)} ${uploadId}${flags}`
}

/** With the file that the dialog saves. */
function listCommandFor({ bucket, key, uploadId }: UploadName, forbidsOverwrite: boolean): string {
  const header = forbidsOverwrite ? NO_OVERWRITE : ''
  const signed = `bindery sign ${addressOf(bucket, key)} --method POST --query ${quoted(`uploadId=${uploadId}`)}${header}`
  return `curl --header 'Content-Type:'${header} --data-binary @complete.xml "$(${signed})"`
}
