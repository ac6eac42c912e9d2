/** Bodies that come in the framing of a protocol, with digests of their own. */

import { hex } from '@bindery/bytes'
import {
  type ChunkChain,
  ChunkedBodyError,
  ChunkedDecoder,
  type ChunkedFault,
  ChunkSignatures,
  checksumBytes,
  OssError,
  type Payload,
} from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import type { ExpectedDigest } from './domain/bytes/blobs.js'

/** The unread content of a body, without framing, and the digests that its bytes must have. */
export interface Content {
  readonly source: ByteSource
  readonly expected: readonly ExpectedDigest[]
}

/** Throws payloadNotForDocument where chunks are signed and the request is not. */
export function announcedContent(source: ByteSource, payload: Payload, chain: ChunkChain | undefined): Content {
  const { sha256, chunked, checksum } = payload
  const signed: readonly ExpectedDigest[] =
    sha256 === undefined ? [] : [{ kind: 'payload', name: 'sha256', value: () => sha256 }]
  if (chunked === undefined) {
    const value = checksum?.value
    if (checksum === undefined || value === undefined) return { source, expected: signed }
    return { source, expected: [...signed, { kind: 'checksum', name: checksum.name, value: () => value }] }
  }
  const { decodedLength, trailer, isSigned } = chunked
  if (isSigned && chain === undefined) throw new OssError('payloadNotForDocument')
  const signatures = isSigned && chain !== undefined ? signaturesOf(chain) : undefined
  const decoder = new ChunkedDecoder({ decodedLength, trailer, ...(signatures && { signatures }) })
  const unframed = unframedSource(source, decoder, decodedLength)
  if (checksum === undefined) return { source: unframed, expected: [] }
  const { name, value } = checksum
  const inTrailer = () => checksumBytes(name, decoder.trailerValue ?? '', trailer ?? '')
  return { source: unframed, expected: [{ kind: 'checksum', name, value: () => value ?? inTrailer() }] }
}

function signaturesOf(chain: ChunkChain) {
  const chunks = new ChunkSignatures(chain)
  return {
    hash() {
      const sha256 = chain.digests.begin('sha256')
      return { update: (bytes: Uint8Array) => void sha256.update(bytes), hex: () => hex(sha256.digest()) }
    },
    verifiesChunk: (sha256: string, signature: string) => chunks.verifiesChunk(sha256, signature),
    verifiesTrailer: (lines: string, signature: string) => chunks.verifiesTrailer(lines, signature),
  }
}

/** Framing that follows the content is read in pieces of this size: engines look for the end a byte at a time. */
const REST_BYTES = 1024

/**
 * The content of a framed source. It is unframed in the reader's own buffer, so that a body takes no memory besides. It
 * ends only when everything that was announced has come and was verified.
 */
function unframedSource(source: ByteSource, decoder: ChunkedDecoder, size: number): ByteSource {
  let decoded = 0
  let hasEnded = false
  const decode = async (buffer: Uint8Array): Promise<number> => {
    const read = await source.read(buffer)
    if (read === 0) {
      decoder.end()
      hasEnded = true
      return 0
    }
    let filled = 0
    decoder.push(buffer.subarray(0, read), (content) => {
      buffer.set(content, filled)
      filled += content.length
    })
    decoded += filled
    return filled
  }
  return {
    size,
    ready: () => source.ready(),
    async read(buffer) {
      try {
        while (!hasEnded) {
          const filled = await decode(decoded === size ? new Uint8Array(REST_BYTES) : buffer)
          if (filled > 0) return filled
        }
        return 0
      } catch (error) {
        throw error instanceof ChunkedBodyError ? new OssError(CAUSES[error.fault], {}, { cause: error }) : error
      }
    },
  }
}

const CAUSES = {
  incomplete: 'chunksMalformed',
  wrongLength: 'incompleteBody',
  malformedTrailer: 'trailerMalformed',
  wrongSignature: 'sigV4ChunkDoesNotMatch',
} as const satisfies Record<ChunkedFault, string>
