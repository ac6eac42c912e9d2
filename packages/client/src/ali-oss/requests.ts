/** Requests, and what ali-oss returns of their answers. */
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Client } from '../client.js'
import { contentTypeOf } from '../content-type.js'
import { crc64 } from '../crc64.js'
import { createClient, fileSource } from '../node/index.js'
import type { Addressing, Body, CredentialsProvider } from '../types/client.js'
import { OssError } from '../types/error.js'
import type { Call } from '../wire/call.js'
import { readText } from '../wire/failure.js'
import { type Element, parseXml } from '../wire/xml.js'
import { AliOssError } from './failure.js'
import type { AliOssCallback, AliOssFile, AliOssOptions, AliOssRequest, AliOssResponse, AliOssUpload } from './types.js'

const REFRESH_MS = 300_000

/** An answer that was read. */
export interface Answered {
  readonly res: AliOssResponse
  readonly text: string
  readonly body: AsyncIterable<Uint8Array>
}

/** Content that can be sent again. */
interface Content {
  readonly size: number
  readonly open: () => Body
  readonly close: () => Promise<void>
}

/** A client in the form of ali-oss: its options, and one method per request. */
export class Requests {
  readonly options: AliOssOptions & { bucket?: string }
  protected readonly client: Client

  constructor(options: AliOssOptions) {
    if (!options?.accessKeyId || !options.accessKeySecret) throw new Error('require accessKeyId, accessKeySecret')
    const { region = 'oss-cn-hangzhou', retryMax, authorizationV4 = false } = options
    this.options = { ...options, region }
    const endpoint = endpointOf(options)
    this.client = createClient({
      endpoint,
      addressing: addressingOf(endpoint, options),
      region: region.replace(/^oss-/, ''),
      signature: authorizationV4 ? 'v4' : 'v1',
      auth: { credentials: credentialsOf(options) },
      checkpoints: false,
      ...(retryMax === undefined ? {} : { retry: { maxAttempts: retryMax + 1 } }),
    })
  }

  /** Chooses the bucket of the calls that follow. */
  useBucket(bucket: string): this {
    this.options.bucket = bucket
    return this
  }

  setBucket(bucket: string): this {
    return this.useBucket(bucket)
  }

  getBucket(): string | undefined {
    return this.options.bucket
  }

  /** Releases kept connections. */
  close(): void {
    this.client.close()
  }

  protected get bucket(): string {
    const { bucket } = this.options
    if (bucket === undefined) throw new Error('Please create a bucket first')
    return bucket
  }

  /** Sends a request on an object, or without a name on the bucket; on the service where that is null. Its body is left to the caller if `isStream`. */
  protected async send(
    call: Omit<Call, 'op' | 'bucket'>,
    { headers = {}, subres = {}, versionId }: AliOssRequest = {},
    { isStream = false, bucket: named = this.bucket as string | null } = {},
  ): Promise<Answered> {
    const startedAt = Date.now()
    const bucket = named ?? undefined
    const query = { ...call.query, ...subres, ...(versionId === undefined ? {} : { versionId }) }
    const all = { ...lowerCase(headers), ...call.headers }
    try {
      const given = { ...call, query, headers: all, op: '', bucket, key: call.key && nameOf(call.key) }
      const { response } = await this.client.requester.send(given)
      const text = isStream || call.method === 'HEAD' ? '' : await readText(response.body)
      const { status, headers: received } = response
      const url = this.client.requester.address.url(bucket, given.key)
      const res = {
        status,
        statusCode: status,
        headers: received,
        requestUrls: [url],
        rt: Date.now() - startedAt,
        size: text.length,
      }
      return { res, text, body: response.body }
    } catch (error) {
      if (error instanceof OssError && error.status === 304) {
        return notModified(this.client.requester.address.url(bucket, call.key && nameOf(call.key)), error, startedAt)
      }
      throw asAliOssError(error)
    }
  }

  /** Sends content, with the headers of an upload. */
  protected async store(call: Omit<Call, 'op' | 'bucket'>, file: AliOssFile, options: AliOssUpload): Promise<Answered> {
    const content = await contentOf(file)
    try {
      const headers = {
        ...uploadHeaders(call.key ?? '', options),
        ...call.headers,
        'content-length': String(content.size),
      }
      return await this.send({ ...call, headers, body: content.open, bodyLength: content.size }, options)
    } finally {
      await content.close()
    }
  }

  protected url(name: string): string {
    return this.client.requester.address.url(this.bucket, nameOf(name))
  }
}

/** The answer to a request for an object that has not changed: it is not a failure. */
function notModified(url: string, { status, requestId }: OssError, startedAt: number): Answered {
  const headers = requestId === undefined ? {} : { 'x-oss-request-id': requestId }
  const res = { status, statusCode: status, headers, requestUrls: [url], rt: Date.now() - startedAt, size: 0 }
  return { res, text: '', body: Readable.from([]) }
}

/** Converts an error of the library; any other is returned unchanged. */
export function asAliOssError(error: unknown): unknown {
  return error instanceof OssError ? new AliOssError(error, error) : error
}

/** The document of an answer. */
export function documentOf({ text }: Answered): Element {
  return parseXml(text)
}

/** ali-oss takes names with a slash in front. */
export function nameOf(name: string): string {
  return name.replace(/^\/+/, '')
}

/** The headers with which an object is stored. */
export function uploadHeaders(
  name: string,
  { mime, meta = {}, callback, headers = {} }: AliOssUpload,
): Record<string, string> {
  const type = mime ?? lowerCase(headers)['content-type'] ?? contentTypeOf(name) ?? 'application/octet-stream'
  const metaHeaders = Object.entries(meta).map(([key, value]) => [`x-oss-meta-${key.toLowerCase()}`, String(value)])
  return { ...Object.fromEntries(metaHeaders), 'content-type': type, ...callbackHeaders(callback) }
}

/** The headers that request a callback. */
export function callbackHeaders(callback: AliOssCallback | undefined): Record<string, string> {
  if (callback === undefined) return {}
  const { url, body, host, contentType, callbackSNI, customValue = {}, headers = {} } = callback
  const asked = {
    callbackUrl: encodeURI(url),
    callbackBody: body,
    callbackHost: host,
    callbackBodyType: contentType,
    callbackSNI,
  }
  const variables = Object.entries(customValue).map(([name, value]) => [`x:${name}`, String(value)])
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  return {
    ...lowerCase(headers),
    'x-oss-callback': encoded(asked),
    ...(variables.length === 0 ? {} : { 'x-oss-callback-var': encoded(Object.fromEntries(variables)) }),
  }
}

/** Header names in lower case. */
export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

async function contentOf(file: AliOssFile): Promise<Content> {
  const close = async () => {}
  if (typeof file === 'string') {
    const source = await fileSource(file, crc64)
    return { size: source.size, open: () => source.read(0, source.size) as Body, close: async () => source.close?.() }
  }
  if (file instanceof Blob) return { size: file.size, open: () => file, close }
  const bytes = file instanceof Uint8Array ? file : await buffer(Readable.from(file))
  return { size: bytes.length, open: () => bytes, close }
}

function endpointOf({ endpoint, region = 'oss-cn-hangzhou', internal = false, secure = false }: AliOssOptions): URL {
  const host = endpoint ?? `${region}${internal ? '-internal' : ''}.aliyuncs.com`
  return new URL(host.includes('://') ? host : `http${secure ? 's' : ''}://${host}`)
}

function addressingOf({ hostname }: URL, { cname = false, sldEnable = false }: AliOssOptions): Addressing {
  if (cname) return 'cname'
  return sldEnable || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 ? 'path' : 'virtual'
}

function credentialsOf(options: AliOssOptions) {
  const { accessKeyId, accessKeySecret, stsToken, refreshSTSToken, refreshSTSTokenInterval = REFRESH_MS } = options
  const first = { accessKeyId, accessKeySecret, ...(stsToken === undefined ? {} : { securityToken: stsToken }) }
  if (refreshSTSToken === undefined) return first
  const provider: CredentialsProvider = async ({ reason }) => {
    const expiration = Date.now() + refreshSTSTokenInterval
    if (reason === 'initial') return { ...first, expiration }
    const { stsToken: securityToken, ...fresh } = await refreshSTSToken()
    return { ...fresh, securityToken, expiration }
  }
  return provider
}
