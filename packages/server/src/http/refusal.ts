import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { OssError, ossDialect } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'

/**
 * The answer to a failure in HTTP, before the service gets the request or after it (with the request id that it
 * assigned), in OSS's form.
 */
export function refusal(
  error: OssError,
  method: string,
  host: string,
  requestId = randomBytes(12).toString('hex').toUpperCase(),
): ServiceResponse {
  const { status, headers, body } = ossDialect.encodeError(error, { requestId, hostId: host, method })
  return {
    status,
    headers: [['Date', new Date().toUTCString()], ['x-oss-request-id', requestId], ...headers],
    body,
    log: { requestId, cause: error.reason, code: error.row.code },
  }
}

/** A 500 in place of an answer that could not be sent, because of `failure`. */
export function failedAnswer(
  { log }: ServiceResponse,
  failure: unknown,
  { method, host }: Pick<ServiceRequest, 'method' | 'host'>,
): ServiceResponse {
  const failed = refusal(new OssError('internalError'), method, host, log.requestId)
  return { ...failed, log: { ...log, ...failed.log, failure } }
}

/** The bytes of a refusal for a connection without a request. */
export function refusalBytes({ status, headers, body }: ServiceResponse): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const head = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1')
  return Buffer.concat([head, body instanceof Uint8Array ? body : Buffer.alloc(0)])
}

/** The error for bytes that are not HTTP, by the code of Node's parser. */
export function parserError({ code }: { readonly code?: string | undefined }): OssError {
  return new OssError(code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'requestTimeout' : 'malformedRequest')
}
