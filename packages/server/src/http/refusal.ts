import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { encodeError, OssError } from '@bindery/protocol'
import type { ServiceResponse } from '@bindery/service'

/** A failure that HTTP meets before the service does, or behind it under the id that it gave, as OSS would answer it. */
export function refusal(
  error: OssError,
  method: string,
  host: string,
  requestId = randomBytes(12).toString('hex').toUpperCase(),
): ServiceResponse {
  const { status, headers, body } = encodeError(error, { requestId, hostId: host, method })
  return {
    status,
    headers: [['Date', new Date().toUTCString()], ['x-oss-request-id', requestId], ...headers],
    body,
    log: { requestId, cause: error.reason, code: error.row.code },
  }
}

/** The bytes of a refusal for a connection that has no request to answer. */
export function refusalBytes({ status, headers, body }: ServiceResponse): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const head = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1')
  return Buffer.concat([head, body instanceof Uint8Array ? body : Buffer.alloc(0)])
}

/** What a client did wrong whose bytes are no HTTP: node's parser says it with a code. */
export function parserError({ code }: { readonly code?: string | undefined }): OssError {
  return new OssError(code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'requestTimeout' : 'malformedRequest')
}
