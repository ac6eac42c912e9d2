/** Divides a stream into parts, and holds the bytes of those that have not arrived within a budget of memory. */
import type { Crc64 } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { StoredPart } from '../wire/multipart.js'
import type { Planned } from './part-body.js'
import { PARTS_MAX } from './plan.js'
import type { SequentialReader } from './sequential.js'

/** The budget of a stream in bytes, and the sizes of its parts in bytes. */
export interface StreamPartsOptions {
  readonly bufferBytes: number
  readonly crc64: Crc64
  /** Parts that the server has: one with the same bytes is not sent again. */
  readonly stored: ReadonlyMap<number, StoredPart>
  readonly sizeOf: (partNumber: number, done: number) => number
}

/** A part of a stream; `reused` if the server has it. */
export type StreamPart = Planned & { readonly reused?: { readonly etag: string; readonly crc64: string } }

/** The parts of one stream, in order. Calls of `next` must not overlap. */
export class StreamParts {
  readonly #reader: SequentialReader
  readonly #options: StreamPartsOptions
  #offset = 0
  #count = 0
  #isAtEnd = false
  #buffered = 0
  #onReleased = () => {}

  constructor(reader: SequentialReader, options: StreamPartsOptions) {
    this.#reader = reader
    this.#options = options
  }

  /** Whether the last byte has been read. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** Parts so far. */
  get count(): number {
    return this.#count
  }

  /**
   * The next part, when its bytes fit into the budget; undefined at the end. Throws SizeMismatch for a stream that does not fit
   * into 10,000 parts.
   */
  async next(signal: AbortSignal): Promise<StreamPart | undefined> {
    if (this.#isAtEnd) return undefined
    const partNumber = this.#count + 1
    const stored = this.#options.stored.get(partNumber)
    const wanted = stored?.size ?? this.#options.sizeOf(partNumber, this.#offset)
    await this.#untilBuffered(wanted, signal)
    const pieces = await this.#reader.take(wanted)
    const size = pieces.reduce((bytes, piece) => bytes + piece.length, 0)
    this.#isAtEnd = await this.#reader.isAtEnd()
    if (size === 0) return undefined
    if (partNumber > PARTS_MAX) throw tooLong()
    const part = this.#plan(size, pieces)
    if (stored?.size !== size || stored.crc64 === undefined) return part
    const checksum = this.#checksum(pieces)
    if (String(checksum) !== stored.crc64) return part
    part.release()
    return { ...part, reused: { etag: stored.etag, crc64: stored.crc64 } }
  }

  #plan(size: number, pieces: readonly Uint8Array[]): Planned {
    const offset = this.#offset
    this.#count += 1
    this.#offset += size
    this.#buffered += size
    const release = () => {
      this.#buffered -= size
      this.#onReleased()
    }
    const [only] = pieces
    const open = () => (pieces.length === 1 && only !== undefined ? only : pieces)
    return { partNumber: this.#count, offset, size, content: { size, open }, release }
  }

  #checksum(pieces: readonly Uint8Array[]): bigint {
    let checksum = 0n
    for (const piece of pieces) checksum = this.#options.crc64(piece, checksum)
    return checksum
  }

  /** Waits until a part of `size` bytes fits into the budget; a single part always does. */
  async #untilBuffered(size: number, signal: AbortSignal): Promise<void> {
    while (this.#buffered > 0 && this.#buffered + size > this.#options.bufferBytes) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        this.#onReleased = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    signal.throwIfAborted()
  }
}

/** The error SizeMismatch of a stream of unknown length that needs more than 10,000 parts. */
function tooLong(): OssError {
  return new OssError({
    code: CLIENT_CODES.sizeMismatch,
    message: `The stream does not fit into ${PARTS_MAX} parts.`,
    hint: 'State its length (size), or choose a larger partSize.',
  })
}
