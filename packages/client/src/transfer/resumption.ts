/** Parts that an upload takes over from an earlier one. Loaded when there is an earlier one, or one is looked for. */
import type { Checkpoint, CheckpointPart } from '../types/checkpoint.js'
import { OssError } from '../types/error.js'
import type { RandomAccessSource } from '../types/upload.js'
import { type ListedUpload, listParts, listUploads, type RequestHooks, type StoredPart } from '../wire/multipart.js'
import type { MultipartOptions, SentPart } from './multipart-options.js'
import { checksumOf } from './part-body.js'
import { PARTS_MAX, type PlannedPart, planParts } from './plan.js'

/** An upload of the server that can be continued. */
export interface FoundUpload {
  readonly uploadId: string
  /** The checkpoint that names it. */
  readonly known: Checkpoint | undefined
  /** Its parts by number. */
  readonly stored: ReadonlyMap<number, StoredPart>
  /** Bytes of its parts, where they are all of one size. */
  readonly partSize: number | undefined
}

/** Candidates of a key on the server that are compared with the source. */
const CANDIDATES_MAX = 10

/**
 * The upload to continue: the one that the options name, else, where they permit it, one of the same key on the server that has a
 * part of the source. Throws NoSuchUpload for an upload that the caller named and that is gone.
 */
export async function findUpload(options: MultipartOptions, hooks: RequestHooks): Promise<FoundUpload | undefined> {
  const { resume, isForced, searchesServer } = options
  if (resume !== undefined) {
    const known = 'v' in resume ? resume : undefined
    const stored = await storedParts(options, resume.uploadId, hooks, isForced)
    if (stored !== undefined) return found(options, resume.uploadId, stored, known)
  }
  return searchesServer ? findOnServer(options, hooks) : undefined
}

/** The newest upload of the key with a part of the source's bytes: an upload of something else is left alone. */
async function findOnServer(options: MultipartOptions, hooks: RequestHooks): Promise<FoundUpload | undefined> {
  const { source, requester } = options
  const { bucket, key } = options.options
  if (source.kind !== 'random') return undefined
  const uploads: ListedUpload[] = []
  for await (const upload of listUploads(requester, { bucket, prefix: key }, hooks)) {
    if (upload.key === key) uploads.push(upload)
    else if (uploads.length > 0) break
  }
  uploads.sort((one, other) => other.initiated.getTime() - one.initiated.getTime())
  for (const { uploadId } of uploads.slice(0, CANDIDATES_MAX)) {
    const stored = await storedParts(options, uploadId, hooks)
    if (stored === undefined || stored.size === 0) continue
    const candidate = found(options, uploadId, stored, undefined)
    const parts = planParts(source.source.size, candidate.partSize ?? source.source.size)
    const sample = parts.find(({ partNumber, size }) => stored.get(partNumber)?.size === size)
    const part = sample && stored.get(sample.partNumber)
    if (part && (await reusable(options, source.source, sample, part, undefined)) !== undefined) return candidate
  }
  return undefined
}

function found(
  { source }: MultipartOptions,
  uploadId: string,
  stored: ReadonlyMap<number, StoredPart>,
  known: Checkpoint | undefined,
): FoundUpload {
  const partSize = source.kind === 'random' ? commonSize(stored, source.source.size) : undefined
  return { uploadId, known, stored, partSize }
}

/** The parts of an upload; undefined where the server has no such upload, unless it is required. */
async function storedParts(
  { requester, options: { bucket, key } }: MultipartOptions,
  uploadId: string,
  hooks: RequestHooks,
  isForced = false,
): Promise<ReadonlyMap<number, StoredPart> | undefined> {
  const stored = new Map<number, StoredPart>()
  try {
    for await (const part of listParts(requester, { bucket, key, uploadId }, hooks)) stored.set(part.partNumber, part)
    return stored
  } catch (error) {
    if (!isForced && error instanceof OssError && error.code === 'NoSuchUpload') return undefined
    throw error
  }
}

/** The most frequent size of parts, without the last one. */
function commonSize(stored: ReadonlyMap<number, StoredPart>, size: number): number | undefined {
  const counts = new Map<number, number>()
  const last = Math.max(...stored.keys())
  for (const part of stored.values()) {
    if (part.partNumber !== last || stored.size === 1) counts.set(part.size, (counts.get(part.size) ?? 0) + 1)
  }
  const [most] = [...counts].sort((one, other) => other[1] - one[1])
  const partSize = most?.[0] ?? 0
  return partSize === 0 || partSize * PARTS_MAX < size ? undefined : partSize
}

/** Divides planned parts into those that the server has, each verified, and those that are missing. */
export async function reuseParts(
  options: MultipartOptions,
  { known, stored }: FoundUpload,
  planned: readonly PlannedPart[],
  signal: AbortSignal,
): Promise<{ readonly reused: readonly SentPart[]; readonly missing: PlannedPart[] }> {
  const { source } = options
  const reused: SentPart[] = []
  const missing: PlannedPart[] = []
  const remembered = new Map(known?.parts.map((part) => [part.partNumber, part]))
  for (const part of planned) {
    signal.throwIfAborted()
    const one = source.kind === 'random' ? stored.get(part.partNumber) : undefined
    const verified =
      one && source.kind === 'random'
        ? await reusable(options, source.source, part, one, remembered.get(part.partNumber))
        : undefined
    if (verified === undefined) missing.push(part)
    else reused.push({ ...part, ...verified })
  }
  return { reused, missing }
}

/** A part that need not be sent again, with its checksum where that is known; undefined where it must be sent. */
async function reusable(
  { integrity, checksum, newMd5 }: MultipartOptions,
  source: RandomAccessSource,
  { offset, size }: PlannedPart,
  stored: StoredPart,
  remembered: CheckpointPart | undefined,
): Promise<Pick<SentPart, 'etag' | 'crc64'> | undefined> {
  const { etag } = stored
  if (stored.size !== size) return undefined
  const isRemembered = remembered?.etag === etag && remembered.size === size
  if (integrity.onResume === 'trust-etag' && isRemembered) return { etag, ...crcOf(remembered) }
  const expected = stored.crc64 ?? (isRemembered ? remembered?.crc64 : undefined)
  const read = () => source.read(offset, offset + size, true)
  if (expected !== undefined) {
    const local = String(await checksumOf(read(), checksum))
    return local === expected ? { etag, crc64: local } : undefined
  }
  if (!/^[0-9a-f]{32}$/i.test(etag)) return undefined
  const { md5Of } = await import('./stated-checksums.js')
  const { hex } = await import('@bindery/bytes')
  if (hex(await md5Of(read(), newMd5)) !== etag.toLowerCase()) return undefined
  return { etag, crc64: String(await checksumOf(read(), checksum)) }
}

function crcOf({ crc64 }: CheckpointPart): { readonly crc64?: string } {
  return crc64 === undefined ? {} : { crc64 }
}
