import type { Client, ListedUpload } from '@bindery/client'

/** The parts of an incomplete upload, summed. */
export interface Held {
  readonly parts: number
  /** Bytes. */
  readonly bytes: number
  /** When the latest part was stored; absent without parts. */
  readonly lastPart?: Date
}

/** Sums the parts of an incomplete upload. An upload that has ended meanwhile holds nothing. Throws OssError. */
export async function heldBy(
  client: Client,
  bucket: string,
  { key, uploadId }: Pick<ListedUpload, 'key' | 'uploadId'>,
): Promise<Held> {
  let parts = 0
  let bytes = 0
  let last: Date | undefined
  for await (const { size, lastModified } of client.listParts({ bucket, key, uploadId })) {
    parts += 1
    bytes += size
    if (last === undefined || lastModified > last) last = lastModified
  }
  return { parts, bytes, ...(last === undefined ? {} : { lastPart: last }) }
}
