/** Rows that the transaction of a request will read: on an engine with a server they travel with the request's first read. */
import type { Bytes } from '@bindery/storage'
import type { Domain } from './domain.js'
import { isId } from './stored/ids.js'
import { incarnationRows, objectRows, partRows, receiptRows, uploadRows, usageRows } from './stored/keyspace.js'
import type { ObjectName } from './stored/model.js'

/** Inputs that name an upload and its part, as the client sent them. */
interface NamedUpload {
  readonly uploadId?: string | undefined
  readonly partNumber?: number | undefined
}

/** The domain for a request that writes an object, an upload of it or a part: its first read fetches also what its transaction reads. */
export function withForesight(domain: Domain, name: ObjectName, upload: NamedUpload): Domain {
  const { metadata } = domain
  return metadata.recalling === undefined
    ? domain
    : { ...domain, metadata: metadata.recalling(rowsOf(domain, name, upload)) }
}

function rowsOf({ blobs }: Domain, { bucket, key }: ObjectName, { uploadId, partNumber }: NamedUpload): Bytes[] {
  const living = incarnationRows.key({ incarnation: blobs.incarnation })
  if (uploadId === undefined) return [objectRows.key({ bucket, key }), living]
  if (!isId(uploadId)) return []
  const upload = uploadRows.key({ bucket, key, uploadId })
  if (partNumber !== undefined) return [upload, living, partRows.key({ manifest: uploadId, partNumber })]
  return [upload, usageRows.key({ uploadId }), receiptRows.key({ uploadId }), objectRows.key({ bucket, key })]
}
