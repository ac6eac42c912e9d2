import { byteString, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Cause } from '../errors/catalogue.js'
import { type ErrorDetails, OssError } from '../errors/oss-error.js'
import { decodeBody, decodeHead, encodeHeaders, type Head } from '../message.js'
import type { BodyOf, InputOf, Operation, OutputOf, ResultOf } from '../operation.js'
import { parseQuery } from '../query.js'
import { splitTarget } from '../target.js'
import { parsePlainXml } from './plain-xml.js'

/** A request as pages print it: request line, headers, an empty line, body. */
interface RawRequest {
  readonly head: Head
  readonly body: Uint8Array
}

function parseRequest(raw: string): RawRequest {
  const [top = '', ...bodyParts] = raw.split('\n\n')
  const [requestLine = '', ...lines] = top.trim().split('\n')
  const [, target = ''] = requestLine.split(' ')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).trim().toLowerCase()] = byteString(line.slice(colon + 1).trim())
  }
  const query = parseQuery(splitTarget(target).query)
  return { head: { query, headers }, body: utf8Bytes(bodyParts.join('\n\n').trim()) }
}

/** The typed input of a raw request. */
export function inputOf<O extends Operation>(operation: O, raw: string): InputOf<O> {
  return decodeHead(operation, parseRequest(raw).head) as InputOf<O>
}

/** The typed XML body of a raw request. */
export function bodyOf<O extends Operation>(operation: O, raw: string): BodyOf<O> {
  const { head, body } = parseRequest(raw)
  return decodeBody(operation, parsePlainXml, body, decodeHead(operation, head)) as BodyOf<O>
}

/** Status, headers and document of an answer, as wire bytes read as text. */
export function responseOf<O extends Operation>(operation: O, output: OutputOf<O>, result?: ResultOf<O>): string {
  const headers = encodeHeaders(operation, output as never).map(([name, value]) => `${name}: ${value}`)
  const { result: document } = operation
  const body = document === undefined || document === 'bytes' ? undefined : utf8Text(document.encode(result))
  return [String(operation.status), ...headers, ...(body === undefined ? [] : ['', body])].join('\n')
}

/** The cause and details of the error that a call throws. */
export function failureOf(call: () => unknown): readonly [cause: Cause, details: ErrorDetails] {
  try {
    call()
  } catch (error) {
    if (error instanceof OssError) return [error.reason, error.details]
    throw error
  }
  throw new Error('nothing was thrown')
}

/** A document of a page, without the line breaks and indentation of its printed form. */
export function compact(document: string): string {
  const [prologue = '', ...lines] = document.trim().split('\n')
  return `${prologue}\n${lines.map((line) => line.trim()).join('')}`
}
