/** The second half of a move: the source is deleted as it was before it was read. */
import { rm, stat } from 'node:fs/promises'
import { type Client, OssError } from '@bindery/client'
import { type Operation, operations } from '@bindery/protocol'
import type { Address } from '../objects/address.js'
import { send } from '../objects/call.js'
import type { ClientOf } from '../objects/with-client.js'
import type { Item } from './items.js'
import { haveOneEndpoint } from './one-endpoint.js'
import { type Place, placeText } from './places.js'

/** The properties that differ where an object was written again. A link has its own, not those of what it leads to. */
interface ObjectState {
  readonly etag: string
  readonly lastModified: Date
}

/** A source before it is read: the state of an object, or what differs where a file was written again. */
export type SourceState = ObjectState | { readonly file: string | undefined } | undefined

/** The state of a source before it is read; undefined for standard input. Throws OssError, and what the file system throws. */
export async function sourceState(clientOf: ClientOf, { from }: Item): Promise<SourceState> {
  if (from.kind === 'file') return { file: await fileState(from.path) }
  if (from.kind !== 'object') return undefined
  return objectState(clientOf(from.address), from.address)
}

async function objectState(client: Client, { bucket, key }: Address): Promise<ObjectState> {
  const info = await client.head(key, { bucket })
  if (info.type !== 'Symlink') return info
  const { headers } = await send(client, operations.GetSymlink as Operation, { bucket, key, query: {}, headers: {} })
  return { etag: (headers.etag ?? '').replaceAll('"', ''), lastModified: new Date(headers['last-modified'] ?? 0) }
}

/** Undefined where the file is gone. */
async function fileState(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Deletes a source whose target is complete, unless it is its own target. Throws OssError, SourceKept for one that is not as it
 * was `before`, and what the file system throws.
 */
export async function deleteSource(clientOf: ClientOf, item: Item, before: SourceState): Promise<void> {
  const { from } = item
  if (before === undefined || isOntoItself(clientOf, item)) return
  if (from.kind === 'file') {
    const now = await fileState(from.path)
    if (now === undefined) return
    if (!('file' in before) || now !== before.file) throw kept(from)
    return rm(from.path)
  }
  if (from.kind !== 'object' || 'file' in before) return
  try {
    await deleteAsItWas(clientOf, from.address, before)
  } catch (error) {
    if (!(error instanceof OssError) || (error.status !== 404 && error.status !== 412)) throw error
    if (error.status === 412) throw kept(from, error)
  }
}

function kept(from: Place, cause?: unknown): OssError {
  return new OssError({ code: 'SourceKept', message: placeText(from), cause })
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
  before: ObjectState,
): Promise<void> {
  const client = clientOf({ ...(profile === undefined ? {} : { profile }) })
  const now = await objectState(client, { bucket, key })
  if (now.etag !== before.etag || now.lastModified.getTime() !== before.lastModified.getTime()) {
    throw new OssError({ code: 'PreconditionFailed', status: 412, message: 'the object was written again' })
  }
  const headers: Record<string, string> =
    client.requester.dialect === 's3'
      ? {}
      : { 'x-oss-ext-if-match': `"${before.etag}"`, 'x-oss-ext-if-last-modified': before.lastModified.toUTCString() }
  await client.requester.sendForText({ op: 'DeleteObject', method: 'DELETE', bucket, key, headers })
}
