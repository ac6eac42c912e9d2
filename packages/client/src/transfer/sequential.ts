/** Sources whose bytes come once, and in order. */
import { utf8Bytes } from '@bindery/bytes'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { RandomAccessSource, SequentialSource } from '../types/upload.js'
import { StreamParts, type StreamPartsOptions } from './stream-parts.js'

type Pieces = AsyncIterator<Uint8Array | string> | Iterator<Uint8Array>

const REOPENED_PIECE_BYTES = 256 * 1024

/** Begins to read a source. Throws InvalidOption for a value that cannot be uploaded. */
export function openSequential(source: SequentialSource): SequentialReader {
  const iterator = iteratorOf(source)
  if (iterator !== undefined) return new SequentialReader(iterator)
  throw new OssError({
    code: CLIENT_CODES.invalidOption,
    message: 'The source cannot be uploaded.',
    hint: 'Give a Blob, a buffer, a stream or iterable of Uint8Array, or in Node.js { path }.',
  })
}

/** A source that opens a stream at any offset: the parts of its bytes are read when they are sent, and again where they fail. */
export function reopened(
  open: (offset: number) => SequentialSource | Promise<SequentialSource>,
  size: number,
): RandomAccessSource {
  return {
    size,
    async *read(start, end) {
      const reader = openSequential(await open(start))
      try {
        for (let left = end - start; left > 0; ) {
          const pieces = await reader.take(Math.min(left, REOPENED_PIECE_BYTES))
          if (pieces.length === 0) return
          yield* pieces
          left -= pieces.reduce((bytes, piece) => bytes + piece.length, 0)
        }
      } finally {
        await reader.close()
      }
    },
    fingerprint: async () => `reopened|${size}`,
  }
}

/** Reads a stream in runs of any length, without copying its pieces. */
export class SequentialReader {
  readonly #iterator: Pieces
  #rest: Uint8Array = new Uint8Array()
  #unread: Uint8Array[] = []
  #isDone = false

  constructor(iterator: Pieces) {
    this.#iterator = iterator
  }

  /** The next bytes: fewer than `length` only at the end. */
  async take(length: number): Promise<Uint8Array[]> {
    const taken: Uint8Array[] = []
    let wanted = length
    while (wanted > 0 && (await this.#fill())) {
      const piece = this.#rest.subarray(0, wanted)
      this.#rest = this.#rest.subarray(piece.length)
      taken.push(piece)
      wanted -= piece.length
    }
    return taken
  }

  /** Puts back pieces that `take` returned, all of them. */
  unread(pieces: readonly Uint8Array[]): void {
    this.#unread = [...pieces, this.#rest]
    this.#rest = new Uint8Array()
  }

  /** Whether nothing more comes. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill())
  }

  /** Divides what follows into parts. */
  parts(options: StreamPartsOptions): StreamParts {
    return new StreamParts(this, options)
  }

  async close(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    await this.#iterator.return?.()
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0 && this.#unread.length > 0) this.#rest = this.#unread.shift() ?? this.#rest
    while (this.#rest.length === 0 && !this.#isDone) {
      const { done, value } = await this.#iterator.next()
      if (done === true) this.#isDone = true
      else if (value instanceof Uint8Array) this.#rest = value
      else if (typeof value === 'string') this.#rest = utf8Bytes(value)
      else
        throw new OssError({ code: CLIENT_CODES.invalidOption, message: 'A source must yield Uint8Array or strings.' })
    }
    return this.#rest.length > 0
  }
}

function iteratorOf(source: SequentialSource): Pieces | undefined {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  if (Symbol.iterator in source) return source[Symbol.iterator]()
  if ('getReader' in source) return streamIterator(source as ReadableStream<Uint8Array>)
  return undefined
}

/** Some browsers' streams are not iterable yet. */
async function* streamIterator(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
