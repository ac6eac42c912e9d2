import { type BucketName, OssError } from '@bindery/protocol'
import { hasObjects } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { listUploads } from './listing.js'
import { abortUpload } from './uploads.js'

const UPLOADS_AT_ONCE = 100

/** Aborts the uploads of a bucket, one after another, unless it holds objects. Throws noSuchBucket, bucketHasObjects. */
export async function abortAll(domain: Domain, bucket: BucketName): Promise<void> {
  if (await hasObjects(domain, bucket)) throw new OssError('bucketHasObjects', { bucketName: bucket })
  const query = { bucket, prefix: '', delimiter: '', keyMarker: '', uploadIdMarker: '', maxUploads: UPLOADS_AT_ONCE }
  for (;;) {
    const { entries, isTruncated } = await listUploads(domain, query)
    for (const entry of entries) if (entry.kind === 'upload') await abortIfOpen(domain, entry.upload)
    if (!isTruncated) return
  }
}

async function abortIfOpen(domain: Domain, upload: Parameters<typeof abortUpload>[1]): Promise<void> {
  try {
    await abortUpload(domain, upload)
  } catch (error) {
    if (!(error instanceof OssError) || error.reason !== 'noSuchUploadOnAbort') throw error
  }
}
