/**
 * S3 as a dialect: calls are made in OSS's words everywhere else, and translated here on their way out, their answers on the way
 * back. Loaded when a client of S3 sends its first request.
 */
import { base64, base64Bytes } from '@bindery/bytes'
import type { TransportResponse } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { Call } from './call.js'

type Headers = Readonly<Record<string, string>>

/** S3's words for OSS's storage classes. */
const CLASSES: Headers = {
  Standard: 'STANDARD',
  IA: 'STANDARD_IA',
  Archive: 'GLACIER',
  ColdArchive: 'GLACIER',
  DeepColdArchive: 'DEEP_ARCHIVE',
}
const OWN_CLASSES: Headers = {
  ...Object.fromEntries(Object.entries(CLASSES).map(([own, word]) => [word, own])),
  GLACIER: 'Archive',
}

/** Headers whose names or values differ by more than their prefix; undefined: S3 has no such header. */
const HEADERS: Readonly<Record<string, (value: string) => Headers | undefined>> = {
  'x-oss-object-acl': (acl) => (acl === 'default' ? {} : { 'x-amz-acl': acl }),
  'x-oss-storage-class': (name) => ({ 'x-amz-storage-class': CLASSES[name] ?? name }),
  'x-oss-forbid-overwrite': (isForbidden) => (isForbidden === 'true' ? { 'if-none-match': '*' } : {}),
  'x-oss-range-behavior': () => ({}),
  'x-oss-callback': () => undefined,
  'x-oss-callback-var': () => undefined,
  'x-oss-complete-all': () => undefined,
}

/** Query keys of OSS that S3 does not have, by operation. */
const ABSENT_KEYS: Readonly<Record<string, readonly string[]>> = {
  ListBuckets: ['max-keys', 'marker'],
  ListParts: ['encoding-type'],
  DeleteMultipleObjects: ['encoding-type'],
}

/** Translates a call. `checks`: whether the server is to compute checksums. Throws InvalidOption for what S3 does not have. */
export function s3Call(call: Call, checks: boolean): Call {
  const absent = ABSENT_KEYS[call.op] ?? []
  const query = Object.fromEntries(Object.entries(call.query ?? {}).filter(([name]) => !absent.includes(name)))
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(call.headers ?? {})) Object.assign(headers, s3Header(call, name, value))
  if (checks) Object.assign(headers, checksumHeaders(call))
  if (call.op === 'GetBucketInfo') throw unknown('description of a bucket')
  if (call.op === 'PutBucket' && call.body !== undefined) throw unknown('storage class of a bucket')
  return { ...call, query, headers }
}

function s3Header({ op }: Call, name: string, value: string): Headers {
  const special = HEADERS[name]
  if (special === undefined) return { [name.replace(/^x-oss-/, 'x-amz-')]: value }
  const translated = special(value)
  if (translated === undefined) throw unknown(`${name} of ${op}`)
  return translated
}

function checksumHeaders({ op, headers = {} }: Call): Headers {
  if (op === 'InitiateMultipartUpload') {
    return { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'FULL_OBJECT' }
  }
  if (op === 'HeadObject' || (op === 'GetObject' && headers.range === undefined)) {
    return { 'x-amz-checksum-mode': 'ENABLED' }
  }
  return {}
}

function unknown(what: string): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `S3 has no ${what}.`,
    hint: "Leave it out, or use OSS's protocol: dialect 'oss'.",
  })
}

/** The answer with its headers also under OSS's names. Its CRC-64 is CRC-64/NVME, in decimal as OSS writes it. */
export function ossResponse(response: TransportResponse): TransportResponse {
  const headers: Record<string, string> = { ...response.headers }
  for (const [name, value] of Object.entries(response.headers)) {
    if (name.startsWith('x-amz-')) headers[name.replace('x-amz-', 'x-oss-')] = value
  }
  const word = headers['x-amz-storage-class']
  if (word !== undefined) headers['x-oss-storage-class'] = OWN_CLASSES[word] ?? word
  const checksum = decimal(headers['x-amz-checksum-crc64nvme'])
  if (checksum !== undefined) headers['x-oss-hash-crc64ecma'] = checksum
  return { ...response, headers, header: (name) => headers[name.toLowerCase()] }
}

/** A document of S3 with the elements that OSS names otherwise. */
export function ossDocument(text: string): string {
  return text
    .replace(
      /<ChecksumCRC64NVME>([^<]*)<\/ChecksumCRC64NVME>/g,
      (whole, value: string) => `<HashCrc64ecma>${decimal(value) ?? whole}</HashCrc64ecma>`,
    )
    .replace(
      /<StorageClass>([A-Z_]+)<\/StorageClass>/g,
      (_, word: string) => `<StorageClass>${OWN_CLASSES[word] ?? word}</StorageClass>`,
    )
}

/** A CRC-64 as S3 writes it, in the header of a request or answer. */
export function checksumText(checksum: bigint): string {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, checksum)
  return base64(bytes)
}

function decimal(text: string | undefined): string | undefined {
  const bytes = base64Bytes(text ?? '')
  return bytes?.length === 8 ? String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)) : undefined
}
