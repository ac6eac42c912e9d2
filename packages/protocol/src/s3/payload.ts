/** The facts about a body in the head of a request of S3: its framing, its hash and its checksum. */

import { base64Bytes, hexBytes } from '@bindery/bytes'
import { OssError } from '../errors/oss-error.js'
import type { Head } from '../message.js'

/** The checksums of S3, by the names of their headers. */
export const CHECKSUMS = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  md5: 16,
} as const
/** The name of a checksum, as it ends the name of its header. */
export type ChecksumName = keyof typeof CHECKSUMS
/** The names of all checksums. */
export const CHECKSUM_NAMES = Object.keys(CHECKSUMS) as ChecksumName[]

/** The framing of a body in chunks. */
export interface Chunked {
  /** Bytes of the content. */
  readonly decodedLength: number
  readonly isSigned: boolean
  /** The name of the trailer, in lower case; undefined: no trailer follows. */
  readonly trailer: string | undefined
}

/** The facts about a body that the head of its request states. */
export interface Payload {
  /** SHA-256 of the body, where it is signed. */
  readonly sha256: Uint8Array | undefined
  readonly chunked: Chunked | undefined
  /** The checksum that the bytes must have; `value` is undefined where it follows in the trailer. */
  readonly checksum: { readonly name: ChecksumName; readonly value: Uint8Array | undefined } | undefined
}

const STREAMING: Readonly<Record<string, Pick<Chunked, 'isSigned'> & { readonly hasTrailer: boolean }>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { isSigned: true, hasTrailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { isSigned: false, hasTrailer: true },
}

/** How the body of a request was sent. */
export interface BodyFacts {
  /** It is content, which may come in chunks. */
  readonly content: boolean
  /** A checksum in the head is that of the body. */
  readonly checksum: boolean
  /** It ends where HTTP's framing does, which states no length: `Transfer-Encoding: chunked`. */
  readonly isUnlimited: boolean
}

/**
 * Reads the headers about a body. Unlike OSS, S3 takes no content of unknown length. Throws the causes of payloads and
 * checksums, and missingContentLength.
 */
export function readPayload(head: Head, { content, checksum, isUnlimited }: BodyFacts): Payload {
  const { headers } = head
  const text = headers['x-amz-content-sha256'] ?? head.query.get('X-Amz-Content-Sha256')
  const streaming = text === undefined ? undefined : STREAMING[text]
  if (streaming !== undefined && !content) throw new OssError('payloadNotForDocument')
  if (streaming === undefined && content && isUnlimited && headers['x-amz-decoded-content-length'] === undefined)
    throw new OssError('missingContentLength')
  const chunked = streaming && {
    decodedLength: decodedLength(headers),
    isSigned: streaming.isSigned,
    trailer: streaming.hasTrailer ? trailerOf(headers) : undefined,
  }
  return {
    sha256: streaming === undefined ? sha256Of(text) : undefined,
    chunked,
    checksum: checksum ? checksumOf(head, chunked?.trailer) : undefined,
  }
}

function sha256Of(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === 'UNSIGNED-PAYLOAD') return undefined
  const sha256 = /^[0-9a-f]{64}$/.test(text) ? hexBytes(text) : undefined
  if (sha256 === undefined) throw new OssError('payloadInvalid')
  return sha256
}

function decodedLength(headers: Head['headers']): number {
  const length = headers['x-amz-decoded-content-length']
  if (length === undefined || !/^\d{1,15}$/.test(length)) throw new OssError('missingContentLength')
  return Number(length)
}

function trailerOf(headers: Head['headers']): string | undefined {
  return headers['x-amz-trailer']?.trim().toLowerCase() || undefined
}

function checksumOf({ headers }: Head, trailer: string | undefined): Payload['checksum'] {
  if (Object.keys(headers).some(isUnknownChecksum)) throw new OssError('checksumUnsupported')
  const inHeaders = CHECKSUM_NAMES.filter((name) => headers[headerOf(name)] !== undefined)
  const inTrailer = CHECKSUM_NAMES.find((name) => headerOf(name) === trailer)
  if (trailer?.startsWith(PREFIX) && inTrailer === undefined) throw new OssError('checksumUnsupported')
  if (inHeaders.length + (inTrailer === undefined ? 0 : 1) > 1) throw new OssError('checksumTwice')
  const [name = inTrailer] = inHeaders
  const declared = headers['x-amz-sdk-checksum-algorithm']?.toLowerCase()
  if (name === undefined) {
    // JavaScript's SDK sends the MD5 that it declares in the header of HTTP
    const isInContentMd5 = declared === 'md5' && headers['content-md5'] !== undefined
    if (declared && !isInContentMd5) throw new OssError('checksumMissing')
    return undefined
  }
  if (declared && declared !== name) {
    throw new OssError(declared in CHECKSUMS ? 'checksumDeclaredOther' : 'checksumUnsupported')
  }
  if (name === inTrailer) return { name, value: undefined }
  return { name, value: checksumBytes(name, headers[headerOf(name)] ?? '', headerOf(name)) }
}

const PREFIX = 'x-amz-checksum-'
const ABOUT_CHECKSUMS = ['algorithm', 'type', 'mode']

/** Whether a header is a checksum of another algorithm, which would not be verified. */
function isUnknownChecksum(header: string): boolean {
  if (!header.startsWith(PREFIX)) return false
  const name = header.slice(PREFIX.length)
  return !(name in CHECKSUMS) && !ABOUT_CHECKSUMS.includes(name)
}

/** The header, or trailer, of a checksum, in lower case. */
export function headerOf(name: ChecksumName): string {
  return `${PREFIX}${name}`
}

/** The bytes of a checksum. Throws checksumInvalid. */
export function checksumBytes(name: ChecksumName, text: string, argument: string): Uint8Array {
  const bytes = base64Bytes(text.trim())
  if (bytes === undefined || bytes.length !== CHECKSUMS[name]) throw new OssError('checksumInvalid', { name: argument })
  return bytes
}
