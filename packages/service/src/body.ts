import { equalBytes } from '@bindery/bytes'
import {
  bodyMd5,
  type ChunkChain,
  type Digests,
  type Head,
  hasBody,
  type Operation,
  OssError,
  PART_SIZE_MAX,
  type Payload,
} from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import { announcedContent, type Content } from './content.js'
import { checkDigests } from './domain/bytes/blobs.js'
import { digestOf } from './domain/uploads/checksum.js'

/** The maximum size of an XML body in bytes: a Complete that lists 10,000 parts with checksums and all their markup fits. */
export const XML_BODY_BYTES_MAX = 4 * 1024 * 1024

/**
 * The content of a body, checked by its announced length and not read. Throws missingContentLength, entityTooLarge,
 * payloadNotForDocument.
 */
export function contentOf(
  source: ByteSource,
  { headers }: Head,
  payload: Payload | undefined,
  chain: ChunkChain | undefined,
): Content {
  if (!hasBody(headers)) throw new OssError('missingContentLength')
  const content = payload === undefined ? { source, expected: [] } : announcedContent(source, payload, chain)
  const { size } = content.source
  if (size !== undefined && size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
  return content
}

/** The call that a document is read for. */
interface Reading {
  readonly operation: Pick<Operation, 'needsDigest' | 'documentBytesMax'>
  readonly domain: { readonly digests: Digests }
}

/**
 * The bytes of an XML body, compared with its digests. Throws malformedXml if it is too long, deleteWithoutMd5 if it needs
 * a digest and has none.
 */
export async function readDocument(
  source: ByteSource,
  { headers }: Head,
  payload: Payload | undefined,
  { operation, domain: { digests } }: Reading,
): Promise<Uint8Array> {
  const expected = bodyMd5(headers)
  const { expected: announced } = payload === undefined ? NOTHING : announcedContent(source, payload, undefined)
  const hasDigest = expected !== undefined || announced.some(({ kind }) => kind === 'checksum')
  if (operation.needsDigest === true && !hasDigest) throw new OssError('deleteWithoutMd5')
  const document = await readWhole(
    source,
    operation.documentBytesMax ?? XML_BODY_BYTES_MAX,
    () => new OssError('malformedXml'),
  )
  if (expected !== undefined && !equalBytes(expected, digests.md5(document)))
    throw new OssError('invalidDigestMismatch')
  for (const digest of announced) checkDigests([digest], { [digest.name]: digestOf(digest.name, document, digests) })
  return document
}

const NOTHING: Pick<Content, 'expected'> = { expected: [] }

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
