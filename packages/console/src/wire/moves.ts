/** Moves of objects: a copy under the new key, then a deletion that spares what was written meanwhile. */
import {
  copyObject,
  deleteObject,
  headObject,
  listPage,
  ONLY_IF_FREE,
  readAcl,
  requireFree,
  type Target,
} from './objects.js'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** An object of a bucket. */
export interface Place {
  readonly bucket: string
  readonly key: string
}

/**
 * Moves an object, or a version of it, with its class and ACL. The original stays where it changed after it was read: then the answer is
 * the code SourceChanged. Throws ServerError, also FileAlreadyExists unless `overwrites`.
 */
export async function moveObject(
  bucket: string,
  source: Target,
  target: Place,
  { overwrites = false }: { readonly overwrites?: boolean } = {},
): Promise<void> {
  if (!overwrites) await requireFree(target)
  const headers = await headObject(bucket, source)
  const condition = overwrites ? {} : ONLY_IF_FREE
  const isLink = headers.get('x-oss-object-type') === 'Symlink'
  const read = isLink ? await linkHeaders(bucket, source) : headers
  if (isLink) await copyLink(read, target, condition)
  else {
    const kept = await keptHeaders(bucket, source, headers)
    await copyObject(bucket, source, target, {
      ...kept,
      ...condition,
      'x-oss-copy-source-if-match': headers.get('etag') ?? '',
    })
  }
  await deleteUnchanged(bucket, source, read)
}

/** Headers for facts that a copy does not take over by itself. Someone who may not read the ACL moves the object under that of the bucket. */
async function keptHeaders(bucket: string, source: Target, headers: ReadonlyMap<string, string>) {
  const storageClass = headers.get('x-oss-storage-class')
  const acl = await readAcl(bucket, source).catch((error: unknown) => {
    if (error instanceof ServerError && error.status === 403) return 'default'
    throw error
  })
  return {
    ...(storageClass === undefined ? {} : { 'x-oss-storage-class': storageClass }),
    ...(acl === 'default' || acl === '' ? {} : { 'x-oss-object-acl': acl }),
  }
}

async function linkHeaders(bucket: string, { key, versionId }: Target): Promise<ReadonlyMap<string, string>> {
  const query = { symlink: '', ...(versionId === undefined ? {} : { versionId }) }
  return new Map((await send({ method: 'GET', bucket, key, query })).headers)
}

/** A copy of a link would be one of what it leads to. */
async function copyLink(
  link: ReadonlyMap<string, string>,
  target: Place,
  condition: Readonly<Record<string, string>>,
): Promise<void> {
  const headers = { 'x-oss-symlink-target': link.get('x-oss-symlink-target') ?? '', ...condition }
  await send({ method: 'PUT', ...target, query: { symlink: '' }, headers })
}

/** A version never changes; the current object is deleted only as it was read. */
async function deleteUnchanged(bucket: string, source: Target, read: ReadonlyMap<string, string>): Promise<void> {
  const condition = {
    'x-oss-ext-if-match': read.get('etag') ?? '*',
    'x-oss-ext-if-last-modified': read.get('last-modified') ?? '',
  }
  try {
    await deleteObject(bucket, source, source.versionId === undefined ? condition : {})
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'PreconditionFailed') throw error
    const { status, message, requestId } = error
    throw new ServerError({ status, code: 'SourceChanged', message, requestId })
  }
}

/** An entry that is moved: an object, or a prefix with all that is below it. */
export type Moved = { readonly kind: string } & Target

/**
 * Moves objects, and all below prefixes, into a folder under their own names, which `haveOwnNames`; `onDone` gets the number so far. Throws
 * ServerError.
 */
export async function moveInto(
  bucket: string,
  moved: readonly Moved[],
  folder: Place,
  options: { readonly overwrites: boolean; readonly onDone: (count: number) => void; readonly goesOn: () => boolean },
): Promise<number> {
  let total = 0
  const move = async (source: Target, name: string) => {
    if (!options.goesOn()) return
    await moveObject(bucket, source, { bucket: folder.bucket, key: folder.key + name }, options)
    total += 1
    options.onDone(total)
  }
  for (const { kind, key } of moved) {
    const above = key.slice(0, key.length - nameOf(key).length)
    if (kind !== 'prefix') await move({ key }, key.slice(above.length))
    else for await (const below of keysBelow(bucket, key)) await move({ key: below }, below.slice(above.length))
  }
  return total
}

/** All keys with a prefix, as they were when the first page was listed or later. */
async function* keysBelow(bucket: string, prefix: string): AsyncGenerator<string> {
  let position: Readonly<Record<string, string>> | undefined = {}
  while (position !== undefined) {
    const page: Awaited<ReturnType<typeof listPage>> = await listPage({ bucket, prefix }, position)
    for (const { key } of page.rows) yield key
    position = page.next
  }
}

/** The name of an entry within its folder; that of a folder ends in a slash. */
function nameOf(key: string): string {
  return key.slice(key.replace(/\/$/, '').lastIndexOf('/') + 1)
}

/** Whether no two entries have the same name: in one folder, they would overwrite each other. */
export function haveOwnNames(moved: readonly Moved[]): boolean {
  return new Set(moved.map(({ key }) => nameOf(key))).size === moved.length
}

/** Whether a folder may take what is moved: not itself, nothing that is in it already, and no folder above it. */
export function canTake(folder: string, moved: readonly Moved[]): boolean {
  return moved.every(({ kind, key }) => {
    const above = key.slice(0, key.length - nameOf(key).length)
    return above !== folder && !(kind === 'prefix' && folder.startsWith(key))
  })
}
