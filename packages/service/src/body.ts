import { equalBytes } from '@bindery/bytes'
import { type Digests, decodeMd5, OssError, PART_SIZE_MAX } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'

/** The maximum size of an XML body in bytes: a Complete that lists 10,000 parts with all their markup fits. */
export const XML_BODY_BYTES_MAX = 2 * 1024 * 1024

type Headers = Readonly<Record<string, string>>

/**
 * The source of a content body, checked by its announced length and not read. Throws missingContentLength,
 * entityTooLarge.
 */
export function contentSource(source: ByteSource, headers: Headers): ByteSource {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    throw new OssError('missingContentLength')
  }
  if (source.size !== undefined && source.size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
  return source
}

/** The bytes of an XML body, compared with Content-MD5. Throws malformedXml if it is too long. */
export async function readDocument(source: ByteSource, headers: Headers, digests: Digests): Promise<Uint8Array> {
  const sent = headers['content-md5']
  const expected = sent === undefined ? undefined : decodeMd5(sent)
  const document = await readWhole(source, XML_BODY_BYTES_MAX, () => new OssError('malformedXml'))
  if (expected !== undefined && !equalBytes(expected, digests.md5(document)))
    throw new OssError('invalidDigestMismatch')
  return document
}

/** All bytes of a body. Throws `tooLong` beyond `bytesMax`. */
export async function readWhole(source: ByteSource, bytesMax: number, tooLong: () => Error): Promise<Uint8Array> {
  const announced = source.size ?? 16 * 1024
  if (source.size !== undefined && source.size > bytesMax) throw tooLong()
  // one byte more than announced, so that the end appears as a read of nothing
  let buffer = new Uint8Array(announced + 1)
  let filled = 0
  for (;;) {
    await source.ready()
    const read = await source.read(buffer.subarray(filled))
    if (read === 0) return buffer.subarray(0, filled)
    filled += read
    if (filled > bytesMax) throw tooLong()
    if (filled === buffer.length) {
      const larger = new Uint8Array(Math.min(buffer.length * 2, bytesMax + 1))
      larger.set(buffer)
      buffer = larger
    }
  }
}
