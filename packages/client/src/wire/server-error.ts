/** Turns answers of failure into OssError, and decides which are worth another attempt. Loaded when there is one. */
import type { TransportResponse } from '../types/client.js'
import { OssError } from '../types/error.js'
import { type Element, parseXml, textOf } from './xml.js'

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
