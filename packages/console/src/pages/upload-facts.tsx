import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { explainUpload, type PartsMap, type UploadEntry } from '../wire/uploads.js'

/** Explanations by upload id, for as long as the page of this tab lives: a row that scrolls out and in loads nothing. */
const known = new Map<string, Promise<PartsMap>>()
const KNOWN_MAX = 5_000

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

/** A fact about an upload that a listing does not contain; it is loaded when its row is drawn. */
export function UploadFacts({
  upload,
  show,
}: {
  readonly upload: UploadEntry
  readonly show: (map: PartsMap) => JSX.Element | string | null
}): JSX.Element {
  const [map, setMap] = useState<PartsMap | undefined>()
  useEffect(() => {
    let isShown = true
    explained(upload).then(
      (found) => isShown && setMap(found),
      () => {},
    )
    return () => {
      isShown = false
    }
  }, [upload.uploadId])
  return <>{map === undefined ? '…' : show(map)}</>
}
