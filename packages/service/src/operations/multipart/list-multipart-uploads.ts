import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import type { UploadRecord } from '../../domain/stored/model.js'
import { listUploads, type UploadEntry } from '../../domain/uploads/listing.js'
import { ownerOf } from '../describe.js'

export const listMultipartUploads = handler('ListMultipartUploads', (call) => {
  const { encodingType, ...query } = call.input
  const bucket = call.bucket.name
  return andThen(listUploads(call.domain, { bucket, ...query }), ({ entries, isTruncated }) => {
    const result = {
      encodingType,
      bucket,
      ...query,
      ...nextMarkers(entries.at(-1)),
      isTruncated,
      uploads: entries.flatMap((entry) => (entry.kind === 'upload' ? [listed(entry.upload)] : [])),
      commonPrefixes: entries.flatMap((entry) => (entry.kind === 'prefix' ? [{ prefix: entry.prefix }] : [])),
    }
    return { output: {}, result }
  })
})

/** SDKs read them whether the listing is truncated or not. */
function nextMarkers(last: UploadEntry | undefined): { nextKeyMarker: string; nextUploadIdMarker: string } {
  if (last?.kind === 'upload') {
    return { nextKeyMarker: last.upload.key, nextUploadIdMarker: last.upload.uploadId }
  }
  return { nextKeyMarker: last?.prefix ?? '', nextUploadIdMarker: '' }
}

function listed({ key, uploadId, storageClass, initiatedAt, initiator, owner }: UploadRecord) {
  const accounts = { initiator: ownerOf(initiator), owner: ownerOf(owner) }
  return { key, uploadId, storageClass, initiated: initiatedAt, ...accounts }
}
