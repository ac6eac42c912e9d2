/** Facts about a body, which all protocols state in HTTP's own headers. */
import type { Head } from './message.js'
import { decodeMd5 } from './operations/shared.js'

type Headers = Head['headers']

/** Whether a request has a body that may be content: its length is known, or it comes in chunks. */
export function hasBody(headers: Headers): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/** Whether the head states no length of the body that follows it. */
export function isUnlimited(headers: Headers): boolean {
  return headers['transfer-encoding'] !== undefined && headers['content-length'] === undefined
}

/** The media type of the body, with its parameters. */
export function bodyType(headers: Headers): string | undefined {
  return headers['content-type']
}

/** The MD5 that the body must have; undefined if the request names none. Throws invalidDigestFormat. */
export function bodyMd5(headers: Headers): Uint8Array | undefined {
  const sent = headers['content-md5']
  return sent === undefined ? undefined : decodeMd5(sent)
}
