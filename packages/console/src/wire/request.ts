/** Signed requests to the server that served the page. */
import { byteString, hex, utf8Bytes } from '@bindery/bytes'
import { type Element, parseXml } from '@bindery/client/xml'
import { reach } from './reach.js'
import { errorOf, ServerError } from './server-error.js'
import { aboutServer, nonce, noteTime, serverTime, signingKey, signOut } from './session.js'
import { sha256 } from './sha256.js'
import { pathOf, queryText, signedHeaders, signedQuery } from './sign.js'

/** A request of the object store. Names of headers in lower case; a parameter without a value is an empty text. */
export interface Wanted {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Codes that end a session: its key, or the one that it stands for, works no more, or is disabled. */
const OVER = ['SecurityTokenExpired', 'InvalidSecurityToken', 'InvalidSecurityToken.Expired', 'InvalidAccessKeyId']

/** Sends a request and returns its answer of success. Throws ServerError. */
export async function send(wanted: Wanted): Promise<Response> {
  return attempt(wanted).catch((error: unknown) => {
    if (!(error instanceof ServerError)) throw error
    if (error.code === 'RequestTimeTooSkewed') return attempt(wanted)
    if (OVER.includes(error.code)) signOut(error)
    throw error
  })
}

async function attempt({ method, bucket, key, query = {}, headers = {}, body, signal }: Wanted): Promise<Response> {
  const { region } = await aboutServer()
  const unsigned = { method, bucket, key, query, headers: bytesIn(headers) }
  const signed = signedHeaders(unsigned, await signingKey(), { region, time: serverTime() })
  // with a text the browser would send a Content-Type of its own, which is not signed
  const bytes = typeof body === 'string' ? (utf8Bytes(body) as Uint8Array<ArrayBuffer>) : body
  const init = { method, headers: signed, ...(bytes === undefined ? {} : { body: bytes }), ...(signal && { signal }) }
  const response = await reach(`${pathOf(bucket, key)}${queryText(query)}`, init)
  noteTime(response)
  if (!response.ok) throw await errorOf(response)
  return response
}

/** Browsers send the characters of headers as bytes. */
function bytesIn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, byteString(value)]))
}

/** The root element of an XML answer. Throws ServerError. */
export async function sendForXml(wanted: Wanted): Promise<Element> {
  return parseXml(await (await send(wanted)).text())
}

/** The value of a JSON answer. Throws ServerError. */
export async function sendForJson<T>(wanted: Wanted): Promise<T> {
  return (await send(wanted)).json() as Promise<T>
}

/** One operation of the admin interface. Throws ServerError. */
export async function admin<T>(operation: string, input: object = {}): Promise<T> {
  return (await sendAdmin(operation, input)).json() as Promise<T>
}

/**
 * Follows an operation of the admin interface whose answer is server-sent events: each piece that arrives gives the events in it. Ends with
 * the answer; throws ServerError, and what `fetch` throws where the signal aborts.
 */
export async function* followAdmin(
  operation: string,
  input: object,
  signal: AbortSignal,
): AsyncGenerator<readonly ServerEvent[]> {
  const { body } = await sendAdmin(operation, input, signal)
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let text = ''
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    text += decoder.decode(read.value, { stream: true })
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    yield frames.map(eventIn)
  }
}

/** An event of a stream: JSON under its type, which is empty for a beat. */
export interface ServerEvent {
  readonly type: string
  readonly data: string
}

/** The event of a frame. */
export function eventIn(frame: string): ServerEvent {
  // names of objects may have separators of lines that JSON leaves as they are
  const [, type = '', data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(frame) ?? []
  return { type, data }
}

async function sendAdmin(operation: string, input: object, signal?: AbortSignal): Promise<Response> {
  const { region } = await aboutServer()
  const body = JSON.stringify(input)
  const path = `admin/v1/${operation}`
  const headers = { 'content-type': 'application/json', 'x-oss-nonce': nonce() }
  const request = { method: 'POST', bucket: '-', key: path, query: {}, headers }
  const payload = hex(sha256(utf8Bytes(body)))
  const signed = signedHeaders(request, await signingKey(), { region, time: serverTime(), payload })
  const response = await reach(`/-/${path}`, { method: 'POST', headers: signed, body, ...(signal && { signal }) })
  noteTime(response)
  if (response.ok) return response
  const error = await errorOf(response)
  if (OVER.includes(error.code)) signOut(error)
  throw error
}

/** A URL that anyone may use for `seconds`. */
export async function presigned(
  { method, bucket, key, query = {} }: Pick<Wanted, 'method' | 'bucket' | 'key' | 'query'>,
  seconds: number,
): Promise<string> {
  const { region } = await aboutServer()
  const unsigned = { method, bucket, key, query, headers: {} }
  const all = signedQuery(unsigned, await signingKey(), { region, time: serverTime(), seconds })
  return `${location.origin}${pathOf(bucket, key)}${queryText(all)}`
}
