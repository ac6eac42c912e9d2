import type { JSX } from 'preact'
import { useLoad } from '../app/use-load.js'
import { headObject, type ObjectEntry } from '../wire/objects.js'

/** The CRC-64 of an object, which listings do not contain: it is read when its row is drawn. */
export function ObjectCrc({ bucket, entry }: { readonly bucket: string; readonly entry: ObjectEntry }): JSX.Element {
  const { key, versionId, etag } = entry
  const headers = useLoad((signal) => headObject(bucket, { key, versionId }, signal), [bucket, key, versionId, etag])
  const crc64 = headers.value?.get('x-oss-hash-crc64ecma')
  return <span class="mono">{headers.isLoading ? '…' : (crc64 ?? '–')}</span>
}
