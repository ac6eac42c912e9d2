import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { inTurns } from '../app/in-turns.js'
import { serverTime } from '../wire/session.js'
import { explainUpload, type PartsMap, type UploadEntry } from '../wire/uploads.js'
import { ACTIVE_MS } from './upload-filter.js'

/** Explanations by upload id, for as long as the page of this tab lives: a row that scrolls out and in loads nothing. */
const known = new Map<string, Promise<PartsMap>>()
const KNOWN_MAX = 5_000
/** Uploads of a listing that are read to filter and sort by their facts. */
export const READ_MAX = 2_000

function explained(upload: UploadEntry): Promise<PartsMap> {
  const found = known.get(upload.uploadId)
  if (found !== undefined) return found
  if (known.size >= KNOWN_MAX) known.clear()
  const promise = explainUpload(upload)
  known.set(upload.uploadId, promise)
  promise.catch(() => known.delete(upload.uploadId))
  return promise
}

/** Forgets what was known, so that it is read again. */
export function forgetFacts(): void {
  known.clear()
}

/** Facts by upload id. */
export type Facts = ReadonlyMap<string, PartsMap>

/** Reads the facts of the first uploads of a list, a few at a time; what ended meanwhile has none. */
export async function readFacts(uploads: readonly UploadEntry[], goesOn: () => boolean = () => true): Promise<Facts> {
  const facts = new Map<string, PartsMap>()
  await inTurns(uploads.slice(0, READ_MAX), async (upload) => {
    if (!goesOn()) return
    const found = await explained(upload).catch(() => undefined)
    if (found !== undefined) facts.set(upload.uploadId, found)
  })
  return facts
}

/** The facts of the uploads of a list where they are wanted; undefined until all are read. */
export function useFacts(uploads: readonly UploadEntry[], isWanted: boolean): Facts | undefined {
  const [facts, setFacts] = useState<Facts | undefined>()
  useEffect(() => {
    if (!isWanted) return
    let isShown = true
    void readFacts(uploads, () => isShown).then((found) => isShown && setFacts(found))
    return () => {
      isShown = false
    }
    // a listing grows in place
  }, [uploads, uploads.length, isWanted])
  return isWanted ? facts : undefined
}

/** Milliseconds after which the facts of a row that can be seen are read again: of an upload that moves, and of one that rests. */
const MOVING_MS = 5_000
const RESTING_MS = 30_000

/** The facts of an upload, read again while its row can be seen; one promise serves all cells of the row. */
function useCurrentFacts(upload: UploadEntry): PartsMap | undefined {
  const [map, setMap] = useState<PartsMap | undefined>()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isShown = true
    const read = (promise: Promise<PartsMap>) => {
      promise.then(
        (found) => {
          if (!isShown) return
          setMap(found)
          const delay = serverTime() - Date.parse(found.lastActivity) < ACTIVE_MS ? MOVING_MS : RESTING_MS
          timer = setTimeout(() => read(renewed(upload, promise)), delay)
        },
        () => {
          if (isShown) timer = setTimeout(() => read(explained(upload)), RESTING_MS)
        },
      )
    }
    read(explained(upload))
    return () => {
      isShown = false
      clearTimeout(timer)
    }
  }, [upload.uploadId])
  return map
}

/** The facts after those of `before`: the first cell that wants them reads them, unless the page cannot be seen. */
function renewed(upload: UploadEntry, before: Promise<PartsMap>): Promise<PartsMap> {
  if (document.hidden) return before
  if (known.get(upload.uploadId) === before) known.delete(upload.uploadId)
  return explained(upload)
}

/** A fact about an upload that a listing does not contain; it is loaded when its row is drawn. */
export function UploadFacts({
  upload,
  show,
}: {
  readonly upload: UploadEntry
  readonly show: (map: PartsMap) => JSX.Element | string | null
}): JSX.Element {
  const map = useCurrentFacts(upload)
  return <>{map === undefined ? '…' : show(map)}</>
}
