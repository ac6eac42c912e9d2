import { base64, utf8Bytes } from '@bindery/bytes'
import { OSS_NOTATION } from '../notation.js'
import { escapeXml, XML_DECLARATION } from '../xml.js'
import type { ErrorRow } from './catalogue.js'
import { type ErrorDetail, elementOf, type OssError } from './oss-error.js'

/** The facts about a request that its error document repeats. */
export interface ErrorExchange {
  readonly requestId: string
  /** The Host that the client used. */
  readonly hostId: string
  /** The path of the request, percent-encoded as it was sent. */
  readonly resource?: string
  readonly method: string
  /** As in a V4 scope; absent before a request is of any API. */
  readonly region?: string
}

/** The response of an error; its body is absent for HEAD and for 304. */
export interface EncodedError {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | undefined
}

/**
 * The encoding of an error as OSS returns it. HEAD has no body: the document is in `x-oss-err`, except for 412, where
 * SDKs expect none. A 304 has only headers.
 */
export function encodeError(error: OssError, exchange: ErrorExchange): EncodedError {
  const row: ErrorRow = error.row
  const headers: [string, string][] = error.headersIn(OSS_NOTATION).map(([name, value]) => [name, value])
  if (row.status === 304) return { status: 304, headers, body: undefined }
  if (row.ec !== undefined) headers.push(['x-oss-ec', row.ec])
  if (row.status === 503) headers.push(['Retry-After', '1'])
  const body = utf8Bytes(errorDocument(error, exchange))
  if (exchange.method === 'HEAD') {
    if (row.status !== 412) headers.push(['x-oss-err', base64(body)])
    return { status: row.status, headers, body: undefined }
  }
  headers.push(['Content-Type', 'application/xml'], ['Content-Length', String(body.length)])
  return { status: row.status, headers, body }
}

function errorDocument(error: OssError, { requestId, hostId }: ErrorExchange): string {
  const row: ErrorRow = error.row
  const elements: [string, ErrorDetail][] = [
    ['Code', row.code],
    ['Message', error.message],
    ['RequestId', requestId],
    ['HostId', hostId],
  ]
  for (const [name, value] of Object.entries(error.details)) {
    if (!row.message.includes(`{${name}}`)) elements.push([elementOf(name), value])
  }
  if (row.ec !== undefined) {
    elements.push(['EC', row.ec], ['RecommendDoc', `https://api.aliyun.com/troubleshoot?q=${row.ec}`])
  }
  const lines = elements.map(([name, value]) => `  <${name}>${textOf(value)}</${name}>\n`)
  return `${XML_DECLARATION}<Error>\n${lines.join('')}</Error>\n`
}

function textOf(value: ErrorDetail): string {
  if (typeof value !== 'object') return escapeXml(String(value))
  const lines = Object.entries(value).map(([name, one]) => {
    return `    <${elementOf(name)}>${escapeXml(String(one))}</${elementOf(name)}>\n`
  })
  return `\n${lines.join('')}  `
}
