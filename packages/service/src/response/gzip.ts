/** Compression on the fly, as OSS does it for texts of some size when the client accepts gzip. */
import { createGzip, type Gzip } from 'node:zlib'
import type { LentBytes } from '@bindery/storage'

const BYTES_MIN = 1024

/** @see https://help.aliyun.com/document_detail/31980.html */
const TYPES: ReadonlySet<string> = new Set([
  'text/cache-manifest',
  'text/xml',
  'text/plain',
  'text/css',
  'application/javascript',
  'application/x-javascript',
  'application/rss+xml',
  'application/json',
  'text/json',
])

/** Facts that decide whether a whole object is compressed. */
export interface Compressible {
  /** Bytes. */
  readonly size: number
  readonly contentType: string
  /** A coding that the bytes already have. */
  readonly contentEncoding?: string | undefined
}

/** Whether the answer to a request with this Accept-Encoding is compressed. */
export function isCompressed(acceptEncoding: string | undefined, object: Compressible): boolean {
  if (acceptEncoding === undefined || object.size < BYTES_MIN || object.contentEncoding !== undefined) return false
  const [type = ''] = object.contentType.split(';')
  return TYPES.has(type.trim().toLowerCase()) && acceptsGzip(acceptEncoding)
}

function acceptsGzip(acceptEncoding: string): boolean {
  return acceptEncoding.split(',').some((item) => {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    return coding === 'gzip' && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter))
  })
}

/** The gzip form of lent pieces. Each is released once it is compressed, and ends with the reader if that leaves. */
export async function* compress(pieces: AsyncIterable<LentBytes>): AsyncGenerator<LentBytes> {
  const gzip = createGzip()
  const fed = feed(pieces, gzip)
  try {
    for await (const bytes of gzip) yield { bytes, release: () => {} }
  } finally {
    gzip.destroy()
    await fed
  }
}

/** Never rejects: what goes wrong ends the stream with its error. */
async function feed(pieces: AsyncIterable<LentBytes>, gzip: Gzip): Promise<void> {
  try {
    for await (const piece of pieces) {
      try {
        await write(gzip, piece.bytes)
      } finally {
        piece.release()
      }
    }
    gzip.end()
  } catch (error) {
    gzip.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function write(gzip: Gzip, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error('the reader has left'))
    gzip.once('close', closed)
    gzip.write(bytes, (error) => {
      gzip.off('close', closed)
      if (error) reject(error)
      else resolve()
    })
  })
}
