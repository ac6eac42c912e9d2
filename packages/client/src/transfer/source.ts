/** Makes one of two kinds of every source: bytes that can be read anywhere and again, or bytes that come once. */
import { utf8Bytes } from '@bindery/bytes'
import type { Crc64 } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { RandomAccessSource, SequentialSource, UploadSource } from '../types/upload.js'

/** Opens a source that only one platform has. Undefined: it is not such a source. */
export type OpenPlatformSource = (source: UploadSource) => Promise<RandomAccessSource> | undefined

/**
 * An opened source. A `random` one can be read at any offset and again, so that failed parts are repeated without
 * memory; the bytes of a `sequential` one are buffered until their part is stored. Close it in the end.
 */
export type OpenedSource =
  | { readonly kind: 'random'; readonly source: RandomAccessSource }
  | { readonly kind: 'sequential'; readonly reader: SequentialReader }

const SAMPLE_BYTES = 64 * 1024

/** Opens a source of any kind; the caller closes it. Throws InvalidOption for a value that cannot be uploaded. */
export async function openSource(
  source: UploadSource,
  crc64: Crc64,
  openPlatformSource: OpenPlatformSource,
): Promise<OpenedSource> {
  if (typeof source === 'string') return { kind: 'random', source: bufferSource(utf8Bytes(source), crc64) }
  if (source instanceof Blob) return { kind: 'random', source: blobSource(source, crc64) }
  if (source instanceof ArrayBuffer) return { kind: 'random', source: bufferSource(new Uint8Array(source), crc64) }
  if (ArrayBuffer.isView(source)) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    return { kind: 'random', source: bufferSource(bytes, crc64) }
  }
  const ofPlatform = openPlatformSource(source)
  if (ofPlatform !== undefined) return { kind: 'random', source: await ofPlatform }
  if (isRandomAccess(source)) return { kind: 'random', source }
  const iterator = iteratorOf(source as SequentialSource)
  if (iterator === undefined) {
    throw new OssError({
      code: CLIENT_CODES.invalidOption,
      message: 'The source cannot be uploaded.',
      hint: 'Give a Blob, a buffer, a stream or iterable of Uint8Array, or in Node.js { path }.',
    })
  }
  return { kind: 'sequential', reader: new SequentialReader(iterator) }
}

/** Reads a stream in runs of any length, without copying its pieces. */
export class SequentialReader {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()
  #unread: Uint8Array[] = []
  #isDone = false

  constructor(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>) {
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
      else throw new OssError({ code: CLIENT_CODES.invalidOption, message: 'A source must yield Uint8Array.' })
    }
    return this.#rest.length > 0
  }
}

function bufferSource(bytes: Uint8Array, crc64: Crc64): RandomAccessSource {
  return {
    size: bytes.length,
    read: (start, end) => bytes.subarray(start, end),
    fingerprint: async () => `bytes|${bytes.length}|${crc64(bytes)}`,
  }
}

function blobSource(blob: Blob, crc64: Crc64): RandomAccessSource {
  return {
    size: blob.size,
    read: (start, end) => blob.slice(start, end),
    async fingerprint() {
      const { name = '', lastModified = 0 } = blob as Partial<File>
      return `${name}|${blob.size}|${lastModified}|${await sample(blob, crc64)}`
    },
  }
}

/** The checksum of the first, middle and last bytes: an edit that keeps size and time is seen, if not always. */
async function sample(blob: Blob, crc64: Crc64): Promise<bigint> {
  let checksum = 0n
  for (const start of sampleOffsets(blob.size)) {
    const bytes = await blob.slice(start, start + SAMPLE_BYTES).arrayBuffer()
    checksum = crc64(new Uint8Array(bytes), checksum)
  }
  return checksum
}

/** The offsets of the samples of 64 KiB in a source of `size` bytes. */
export function sampleOffsets(size: number): readonly number[] {
  if (size <= 3 * SAMPLE_BYTES)
    return Array.from({ length: Math.ceil(size / SAMPLE_BYTES) }, (_, n) => n * SAMPLE_BYTES)
  return [0, Math.floor((size - SAMPLE_BYTES) / 2), size - SAMPLE_BYTES]
}

function isRandomAccess(source: UploadSource): source is RandomAccessSource {
  const { read, size, fingerprint } = source as Partial<RandomAccessSource>
  return typeof read === 'function' && typeof size === 'number' && typeof fingerprint === 'function'
}

function iteratorOf(source: SequentialSource): AsyncIterator<Uint8Array> | Iterator<Uint8Array> | undefined {
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
