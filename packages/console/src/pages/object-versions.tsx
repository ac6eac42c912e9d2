import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useListing } from '../app/use-listing.js'
import { Failure } from '../parts/notice.js'
import { Empty } from '../parts/states.js'
import { announce, announceFailure } from '../parts/toasts.js'
import { copyObject, listPage, type ObjectEntry, type Target } from '../wire/objects.js'
import { DeleteObjectsDialog } from './delete-objects.js'
import { VersionDiff } from './version-diff.js'

/** The versions of one key, the newest first. */
export function ObjectVersions({
  bucket,
  target: { key },
}: {
  readonly bucket: string
  readonly target: Target
}): JSX.Element {
  const words = useWords()
  const listing = useListing(
    (position, signal) => listPage({ bucket, prefix: key, delimiter: '/', versions: true }, position, signal),
    [bucket, key],
  )
  const [deleting, setDeleting] = useState<ObjectEntry | undefined>()
  const [compared, setCompared] = useState<readonly string[]>([])
  const versions = listing.rows.filter((row): row is ObjectEntry => row.kind !== 'prefix' && row.key === key)
  const restore = async (version: ObjectEntry) => {
    await copyObject(bucket, version, { bucket, key })
    announce(words.object.restored)
    listing.again()
  }
  if (listing.error !== undefined) return <Failure error={listing.error} />
  if (listing.isLoading) return <p class="muted">{words.loading}</p>
  if (versions.length === 0) return <Empty text={words.object.noVersions} />
  const chosen = versions.filter(({ versionId = '' }) => compared.includes(versionId))
  const [newer, older] = chosen
  return (
    <div class="stack">
      {versions.length > 1 && <p class="muted">{words.object.compareHint}</p>}
      <VersionTable
        bucket={bucket}
        versions={versions}
        compared={compared}
        // the third takes the place of the first
        onCompare={(id) =>
          setCompared(compared.includes(id) ? compared.filter((one) => one !== id) : [...compared, id].slice(-2))
        }
        onRestore={(one) => void restore(one).catch(announceFailure)}
        onDelete={setDeleting}
      />
      {newer && older && <VersionDiff bucket={bucket} older={older} newer={newer} />}
      {deleting && (
        <DeleteObjectsDialog
          bucket={bucket}
          entries={[deleting]}
          onClose={() => setDeleting(undefined)}
          onDone={() => {
            setDeleting(undefined)
            setCompared([])
            listing.again()
          }}
        />
      )}
    </div>
  )
}

function VersionTable({
  bucket,
  versions,
  compared,
  onCompare,
  onRestore,
  onDelete,
}: {
  readonly bucket: string
  readonly versions: readonly ObjectEntry[]
  readonly compared: readonly string[]
  readonly onCompare: (versionId: string) => void
  readonly onRestore: (version: ObjectEntry) => void
  readonly onDelete: (version: ObjectEntry) => void
}): JSX.Element {
  const words = useWords()
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.object.version}</th>
            <th scope="col">{words.objects.modified}</th>
            <th scope="col" class="number">
              {words.size}
            </th>
            <th scope="col">ETag</th>
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one) => (
            <tr key={one.versionId}>
              <td>
                <span class="row">
                  {one.kind === 'version' && versions.length > 1 && (
                    <input
                      type="checkbox"
                      aria-label={words.object.compare(one.versionId ?? '')}
                      checked={compared.includes(one.versionId ?? '')}
                      onChange={() => onCompare(one.versionId ?? '')}
                    />
                  )}
                  <a
                    class="mono cut"
                    title={one.versionId}
                    href={link(['buckets', bucket, 'object'], { key: one.key, version: one.versionId })}
                  >
                    {one.versionId}
                  </a>
                  {one.isLatest && <span class="badge good">{words.objects.latest}</span>}
                  {one.kind === 'marker' && <span class="badge warn">{words.objects.deleteMarker}</span>}
                </span>
              </td>
              <td class="whole">{time(one.modified)}</td>
              <td class="number">{one.kind === 'marker' ? '' : bytes(one.size)}</td>
              <td class="mono">
                <span class="cut" title={one.etag}>
                  {one.etag}
                </span>
              </td>
              <td class="tools">
                {one.kind === 'version' && !one.isLatest && (
                  <button type="button" class="button little" onClick={() => onRestore(one)}>
                    {words.object.restore}
                  </button>
                )}{' '}
                <button type="button" class="button danger little" onClick={() => onDelete(one)}>
                  {words.delete}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
