/** Turns failures into OssError, and decides which are worth another attempt. */

import type { TransportResponse } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import { type Element, parseXml, textOf } from './xml.js'

/** A transport's failure: no whole response head arrived, or its body broke off. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: 'network' | 'stalled'

  constructor(kind: 'network' | 'stalled', message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

const RETRYABLE_STATUSES = new Set([408, 429, 500, 502, 503, 504])
const RETRYABLE_CODES = new Set(['RequestTimeout', 'RequestTimeTooSkewed', 'OperationAborted', 'SlowDown'])

const HINTS: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch:
    'Check the access key secret; behind a proxy, check that it passes Host and headers on unchanged.',
  InvalidAccessKeyId: 'Check the access key id and that the endpoint is the server that it belongs to.',
  RequestTimeTooSkewed: "Set this machine's clock.",
  NoSuchBucket: 'Create the bucket, or check its name and the endpoint.',
  AccessDenied: 'Ask the owner of the bucket for the permission, or use other credentials.',
  CallbackFailed: 'The object is stored. Check why the application did not confirm it.',
  NoSuchUpload: 'The upload was completed or aborted. Start a new one.',
}

/** The error that a response reports. @param text its body, as far as it arrived */
export function errorOf(response: TransportResponse, text: string): OssError {
  const root = documentOf(text) ?? documentOf(base64Text(response.header('x-oss-err')))
  const code = textOf(root, 'Code') ?? codeOfStatus(response.status)
  const error = new OssError({
    code,
    status: response.status,
    message: textOf(root, 'Message') ?? `The server answered ${response.status}.`,
    ec: textOf(root, 'EC') ?? response.header('x-oss-ec'),
    requestId: textOf(root, 'RequestId') ?? response.header('x-oss-request-id') ?? response.header('x-amz-request-id'),
    retryable: RETRYABLE_STATUSES.has(response.status) || RETRYABLE_CODES.has(code),
    hint: HINTS[code],
  })
  error.retryAfterMs = retryAfter(response.header('retry-after'))
  error.serverTime = timeOf(textOf(root, 'ServerTime')) ?? timeOf(response.header('date'))
  return error
}

/** Converts the error of a transport or of a caller's signal. */
export function asOssError(thrown: unknown): OssError {
  if (thrown instanceof OssError) return thrown
  if (thrown instanceof TransportError) {
    const code = thrown.kind === 'stalled' ? CLIENT_CODES.stalled : CLIENT_CODES.network
    const hint = 'Check the endpoint and that the server runs.'
    return new OssError({ code, message: thrown.message, retryable: true, cause: thrown, hint })
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new OssError({ code: CLIENT_CODES.aborted, message: 'The transfer was aborted.', cause: thrown })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new OssError({ code: 'ClientError', message, cause: thrown })
}

/** Whether the server is overloaded; parallelism adapts to it. */
export function isPressure({ code, status }: OssError): boolean {
  return status === 503 || status === 429 || code === CLIENT_CODES.stalled || code === 'RequestTimeout'
}

/** A module that is loaded when it is first used. A failure to load it is one of the network. */
export function loaded<Module>(loading: Promise<Module>): Promise<Module> {
  return loading.catch((cause: unknown) => {
    throw new TransportError('network', 'a module of the client did not load', cause)
  })
}

/** Reads a body of at most `maxBytes` as text; a proxy may answer with a large page instead of a small document. */
export async function readText(body: AsyncIterable<Uint8Array>, maxBytes = 64 * 1024 * 1024): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > maxBytes) throw new TransportError('network', `the response is larger than ${maxBytes} bytes`)
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

function documentOf(text: string | undefined): Element | undefined {
  if (text === undefined || !text.trimStart().startsWith('<')) return undefined
  try {
    return parseXml(text)
  } catch {
    return undefined // a proxy's page: only its status is of use
  }
}

/** HEAD answers carry the document in a header. */
function base64Text(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

const CODES_OF_STATUS: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  404: 'NoSuchKey',
  409: 'Conflict',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
}

function codeOfStatus(status: number): string {
  return CODES_OF_STATUS[status] ?? `Http${status}`
}

function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seconds = Number(value)
  const delay = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined
}

function timeOf(value: string | undefined): number | undefined {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) ? undefined : time
}
