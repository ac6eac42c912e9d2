/** Multipart uploads that were not completed yet. */
import { percentDecode } from '@bindery/bytes'
import { all, textOf } from '@bindery/client/xml'
import { ONLY_IF_FREE, type Page, requireFree } from './objects.js'
import { presigned, send, sendForJson, sendForXml } from './request.js'

/** The name of an upload. */
export interface UploadName {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

/** An upload as it is listed. Times in milliseconds since 1970. */
export interface UploadEntry extends UploadName {
  readonly initiated: number
  readonly storageClass: string
}

/** Parts `from` to `to`, each of `size` bytes. */
export interface Run {
  readonly from: number
  readonly to: number
  readonly size: number
}

/** An upload as the server explains it. */
export interface PartsMap {
  readonly initiator: string
  /** The client that began it; only for the account of the bucket, and where the server noted it. */
  readonly client?: { readonly accessKeyId?: string; readonly remoteAddress: string; readonly userAgent?: string }
  readonly initiated: string
  readonly lastActivity: string
  readonly sequential: boolean
  readonly storageClass: string
  readonly partCount: number
  readonly bytes: number
  readonly bytesOfLastMinute: number
  readonly runs: readonly Run[]
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  readonly undersized: readonly number[]
  readonly completable: boolean
  /** Why a Complete with all parts would fail now. */
  readonly obstacle?: { readonly code: string; readonly message: string; readonly partNumber?: number }
  /** The number of parts that its initiator has declared, where it did. */
  readonly autoComplete?: { readonly parts?: number }
}

/** An upload with what its page shows besides. */
export interface FullPartsMap extends PartsMap {
  /** When the stored parts arrived. Times in ISO 8601, slots in milliseconds from the beginning on. */
  readonly timeline: {
    readonly firstPart?: string
    readonly slotMs: number
    readonly bytes: readonly number[]
    readonly pauses: readonly { readonly from: string; readonly to: string }[]
  }
  /** The description of the object, as it was stated when the upload began; for someone who may read the object. */
  readonly object?: {
    readonly contentType?: string
    readonly acl?: string
    readonly encryption?: string
    readonly metadata: Readonly<Record<string, string>>
    readonly tags: readonly { readonly key: string; readonly value: string }[]
  }
}

const MINUTE_SECONDS = 60

/** Bytes per second that an upload got within the last minute. `now` in milliseconds since 1970. */
export function rateOf({ bytesOfLastMinute, initiated }: PartsMap, now: number): number {
  const age = (now - Date.parse(initiated)) / 1_000
  return bytesOfLastMinute / Math.min(MINUTE_SECONDS, Math.max(1, age))
}

/** A stored part. Times in milliseconds since 1970. */
export interface StoredPart {
  readonly partNumber: number
  readonly size: number
  readonly etag: string
  readonly crc64: string
  readonly lastModified: string
}

/** One page of the uploads of a bucket. Throws ServerError. */
export async function listUploads(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  position: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Page<UploadEntry>> {
  const query = {
    uploads: '',
    'encoding-type': 'url',
    'max-uploads': '1000',
    ...(prefix === '' ? {} : { prefix }),
    ...position,
  }
  const root = await sendForXml({ method: 'GET', bucket, query, signal })
  const decoded = (text: string | undefined) => percentDecode(text ?? '') ?? text ?? ''
  const rows = all(root, 'Upload').map((one) => ({
    bucket,
    key: decoded(textOf(one, 'Key')),
    uploadId: textOf(one, 'UploadId') ?? '',
    initiated: Date.parse(textOf(one, 'Initiated') ?? ''),
    storageClass: textOf(one, 'StorageClass') ?? '',
  }))
  if (textOf(root, 'IsTruncated') !== 'true') return { rows }
  const next = {
    'key-marker': decoded(textOf(root, 'NextKeyMarker')),
    'upload-id-marker': textOf(root, 'NextUploadIdMarker') ?? '',
  }
  return { rows, next }
}

const MAP = { 'x-oss-ext-parts-map': '' }

/** Which parts an upload has. Throws ServerError NoSuchUpload. */
export function explainUpload({ bucket, key, uploadId }: UploadName, signal?: AbortSignal): Promise<PartsMap> {
  return sendForJson<PartsMap>({ method: 'GET', bucket, key, query: { uploadId, ...MAP }, signal })
}

/** The same, with when its parts arrived, and what it will become. Throws ServerError NoSuchUpload. */
export function explainFully({ bucket, key, uploadId }: UploadName, signal?: AbortSignal): Promise<FullPartsMap> {
  const query = { uploadId, ...MAP, 'x-oss-ext-detail': 'full' }
  return sendForJson<FullPartsMap>({ method: 'GET', bucket, key, query, signal })
}

/** One page of the parts of an upload. Throws ServerError NoSuchUpload. */
export async function listParts(
  { bucket, key, uploadId }: UploadName,
  position: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Page<StoredPart>> {
  const query = { uploadId, ...MAP, 'x-oss-ext-detail': 'parts', 'max-parts': '1000', ...position }
  type Detailed = { readonly parts: readonly StoredPart[]; readonly nextPartNumberMarker?: number }
  const { parts, nextPartNumberMarker: marker } = await sendForJson<Detailed>({
    method: 'GET',
    bucket,
    key,
    query,
    signal,
  })
  return marker === undefined ? { rows: parts } : { rows: parts, next: { 'part-number-marker': String(marker) } }
}

/** One part of an upload; undefined where it is not stored. Throws ServerError NoSuchUpload. */
export async function readPart(name: UploadName, part: number, signal: AbortSignal): Promise<StoredPart | undefined> {
  const position = { 'part-number-marker': String(part - 1), 'max-parts': '1' }
  const { rows } = await listParts(name, position, signal)
  return rows.find(({ partNumber }) => partNumber === part)
}

/** Deletes an upload with its parts. Throws ServerError NoSuchUpload. */
export async function abortUpload({ bucket, key, uploadId }: UploadName): Promise<void> {
  await send({ method: 'DELETE', bucket, key, query: { uploadId } })
}

/**
 * Makes an object of all parts, or of those given. Throws ServerError, also FileAlreadyExists if it may not replace an object, and
 * InvalidPart if one of those given was replaced meanwhile.
 */
export async function completeUpload(
  { bucket, key, uploadId }: UploadName,
  { forbidsOverwrite, parts }: { readonly forbidsOverwrite: boolean; readonly parts?: readonly StoredPart[] },
): Promise<void> {
  if (forbidsOverwrite) await requireFree({ bucket, key })
  const headers = {
    ...(parts === undefined ? { 'x-oss-complete-all': 'yes' } : { 'content-type': 'application/xml' }),
    ...(forbidsOverwrite ? ONLY_IF_FREE : {}),
  }
  const body = parts === undefined ? undefined : completionOf(parts)
  await send({ method: 'POST', bucket, key, query: { uploadId }, headers, body })
}

/** The body of the CompleteMultipartUpload that makes an object of parts. */
export function completionOf(parts: readonly StoredPart[]): string {
  const lines = parts.map(
    ({ partNumber, etag }) => `  <Part><PartNumber>${partNumber}</PartNumber><ETag>"${etag}"</ETag></Part>`,
  )
  return ['<CompleteMultipartUpload>', ...lines, '</CompleteMultipartUpload>'].join('\n')
}

/** All parts of an upload, by their numbers. Throws ServerError NoSuchUpload. */
export async function allParts(name: UploadName): Promise<readonly StoredPart[]> {
  const parts: StoredPart[] = []
  let position: Readonly<Record<string, string>> | undefined = {}
  while (position !== undefined) {
    const page: Page<StoredPart> = await listParts(name, position)
    parts.push(...page.rows)
    position = page.next
  }
  return parts
}

/** An event about the uploads of a bucket. */
export interface UploadEvent {
  readonly type: 'initiated' | 'part' | 'completed' | 'aborted' | 'lagged'
  readonly key?: string
  readonly uploadId?: string
  readonly partNumber?: number
}

/** Seconds within which a stream of events must begin. */
const BEGIN_SECONDS = 60
/** Milliseconds before a stream that ended is opened again: at first, and after many attempts that failed. */
const AGAIN_MS = 3_000
const AGAIN_MS_MAX = 60_000
const TYPES = ['initiated', 'part', 'completed', 'aborted', 'lagged'] as const

/** Follows the uploads of a bucket; `onEvent` is called for each event, and `onGap` where some may have been missed. */
export function watchUploads(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  { onEvent, onGap }: { readonly onEvent: (event: UploadEvent) => void; readonly onGap: () => void },
): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  let delay = AGAIN_MS
  const open = async () => {
    const query = { uploads: '', 'x-oss-ext-events': '', ...(prefix === '' ? {} : { prefix }) }
    const url = await presigned({ method: 'GET', bucket, query }, BEGIN_SECONDS)
    if (isOver) return
    source = new EventSource(url)
    source.onopen = () => {
      delay = AGAIN_MS
      onGap()
    }
    source.onerror = retry
    for (const type of TYPES) {
      source.addEventListener(type, ({ data }) => onEvent({ ...(JSON.parse(data || '{}') as object), type }))
    }
  }
  // the browser would use the same URL, whose signature ends
  const retry = () => {
    source?.close()
    if (isOver) return
    clearTimeout(timer)
    timer = setTimeout(() => void open().catch(retry), delay)
    delay = Math.min(2 * delay, AGAIN_MS_MAX)
  }
  void open().catch(retry)
  return () => {
    isOver = true
    clearTimeout(timer)
    source?.close()
  }
}
