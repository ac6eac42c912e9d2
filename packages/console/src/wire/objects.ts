import { base64, Md5, percentDecode, utf8Bytes } from '@bindery/bytes'
import { all, type Element, escapeXml, textOf } from '@bindery/client/xml'
import { send, sendForXml } from './request.js'
import { ServerError } from './server-error.js'

/** An object, a version, a delete marker, or all keys up to the next slash. Sizes in bytes, times in milliseconds since 1970. */
export type Entry =
  | { readonly kind: 'prefix'; readonly key: string }
  | {
      readonly kind: 'object' | 'version' | 'marker'
      readonly key: string
      readonly size: number
      readonly etag: string
      readonly type: string
      readonly storageClass: string
      readonly modified: number
      /** Absent in a listing without versions. */
      readonly versionId?: string | undefined
      readonly isLatest: boolean
    }

/** An entry that is not a prefix. */
export type ObjectEntry = Exclude<Entry, { kind: 'prefix' }>

/** A page of a listing, and where the next one begins. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Parameters of the next page; absent after the last. */
  readonly next?: Readonly<Record<string, string>> | undefined
}

/** The part of a bucket that is listed. Without a delimiter all keys with the prefix are. */
export interface Listed {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter?: string
  /** Whether versions and delete markers are listed. */
  readonly versions?: boolean
}

/** One page of a listing, by the parameters that the page before named. Throws ServerError. */
export async function listPage(
  { bucket, prefix, delimiter = '', versions = false }: Listed,
  position: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Page<Entry>> {
  const query = {
    ...(versions ? { versions: '' } : {}),
    'encoding-type': 'url',
    'max-keys': '1000',
    ...(prefix === '' ? {} : { prefix }),
    ...(delimiter === '' ? {} : { delimiter }),
    ...position,
  }
  const root = await sendForXml({ method: 'GET', bucket, query, signal })
  const objects = versions
    ? [...all(root, 'Version').map(entryOf('version')), ...all(root, 'DeleteMarker').map(entryOf('marker'))]
    : all(root, 'Contents').map(entryOf('object'))
  const prefixes = all(root, 'CommonPrefixes').map((one) => ({ kind: 'prefix', key: keyIn(one, 'Prefix') }) as const)
  const rows = [...prefixes, ...objects].sort(inOrder)
  if (textOf(root, 'IsTruncated') !== 'true') return { rows }
  if (!versions) return { rows, next: { marker: keyIn(root, 'NextMarker') } }
  return {
    rows,
    next: {
      'key-marker': keyIn(root, 'NextKeyMarker'),
      'version-id-marker': textOf(root, 'NextVersionIdMarker') ?? '',
    },
  }
}

function keyIn(element: Element, name: string): string {
  const text = textOf(element, name) ?? ''
  return percentDecode(text) ?? text
}

const entryOf =
  (kind: 'object' | 'version' | 'marker') =>
  (one: Element): ObjectEntry => ({
    kind,
    key: keyIn(one, 'Key'),
    size: Number(textOf(one, 'Size') ?? 0),
    etag: (textOf(one, 'ETag') ?? '').replaceAll('"', ''),
    type: textOf(one, 'Type') ?? '',
    storageClass: textOf(one, 'StorageClass') ?? '',
    modified: Date.parse(textOf(one, 'LastModified') ?? ''),
    versionId: textOf(one, 'VersionId'),
    isLatest: kind === 'object' || textOf(one, 'IsLatest') === 'true',
  })

/** By key; of one key the newest first. Prefixes and objects of a page come apart. */
function inOrder(one: Entry, other: Entry): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1
  if (one.kind === 'prefix' || other.kind === 'prefix') return 0
  return Number(other.isLatest) - Number(one.isLatest) || other.modified - one.modified
}

/** A key, and the version of it that is meant. */
export interface Target {
  readonly key: string
  readonly versionId?: string | undefined
}

const BATCH = 1_000
/** XML 1.0 cannot contain these characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const OUTSIDE_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** Deletes objects or versions in batches; `onDone` gets the number so far. Throws ServerError. */
export async function deleteObjects(
  bucket: string,
  targets: readonly Target[],
  onDone: (count: number) => void = () => {},
): Promise<void> {
  const [odd, plain] = [true, false].map((isOdd) => targets.filter(({ key }) => OUTSIDE_XML.test(key) === isOdd))
  let done = 0
  for (const target of odd ?? []) {
    await deleteObject(bucket, target)
    done += 1
    onDone(done)
  }
  for (let from = 0; from < (plain ?? []).length; from += BATCH) {
    const batch = (plain ?? []).slice(from, from + BATCH)
    await deleteBatch(bucket, batch)
    done += batch.length
    onDone(done)
  }
}

async function deleteBatch(bucket: string, targets: readonly Target[]): Promise<void> {
  const objects = targets.map(({ key, versionId }) => {
    const version = versionId === undefined ? '' : `<VersionId>${escapeXml(versionId)}</VersionId>`
    return `<Object><Key>${escapeXml(key)}</Key>${version}</Object>`
  })
  const body = utf8Bytes(`<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`) as Uint8Array<ArrayBuffer>
  const headers = { 'content-type': 'application/xml', 'content-md5': base64(new Md5().update(body).digest()) }
  await send({ method: 'POST', bucket, query: { delete: '' }, headers, body })
}

/** Deletes one object or version; `headers` may state conditions. Throws ServerError. */
export async function deleteObject(
  bucket: string,
  { key, versionId }: Target,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  await send({ method: 'DELETE', bucket, key, query: versionOf(versionId), headers })
}

const versionOf = (versionId: string | undefined): Record<string, string> => (versionId ? { versionId } : {})

/** The header that lets a write fail where an object has its key; buckets with versions ignore it. */
export const ONLY_IF_FREE = { 'x-oss-forbid-overwrite': 'true' }

/**
 * Throws ServerError FileAlreadyExists where an object has a key, also in a bucket with versions, which ignores ONLY_IF_FREE. Someone who may
 * not read the object learns nothing.
 */
export async function requireFree({ bucket, key }: { readonly bucket: string; readonly key: string }): Promise<void> {
  const isTaken = await headObject(bucket, { key }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ServerError && (error.status === 404 || error.status === 403)) return false
      throw error
    },
  )
  if (!isTaken) return
  throw new ServerError({ status: 409, code: 'FileAlreadyExists', message: 'An object with this key already exists.' })
}

/** Stores an empty object whose key ends in a slash, which listings show as a folder. Throws ServerError. */
export async function createFolder(bucket: string, key: string): Promise<void> {
  await requireFree({ bucket, key })
  await send({ method: 'PUT', bucket, key, headers: ONLY_IF_FREE, body: '' })
}

/** The headers of an object, names in lower case. Throws ServerError; a HEAD has no code but its status. */
export async function headObject(
  bucket: string,
  { key, versionId }: Target,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const response = await send({ method: 'HEAD', bucket, key, query: versionOf(versionId), signal })
  return new Map(response.headers)
}

/** The first bytes of an object, at most `most`. Throws ServerError. */
export async function readStart(
  bucket: string,
  { key, versionId }: Target,
  most: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const headers = { range: `bytes=0-${most - 1}` }
  const response = await send({ method: 'GET', bucket, key, query: versionOf(versionId), headers, signal })
  return new Uint8Array(await response.arrayBuffer())
}

/** A tag or an item of metadata. */
export type Pair = readonly [name: string, value: string]

/** Throws ServerError. */
export async function readTags(bucket: string, { key, versionId }: Target, signal?: AbortSignal): Promise<Pair[]> {
  const query = { tagging: '', ...versionOf(versionId) }
  const root = await sendForXml({ method: 'GET', bucket, key, query, signal })
  return all(all(root, 'TagSet')[0], 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''])
}

/** Replaces the tags of an object. Throws ServerError. */
export async function writeTags(bucket: string, { key, versionId }: Target, tags: readonly Pair[]): Promise<void> {
  const set = tags.map(([name, value]) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`)
  const body = `<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`
  await send({ method: 'PUT', bucket, key, query: { tagging: '', ...versionOf(versionId) }, body })
}

/** Throws ServerError. */
export async function readAcl(bucket: string, { key, versionId }: Target, signal?: AbortSignal): Promise<string> {
  const query = { acl: '', ...versionOf(versionId) }
  const root = await sendForXml({ method: 'GET', bucket, key, query, signal })
  return textOf(all(root, 'AccessControlList')[0], 'Grant') ?? ''
}

/** Throws ServerError. */
export async function writeAcl(bucket: string, { key, versionId }: Target, acl: string): Promise<void> {
  const query = { acl: '', ...versionOf(versionId) }
  await send({ method: 'PUT', bucket, key, query, headers: { 'x-oss-object-acl': acl } })
}

/** Copies an object, or a version of it. `headers` are sent besides: with metadata among them they replace that of the source. */
export async function copyObject(
  bucket: string,
  { key, versionId }: Target,
  target: { readonly bucket: string; readonly key: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const version = versionId === undefined ? '' : `?versionId=${versionId}`
  const source = `/${bucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}${version}`
  await send({ method: 'PUT', ...target, headers: { 'x-oss-copy-source': source, ...headers } })
}
