import { createHash } from 'node:crypto'
import { type Client, type Element, OssError, parseXml } from '@bindery/client'
import type { Document, Fields, Operation, ValuesOf, XmlParser } from '@bindery/protocol'

/** The bucket and the key of an operation. */
export interface CallTarget {
  readonly bucket?: string
  readonly key?: string
}

/** A request for an operation, as text. */
export interface RawCall extends CallTarget {
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** The answer to an operation whose body is a document. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly requestId: string | undefined
}

/** The input of an operation: its head, and the value of its document. Fields may be absent where the declaration has a value for that. */
export interface CallInput<I extends Fields, B> {
  readonly input?: Partial<ValuesOf<I>>
  readonly body?: B
}

/** Sends a request for a declared operation, and returns the value of the document that answers it. Throws OssError. */
export async function call<I extends Fields, O extends Fields, B, R>(
  client: Client,
  operation: Operation<I, O, B, R>,
  target: CallTarget,
  { input = {}, body }: CallInput<I, B> = {},
): Promise<R> {
  const head = headOf(operation, input)
  const document = operation.body as Document<B> | undefined
  const bytes = body === undefined || document === undefined ? undefined : document.encode(body)
  const { text } = await send(client, operation as Operation, {
    ...target,
    ...head,
    ...(bytes === undefined ? {} : { body: bytes }),
  })
  return decodeResult(operation, text)
}

/** The value of the document that answers an operation; undefined where it has none. */
export function decodeResult<R>({ result }: { readonly result?: 'bytes' | Document<R> }, text: string): R {
  if (result === undefined || result === 'bytes') return undefined as R
  return result.decode(parser, new TextEncoder().encode(text))
}

/** Sends a request for an operation; the query keys that distinguish it are added. Throws OssError. */
export async function send(client: Client, operation: Operation, { body, ...raw }: RawCall): Promise<RawAnswer> {
  const { response, requestId, text } = await client.requester.sendForText(
    requestOf(operation, { ...raw, ...(body && { body }) }),
  )
  return { status: response.status, headers: response.headers, text, requestId }
}

/** The request for an operation, with the query keys that distinguish it, and with the digest of its document. */
export function requestOf(
  { name, method, when = [], body: document }: Pick<Operation, 'name' | 'method' | 'when' | 'body'>,
  { bucket, key, query, headers, body }: RawCall,
): Parameters<Client['requester']['send']>[0] {
  if (method === 'OPTIONS') throw new OssError({ code: 'InvalidOption', message: `${name} is for browsers.` })
  const digest = body === undefined || document === 'bytes' ? {} : { 'content-md5': md5(body) }
  return {
    op: name,
    method,
    bucket,
    key,
    query: { ...distinguishing(when[0]?.query ?? [], query), ...query },
    headers: {
      ...digest,
      ...(body !== undefined && document !== 'bytes' ? { 'content-type': 'application/xml' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: () => body }),
    bodyLength: body?.length ?? 0,
  }
}

function distinguishing(keys: readonly string[], given: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = keys.map((one) => one.split('=', 2) as [string, string?])
  return Object.fromEntries(
    pairs.filter(([name]) => given[name] === undefined).map(([name, value = '']) => [name, value]),
  )
}

function headOf(operation: Pick<Operation, 'input'>, input: object): Pick<RawCall, 'query' | 'headers'> {
  const query: Record<string, string> = {}
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(input)) {
    const field = operation.input[name]
    if (field === undefined || value === undefined || (field.codec.name === 'flag' && value === false)) continue
    const target = field.place === 'header' ? headers : query
    target[field.place === 'header' ? field.name.toLowerCase() : field.name] = field.codec.encode(value)
  }
  return { query, headers }
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64')
}

/** Reads documents of answers. The order of elements with different names is lost; declarations do not depend on it. */
const parser: XmlParser = (document, events) => {
  const walk = ({ name, text, children }: Element) => {
    events.open(name.slice(name.indexOf(':') + 1))
    if (text !== '') events.text(text)
    for (const all of children.values()) for (const child of all) walk(child)
    events.close()
  }
  walk(parseXml(new TextDecoder().decode(document)))
}
