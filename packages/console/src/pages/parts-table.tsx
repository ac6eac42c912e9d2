import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, count, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { useListing } from '../app/use-listing.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { saveText } from '../parts/save-text.js'
import { announceFailure } from '../parts/toasts.js'
import { VirtualTable } from '../parts/virtual-table.js'
import { allParts, completionOf, listParts, type StoredPart, type UploadName } from '../wire/uploads.js'

/** The stored parts of an upload as a table, on request: what the map shows by colours. */
export function PartsTable({
  name,
  revision,
}: {
  readonly name: UploadName
  /** Another number for other parts. */
  readonly revision: number
}): JSX.Element {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.upload.asTable}</summary>
      {isOpen && (
        <>
          <Table key={revision} name={name} />
          <Exports name={name} />
        </>
      )}
    </details>
  )
}

function Table({ name }: { readonly name: UploadName }): JSX.Element {
  const words = useWords()
  const listing = useListing<StoredPart>((position, signal) => listParts(name, position, signal), [name.uploadId])
  if (listing.error !== undefined) return <Failure error={listing.error} />
  return (
    <div class="parts-table">
      <VirtualTable
        label={words.upload.asTable}
        columns={[
          {
            name: 'number',
            title: words.upload.part,
            width: '84px',
            isNumber: true,
            cell: ({ partNumber }) => count(partNumber),
          },
          { name: 'size', title: words.size, width: '110px', isNumber: true, cell: ({ size }) => bytes(size) },
          { name: 'etag', title: 'ETag', cell: ({ etag }) => <span class="mono">{etag}</span> },
          { name: 'crc', title: 'CRC-64', cell: ({ crc64 }) => <span class="mono">{crc64}</span> },
          {
            name: 'time',
            title: words.upload.writtenAt,
            width: '190px',
            cell: ({ lastModified }) => time(Date.parse(lastModified)),
          },
        ]}
        rows={listing.rows}
        isComplete={listing.isComplete}
        keyOf={({ partNumber }) => String(partNumber)}
        nameOf={({ partNumber }) => String(partNumber)}
        onEnd={listing.more}
        onOpen={() => {}}
      />
    </div>
  )
}

/** Saves the list of parts by which other programs complete the upload. */
export function savePartList(parts: readonly StoredPart[]): void {
  saveText('complete.xml', completionOf(parts), 'application/xml')
}

/** All parts, for other programs: as the body that completes the upload, and as they are. */
function Exports({ name }: { readonly name: UploadName }): JSX.Element {
  const words = useWords()
  const save = async (format: 'xml' | 'json') => {
    const parts = await allParts(name)
    if (format === 'xml') savePartList(parts)
    else saveText('parts.json', JSON.stringify({ ...name, parts }, undefined, 2), 'application/json')
  }
  return (
    <div class="row">
      {(['xml', 'json'] as const).map((format) => (
        <button
          key={format}
          type="button"
          class="button little"
          onClick={() => void save(format).catch(announceFailure)}
        >
          <Icon name="down" />
          {words.upload.exports[format]}
        </button>
      ))}
    </div>
  )
}
