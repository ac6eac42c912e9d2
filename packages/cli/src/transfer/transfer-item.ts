import { createWriteStream, type Stats } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  type CheckpointStore,
  CLIENT_CODES,
  type Client,
  contentTypeOf,
  fileTarget,
  makeFolders,
  type ObjectOptions,
  OssError,
  type Transfer,
  type TransferPart,
  type UploadOptions,
  type UploadResult,
} from '@bindery/client'
import type { Address } from '../objects/address.js'
import { hasMetadata, overSource } from '../objects/object-options.js'
import { write } from '../objects/output.js'
import type { ClientOf } from '../objects/with-client.js'
import type { Bandwidth } from './bandwidth.js'
import type { Board } from './board.js'
import type { Overwrite } from './existing.js'
import type { Ending, Interruption } from './interruption.js'
import type { Item } from './items.js'
import type { Place } from './places.js'
import { readAhead } from './prefetch.js'
import { remoteSource } from './relay.js'
import { type OnChanged, requiring, watchedStore } from './watched-store.js'

/** The options of all transfers of a command. */
export interface TransferOptions {
  readonly partSize?: number
  readonly parallel?: number
  /** Smaller sources take one request; bytes. */
  readonly multipartThreshold?: number
  /** For all transfers together. */
  readonly bandwidth?: Bandwidth
  /** The properties of the new objects. */
  readonly object: ObjectOptions
  /** For a target that exists. */
  readonly overwrite: Overwrite
  readonly resume: 'auto' | 'never' | 'require'
  /** Continues this upload, wherever it was begun. */
  readonly uploadId?: string
  readonly checkpoints: CheckpointStore
  /** A file was changed since its upload to the same key was interrupted. */
  readonly onChanged: OnChanged
}

/** A finished transfer, as a line of JSON reports it. */
export interface Done {
  readonly size: number
  readonly reusedBytes: number
  readonly parts?: number
  readonly reusedParts?: number
  readonly retries?: number
  readonly etag?: string
  readonly crc64?: string
  readonly versionId?: string
  readonly requestId?: string
}

/** The surroundings of a transfer. */
export interface Transferring {
  readonly clientOf: ClientOf
  readonly options: TransferOptions
  readonly board: Board
  readonly interruption: Interruption
  /** Folders that the command has made or found, so that each is looked for once. */
  readonly folders: Set<string>
  /** Called when a part is stored, taken over or sent again. */
  readonly onPart?: (part: TransferPart) => void
}

/** Transfers one item. Throws OssError, Aborted where a signal ended it. */
export function transferItem(context: Transferring, { from, to }: Item): Promise<Done> {
  if (from.kind === 'object') {
    const source = { ...from.address, ...(from.versionId === undefined ? {} : { versionId: from.versionId }) }
    if (to.kind === 'object') {
      const isOneServer = context.clientOf(source) === context.clientOf(to.address)
      return isOneServer ? copy(context, source, to.address) : relay(context, source, to.address)
    }
    return to.kind === 'file' ? download(context, source, to.path) : print(context, source)
  }
  if (to.kind !== 'object') throw new Error('one of the two places must be an object')
  return upload(context, from, to.address)
}

async function upload(context: Transferring, from: Place, to: Address): Promise<Done> {
  const { bucket, key } = to
  const { clientOf, options } = context
  const client = clientOf(to)
  const file = from.kind === 'file' ? path.resolve(from.path) : undefined
  const { checkpoints, onChanged, resume, uploadId } = options
  const upload = { file: file ?? '', bucket, key, endpoint: client.requester.address.endpoint }
  const task = client.upload(file === undefined ? process.stdin : { path: file }, {
    bucket,
    key,
    ...uploadOptions(options, key),
    resume: uploadId === undefined ? resume !== 'never' : { uploadId },
    checkpoints: watchedStore(checkpoints, upload, { onChanged, isRequired: resume === 'require' }),
  })
  if (file !== undefined) return done(context, task, await followed(context, task, 'keep'))
  // a read that waits for input ends as well
  const unwatch = onAbort(context.interruption.signal, () => process.stdin.destroy())
  try {
    return done(context, task, await followed(context, task, 'discard'))
  } finally {
    unwatch()
    process.stdin.destroy()
  }
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener('abort', listener)
  return () => signal.removeEventListener('abort', listener)
}

function uploadOptions(options: TransferOptions, key: string): Partial<UploadOptions> {
  const { partSize, parallel, multipartThreshold, overwrite } = options
  const contentType = options.object.contentType ?? contentTypeOf(key)
  return {
    ...options.object,
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(overwrite === 'never' ? { forbidOverwrite: true } : {}),
  }
}

/** A source on the server. */
interface Source extends Address {
  readonly versionId?: string
}

async function copy(context: Transferring, from: Source, to: Address): Promise<Done> {
  const { clientOf, options } = context
  const client = clientOf(to)
  const { partSize, parallel, multipartThreshold, overwrite, resume } = options
  const task = client.copy({
    ...(await copyOptions(client, from, options.object)),
    checkpoints: resume === 'require' ? requiring(options.checkpoints, from, to) : options.checkpoints,
    resume: resume !== 'never',
    from: { bucket: from.bucket, key: from.key, ...(from.versionId && { versionId: from.versionId }) },
    to: { bucket: to.bucket, key: to.key },
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    ...(overwrite === 'never' ? { forbidOverwrite: true } : {}),
  })
  return done(context, task, await followed(context, task, 'keep'))
}

/** A copy between two servers is an upload whose source is the other one. */
async function relay(context: Transferring, from: Source, to: Address): Promise<Done> {
  const { clientOf, options } = context
  const { checkpoints, resume } = options
  const { source, info, options: object } = await remoteSource(clientOf(from), from, options.object)
  const { bucket, key } = to
  const task = clientOf(to).upload(source, {
    bucket,
    key,
    ...uploadOptions({ ...options, object }, key),
    resume: resume !== 'never',
    checkpoints: resume === 'require' ? requiring(checkpoints, from, to) : checkpoints,
  })
  const result = await followed(context, task, 'keep')
  if (info.crc64 !== undefined && result.crc64 !== undefined && info.crc64 !== result.crc64) {
    throw new OssError({ code: CLIENT_CODES.checksumMismatch, message: `${info.crc64} ≠ ${result.crc64}` })
  }
  return done(context, task, result)
}

/** A copy keeps the tags and the metadata of its source, except for what the options name. */
async function copyOptions(
  client: Client,
  { bucket, key, versionId }: Source,
  options: ObjectOptions,
): Promise<ObjectOptions & { readonly metadata?: 'replace' }> {
  const { tags, headers } = options
  const tagged =
    tags === undefined ? options : { ...options, headers: { 'x-oss-tagging-directive': 'Replace', ...headers } }
  if (!hasMetadata(options)) return tagged
  const source = await client.head(key, { bucket, ...(versionId === undefined ? {} : { versionId }) })
  return { ...overSource(source, tagged), metadata: 'replace' }
}

/** Files from this many bytes are on the disk when the command reports them. */
const DURABLE_BYTES_MIN = 8 * 1024 * 1024

async function download(context: Transferring, source: Source, given: string): Promise<Done> {
  const { target, exists, isDevice } = await targetOf(given)
  if (isDevice) return fill(context, source, target)
  const { bucket, key, versionId } = source
  const { clientOf, options } = context
  const client = clientOf(source)
  const { partSize, parallel, overwrite } = options
  if (overwrite === 'never' && exists) throw fileExists(target)
  if (!exists) await makeFolder(context, path.dirname(path.resolve(target)))
  const task = client.download(fileTarget(target, { durableFrom: DURABLE_BYTES_MIN }), {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
  })
  const { info } = await followed(context, task, 'keep')
  const { size, etag, crc64 } = info
  context.board.ended(task, size)
  const { resumed, parts } = task.progress
  return {
    size,
    reusedBytes: resumed,
    parts: parts.done,
    reusedParts: parts.resumed,
    retries: parts.retries,
    etag,
    ...(crc64 === undefined ? {} : { crc64 }),
    ...(info.versionId === undefined ? {} : { versionId: info.versionId }),
  }
}

interface FileTarget {
  /** The path to replace. */
  readonly target: string
  readonly exists: boolean
  /** Whether it is a device or a pipe: nothing can take its place, and nothing of it can be read again. */
  readonly isDevice: boolean
}

/** The target of a path. What a link leads to is replaced, and not the link. */
async function targetOf(given: string): Promise<FileTarget> {
  const own = await lstat(given).catch(() => undefined)
  if (own?.isSymbolicLink() !== true) return { target: given, ...kindOf(own) }
  const target = await realpath(given).catch(() => given)
  return { target, ...kindOf(await stat(target).catch(() => undefined)) }
}

function kindOf(found: Stats | undefined): Pick<FileTarget, 'exists' | 'isDevice'> {
  return { exists: found !== undefined, isDevice: found !== undefined && !found.isFile() && !found.isDirectory() }
}

/** Makes a folder that was not made before. Throws OssError FileError. */
async function makeFolder({ folders }: Transferring, folder: string): Promise<void> {
  if (folders.has(folder)) return
  await makeFolders(path.resolve(folder)).catch((error: Error) => {
    throw new OssError({ code: 'FileError', message: error.message, cause: error })
  })
  folders.add(folder)
}

/** Writes the bytes into a device or pipe, in their order. */
async function fill({ clientOf, board, interruption }: Transferring, source: Source, target: string): Promise<Done> {
  const { signal } = interruption
  const { profile: _, ...object } = source
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of clientOf(source).stream({ ...object, signal })) {
      yield piece
      board.streamed += piece.length
    }
  }
  try {
    await pipeline(counted, createWriteStream(target))
  } catch (error) {
    if (signal.aborted) throw new OssError({ code: CLIENT_CODES.aborted, message: target, cause: error })
    if (error instanceof OssError) throw error
    throw new OssError({
      code: 'FileError',
      message: error instanceof Error ? error.message : String(error),
      cause: error,
    })
  }
  return { size: board.streamed, reusedBytes: 0 }
}

async function print({ clientOf, board, interruption }: Transferring, source: Source): Promise<Done> {
  const { bucket, key, versionId } = source
  const { signal } = interruption
  try {
    for await (const piece of readAhead(clientOf(source), {
      bucket,
      key,
      signal,
      ...(versionId === undefined ? {} : { versionId }),
    })) {
      await write(piece)
      board.streamed += piece.length
    }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new OssError({ code: CLIENT_CODES.aborted, message: 'The download was interrupted.', cause: error })
  }
  return { size: board.streamed, reusedBytes: 0 }
}

/** Waits for a task, which the board counts meanwhile. */
async function followed<Result>(
  { board, interruption, onPart, options }: Transferring,
  task: Transfer<Result>,
  ending: Ending,
): Promise<Result> {
  board.started(task)
  const leave = options.bandwidth?.join(task)
  const unwatch = onPart === undefined ? undefined : task.on('part', onPart)
  try {
    return await interruption.run(task, ending)
  } catch (error) {
    board.ended(task, undefined)
    throw error
  } finally {
    unwatch?.()
    leave?.()
  }
}

function done({ board }: Transferring, task: Transfer<UploadResult>, result: UploadResult): Done {
  const { size, etag, crc64, versionId, requestId, parts, reusedParts, retries } = result
  board.ended(task, size)
  return {
    size,
    reusedBytes: task.progress.resumed,
    parts,
    reusedParts,
    retries,
    etag,
    ...(crc64 === undefined ? {} : { crc64 }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

function fileExists(file: string): OssError {
  return new OssError({ code: 'FileExists', message: file })
}
