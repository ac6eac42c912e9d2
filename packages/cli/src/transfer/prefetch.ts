import { CLIENT_CODES, type Client, type ObjectInfo, OssError } from '@bindery/client'

/** Bytes per request. */
const PART_BYTES = 8 * 1024 * 1024
/** Parts that are read before their turn. */
const PARTS_AHEAD = 4

/** An object, or a range `[start, end)` of it. */
export interface ReadOptions {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
  readonly range?: { readonly start: number; readonly end?: number }
  readonly signal?: AbortSignal
}

/**
 * The bytes of an object in their order. Several parts of a large one are read at a time, so that a long line is used, and kept in
 * memory until it is their turn: 40 MiB at most. A whole object is verified after its last byte. Throws OssError: ObjectChanged,
 * ChecksumMismatch.
 */
export async function* readAhead(client: Client, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const { bucket, key, versionId, range } = options
  const info = await client.head(key, { bucket, ...(versionId === undefined ? {} : { versionId }) })
  const start = range?.start ?? 0
  const end = Math.min(range?.end ?? info.size, info.size)
  if (end - start <= PART_BYTES) return yield* client.stream(options)
  const { crc64 } = await client.checksum()
  let checksum = 0n
  for await (const piece of parts(client, { ...options, start, end, etag: info.etag })) {
    checksum = crc64(piece, checksum)
    yield piece
  }
  if (range === undefined) requireChecksum(info, checksum)
}

interface Parts extends ReadOptions {
  readonly start: number
  readonly end: number
  /** That of the version whose parts are read. */
  readonly etag: string
}

async function* parts(client: Client, { key, start, end, etag, ...options }: Parts): AsyncGenerator<Uint8Array> {
  const cut = new AbortController()
  const signal = AbortSignal.any([cut.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const waiting: Promise<Uint8Array>[] = []
  let next = start
  try {
    while (next < end || waiting.length > 0) {
      while (next < end && waiting.length <= PARTS_AHEAD) {
        const range = { start: next, end: Math.min(end, next + PART_BYTES) }
        const part = client.get(key, { ...options, range, signal, ifMatch: etag, parallel: 1 })
        part.catch(() => {}) // it is awaited in its turn
        waiting.push(part)
        next = range.end
      }
      const first = await waiting.shift()
      if (first !== undefined) yield first
    }
  } finally {
    cut.abort()
  }
}

function requireChecksum({ crc64 }: ObjectInfo, found: bigint): void {
  if (crc64 === undefined || crc64 === String(found)) return
  throw new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The object's CRC-64 is ${crc64}; the bytes that arrived have ${found}.`,
    hint: 'Discard what arrived, and read the object again.',
  })
}
