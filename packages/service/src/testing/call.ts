import { randomUUID } from 'node:crypto'
import { hex, percentEncode, utf8Bytes } from '@bindery/bytes'
import { presignV1, Query, type Signable, signV1, signV4 } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import type { AccessKey } from '../access/requester.js'
import { bytesOf, nodeDigests, sourceOf } from '../domain/testing.js'
import type { ResponseLog, ServiceResponse } from '../service.js'
import { ROOT, type StartedService } from './start-service.js'

/** A request as a test describes it. */
export interface TestRequest {
  readonly method: string
  readonly bucket?: string
  readonly key?: string
  /** A value of undefined is a key without `=`. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Its length is announced unless `chunked`. */
  readonly body?: string | Uint8Array | ByteSource
  readonly chunked?: boolean
  /** The signer. Default: ROOT. */
  readonly as?: AccessKey | 'anonymous'
  /** `url`: by V1, in the query. */
  readonly signature?: 'v1' | 'v4' | 'url'
  /** Whether a V4 signature covers the body, which is then a text. */
  readonly signsBody?: boolean
  /** The region of a V4 signature. Default: that of the service. */
  readonly region?: string
  /** Where the bucket is named. Default: in the Host. */
  readonly style?: 'host' | 'path'
  /** Sent as the Host, in place of the endpoint's. */
  readonly host?: string
  readonly scheme?: 'http' | 'https'
  /** Default: this machine. */
  readonly remoteAddress?: string
  /** Whether the body of the response may be passed. */
  readonly passes?: boolean
}

export interface TestResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** The body as text. */
  readonly text: string
  readonly log: ResponseLog
}

const ENDPOINT = 'oss-cn-hangzhou.aliyuncs.com'

/** Signs a request, passes it to the service, and reads the response completely. */
export async function call(started: StartedService, request: TestRequest): Promise<TestResponse> {
  return whole(await send(started, request))
}

/** A response that was read completely. */
export async function whole(response: ServiceResponse): Promise<TestResponse> {
  const bytes = response.body instanceof Uint8Array ? response.body : await bytesOf(response.body ?? none())
  const headers = Object.fromEntries(response.headers.map(([name, value]) => [name.toLowerCase(), value]))
  return {
    status: response.status,
    headers,
    bytes,
    get text() {
      return Buffer.from(bytes).toString()
    },
    log: response.log,
  }
}

/** Signs a request and passes it to the service; the body of the response is still unread. */
export async function send(started: StartedService, request: TestRequest): Promise<ServiceResponse> {
  const { bucket, key = '', style = 'host', scheme = 'http' } = request
  const named = style === 'host' && bucket !== undefined ? `${bucket}.${ENDPOINT}` : '127.0.0.1'
  const host = request.host ?? named
  const path = style === 'path' && bucket !== undefined ? `/${bucket}/` : '/'
  const body = sourceOfBody(request.body)
  const signed = sign(started, request, { ...framing(request, body), ...request.headers, host })
  return started.service.handle({
    method: request.method,
    scheme,
    host,
    target: `${path}${percentEncode(key, { keepSlash: true })}${queryText(signed.query)}`,
    headers: signed.headers,
    remoteAddress: request.remoteAddress ?? '127.0.0.1',
    passes: request.passes ?? false,
    body,
  })
}

async function* none(): AsyncIterable<never> {}

function sourceOfBody(body: TestRequest['body']): ByteSource {
  return typeof body === 'object' && 'read' in body ? body : sourceOf(body ?? '')
}

function framing({ method, chunked }: TestRequest, body: ByteSource): Record<string, string> {
  if (chunked === true) return { 'transfer-encoding': 'chunked' }
  if (method !== 'PUT' && method !== 'POST') return {}
  return body.size === undefined ? {} : { 'content-length': String(body.size) }
}

function sign(started: StartedService, request: TestRequest, headers: Record<string, string>): Signable {
  const { method, bucket, key, as = ROOT } = request
  const query = new Query(Object.entries(request.query ?? {}).map(([name, value]) => ({ name, value })))
  const unsigned: Signable = { method, bucket, key, query, headers }
  if (as === 'anonymous') return unsigned
  const signer = { ...as, securityToken: as.session?.securityToken }
  const options = { time: started.now(), digests: nodeDigests }
  if (request.signature === 'v1') return signV1(unsigned, signer, options)
  if (request.signature === 'url') {
    return presignV1(unsigned, signer, { expiresAt: started.now() + 60_000, digests: nodeDigests })
  }
  const payload = request.signsBody ? { payload: hex(nodeDigests.sha256(utf8Bytes(String(request.body ?? '')))) } : {}
  return signV4(unsigned, signer, { ...options, ...payload, region: request.region ?? 'cn-hangzhou' })
}

/** A request of the admin interface, whose signature is like no other. */
export function adminRequest(operation: string, input: object | string = {}): TestRequest {
  return {
    method: 'POST',
    style: 'path',
    bucket: '-',
    key: `admin/v1/${operation}`,
    headers: { 'content-type': 'application/json', 'x-oss-nonce': randomUUID() },
    body: typeof input === 'string' ? input : JSON.stringify(input),
    signsBody: true,
  }
}

function queryText({ parameters }: Query): string {
  if (parameters.length === 0) return ''
  const pairs = parameters.map(({ name, value }) =>
    value === undefined ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  )
  return `?${pairs.join('&')}`
}

/** The texts of all elements with a name in a document, in order, with references resolved. */
export function elements(document: string, name: string): string[] {
  const found = document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))
  return [...found].map(([, text = '']) => unescapeXml(text))
}

/** The text of the first element with a name, or undefined. */
export function element(document: string, name: string): string | undefined {
  return elements(document, name)[0]
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9A-F]+)|(\w+));/gi, (_, digits: string | undefined, name: string) =>
    digits === undefined ? (ENTITIES[name] ?? '') : String.fromCodePoint(Number.parseInt(digits, 16)),
  )
}

/** A body that must not be read: reading it throws, and `touched` reports it. */
export function untouchable(size = 10): ByteSource & { touched(): boolean } {
  let touched = false
  const fail = async (): Promise<never> => {
    touched = true
    throw new Error('the body was read')
  }
  return { size, ready: fail, read: fail, touched: () => touched }
}
