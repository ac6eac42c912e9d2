/** The second half of a move: the source is deleted as it was before it was read. */
import { rm } from 'node:fs/promises'
import { type ObjectInfo, OssError } from '@bindery/client'
import type { Address } from '../objects/address.js'
import type { ClientOf } from '../objects/with-client.js'
import type { Item } from './items.js'
import { haveOneEndpoint } from './one-endpoint.js'
import { placeText } from './places.js'

/** The state of a source before it is read; undefined for a file. Throws OssError. */
export async function sourceState(clientOf: ClientOf, { from }: Item): Promise<ObjectInfo | undefined> {
  return from.kind === 'object' ? clientOf(from.address).head(from.address.key, from.address) : undefined
}

/**
 * Deletes a source whose target is complete, unless it is its own target. Throws OssError, SourceKept for an object that is not as it
 * was `before`, and what the file system throws.
 */
export async function deleteSource(clientOf: ClientOf, item: Item, before: ObjectInfo | undefined): Promise<void> {
  const { from } = item
  if (isOntoItself(clientOf, item)) return
  if (from.kind === 'file') return rm(from.path)
  if (from.kind !== 'object') return
  try {
    await deleteAsItWas(clientOf, from.address, before)
  } catch (error) {
    if (!(error instanceof OssError) || (error.status !== 404 && error.status !== 412)) throw error
    if (error.status === 412) throw new OssError({ code: 'SourceKept', message: placeText(from), cause: error })
  }
}

function isOntoItself(clientOf: ClientOf, { from, to }: Item): boolean {
  if (from.kind !== 'object' || to.kind !== 'object') return placeText(from) === placeText(to)
  const { bucket, key } = to.address
  const isSame = from.address.bucket === bucket && from.address.key === key
  return isSame && haveOneEndpoint(clientOf, from.address, to.address)
}

/** Servers of OSS and S3 ignore the condition: for these the object is looked at again. */
async function deleteAsItWas(
  clientOf: ClientOf,
  { profile, bucket, key }: Address,
  before: ObjectInfo | undefined,
): Promise<void> {
  const client = clientOf({ ...(profile === undefined ? {} : { profile }) })
  // a link is described as what it leads to
  const known = before?.type === 'Symlink' ? undefined : before
  if (known !== undefined) {
    const now = await client.head(key, { bucket })
    if (now.etag !== known.etag || now.lastModified.getTime() !== known.lastModified.getTime()) {
      throw new OssError({ code: 'PreconditionFailed', status: 412, message: 'the object was written again' })
    }
  }
  const headers: Record<string, string> =
    known === undefined || client.requester.dialect === 's3'
      ? {}
      : { 'x-oss-ext-if-match': `"${known.etag}"`, 'x-oss-ext-if-last-modified': known.lastModified.toUTCString() }
  await client.requester.sendForText({ op: 'DeleteObject', method: 'DELETE', bucket, key, headers })
}
