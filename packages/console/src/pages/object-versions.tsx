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
  const versions = listing.rows.filter((row): row is ObjectEntry => row.kind !== 'prefix' && row.key === key)
  const restore = async (version: ObjectEntry) => {
    await copyObject(bucket, version, { bucket, key })
    announce(words.object.restored)
    listing.again()
  }
  if (listing.error !== undefined) return <Failure error={listing.error} />
  if (listing.isLoading) return <p class="muted">{words.loading}</p>
  if (versions.length === 0) return <Empty text={words.object.noVersions} />
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
                <a
                  class="mono cut"
                  title={one.versionId}
                  href={link(['buckets', bucket, 'object'], { key, version: one.versionId })}
                >
                  {one.versionId}
                </a>{' '}
                {one.isLatest && <span class="badge good">{words.objects.latest}</span>}
                {one.kind === 'marker' && <span class="badge warn">{words.objects.deleteMarker}</span>}
              </td>
              <td class="whole">{time(one.modified)}</td>
              <td class="number">{one.kind === 'marker' ? '' : bytes(one.size)}</td>
              <td class="mono">{one.etag}</td>
              <td class="tools">
                {one.kind === 'version' && !one.isLatest && (
                  <button type="button" class="button little" onClick={() => void restore(one).catch(announceFailure)}>
                    {words.object.restore}
                  </button>
                )}{' '}
                <button type="button" class="button danger little" onClick={() => setDeleting(one)}>
                  {words.delete}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {deleting && (
        <DeleteObjectsDialog
          bucket={bucket}
          entries={[deleting]}
          onClose={() => setDeleting(undefined)}
          onDone={() => {
            setDeleting(undefined)
            listing.again()
          }}
        />
      )}
    </div>
  )
}
