/** The body of a part: opened again for each attempt, checksummed and throttled on its way. */
import type { Body, Crc64 } from '../types/client.js'
import type { PartBytes } from '../types/upload.js'
import type { Checksum } from '../wire/checksum.js'
import { failures } from './load-failures.js'
import type { PlannedPart } from './plan.js'
import type { Throttle } from './throttle.js'

type Content = PartBytes | readonly Uint8Array[]

/** Bytes of a part that can be read more than once. */
export interface PartContent {
  /** Bytes. */
  readonly size: number
  /** Begins to read them. */
  open(): Content | Promise<Content>
}

/** A part that can be sent: its bytes, and what frees their memory when it has arrived. */
export type Planned = PlannedPart & { readonly content: PartContent; readonly release: () => void }

/** One attempt's body, and the CRC-64 of the bytes that it gave. */
export interface OpenedBody {
  readonly body: Body
  /** Resolves when the body has been read; undefined where checksums are off. */
  crc64(): Promise<bigint | undefined>
}

/** Throttled bodies are cut into pieces of this size, so that a low rate flows evenly. */
const THROTTLED_PIECE_BYTES = 64 * 1024

/**
 * Opens the body of one attempt. `crc64()` of the result resolves after the body was read. Throws, or a body of pieces throws,
 * OssError SourceChanged where the source has more or fewer bytes than `content.size`.
 */
export async function openBody(
  content: PartContent,
  checksum: Checksum | undefined,
  throttle: Throttle,
  signal: AbortSignal,
): Promise<OpenedBody> {
  const opened = await content.open()
  const crc64 = checksum?.crc64
  const length = opened instanceof Uint8Array ? opened.length : opened instanceof Blob ? opened.size : content.size
  if (length !== content.size) throw (await failures()).sourceChanged()
  if (opened instanceof Uint8Array && throttle.isOpen) {
    return { body: opened, crc64: async () => crc64?.(opened) }
  }
  if (opened instanceof Blob && throttle.isOpen) {
    return { body: opened, crc64: async () => checksum && checksumOf(opened, checksum) }
  }
  const running = { checksum: 0n, length: 0 }
  const pieces = observed(piecesOf(opened), content.size, running, crc64, throttle, signal)
  return { body: pieces, crc64: async () => (crc64 === undefined ? undefined : running.checksum) }
}

async function* observed(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
  running: { checksum: bigint; length: number },
  crc64: Crc64 | undefined,
  throttle: Throttle,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    running.length += piece.length
    if (running.length > size) throw (await failures()).sourceChanged()
    if (crc64 !== undefined) running.checksum = crc64(piece, running.checksum)
    if (throttle.isOpen) {
      yield piece
      continue
    }
    for (let start = 0; start < piece.length; start += THROTTLED_PIECE_BYTES) {
      const some = piece.subarray(start, start + THROTTLED_PIECE_BYTES)
      await throttle.take(some.length, signal)
      yield some
    }
  }
  if (running.length < size) throw (await failures()).sourceChanged()
}

/** The pieces of bytes of any form. */
export function piecesOf(opened: Content): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (opened instanceof Uint8Array) return [opened]
  if (opened instanceof Blob) return blobPieces(opened)
  return opened
}

/** Blobs are read in pieces of 1 MiB: `Blob.stream` gives smaller ones, at more cost. */
const BLOB_PIECE_BYTES = 1024 * 1024

async function* blobPieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < blob.size; start += BLOB_PIECE_BYTES) {
    yield new Uint8Array(await blob.slice(start, start + BLOB_PIECE_BYTES).arrayBuffer())
  }
}

/** The CRC-64 of bytes of any form. */
export async function checksumOf(given: Content | Promise<Content>, { crc64, ofBlob }: Checksum): Promise<bigint> {
  const content = await given
  const elsewhere = content instanceof Blob ? await ofBlob?.(content) : undefined
  if (elsewhere !== undefined) return elsewhere
  let checksum = 0n
  for await (const piece of piecesOf(content)) checksum = crc64(piece, checksum)
  return checksum
}
