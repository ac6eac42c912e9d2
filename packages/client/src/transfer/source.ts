/** Makes one of two kinds of every source: bytes that can be read anywhere and again, or bytes that come once. */
import { utf8Bytes } from '@bindery/bytes'
import type { Crc64 } from '../types/client.js'
import type { FileHandleLike } from '../types/file-handle.js'
import type { RandomAccessSource, SequentialSource, UploadSource } from '../types/upload.js'
import { loaded } from '../wire/failure.js'
import type { SequentialReader } from './sequential.js'

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

/** Opens a source of any kind; the caller closes it. `size`: its bytes, where they are announced. Throws InvalidOption for a value that cannot be uploaded. */
export async function openSource(
  source: UploadSource,
  size: number | undefined,
  crc64: Crc64,
  openPlatformSource: OpenPlatformSource,
): Promise<OpenedSource> {
  if (typeof source === 'string') return { kind: 'random', source: bufferSource(utf8Bytes(source), crc64) }
  if (isHandle(source)) return { kind: 'random', source: blobSource(await source.getFile(), crc64) }
  if (source instanceof Blob) return { kind: 'random', source: blobSource(source, crc64) }
  if (source instanceof ArrayBuffer) return { kind: 'random', source: bufferSource(new Uint8Array(source), crc64) }
  if (ArrayBuffer.isView(source)) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    return { kind: 'random', source: bufferSource(bytes, crc64) }
  }
  const ofPlatform = openPlatformSource(source)
  if (ofPlatform !== undefined) return { kind: 'random', source: await ofPlatform }
  if (isRandomAccess(source)) return { kind: 'random', source }
  // few pages upload streams: their code is loaded when there is one
  const { openSequential, reopened } = await loaded(import('./sequential.js'))
  if (typeof source === 'function') {
    if (size !== undefined) return { kind: 'random', source: reopened(source, size) }
    return { kind: 'sequential', reader: openSequential(await source(0)) }
  }
  return { kind: 'sequential', reader: openSequential(source as SequentialSource) }
}

function bufferSource(bytes: Uint8Array, crc64: Crc64): RandomAccessSource {
  return {
    size: bytes.length,
    read: (start, end) => bytes.subarray(start, end),
    fingerprint: async () => `bytes|${bytes.length}|${crc64(bytes)}`,
  }
}

/** The bytes of a blob; its fingerprint is made of name, size, time and samples. */
export function blobSource(blob: Blob, crc64: Crc64): RandomAccessSource {
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

/** Whether a source is the handle of a file. */
export function isHandle(source: unknown): source is FileHandleLike {
  return typeof (source as Partial<FileHandleLike>).getFile === 'function'
}

function isRandomAccess(source: UploadSource): source is RandomAccessSource {
  const { read, size, fingerprint } = source as Partial<RandomAccessSource>
  return typeof read === 'function' && typeof size === 'number' && typeof fingerprint === 'function'
}
