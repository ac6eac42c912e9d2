/** The headers that an object is stored with, and what a response's headers report of one. */
import { base64, byteString, percentEncode, textOfByteString, utf8Bytes } from '@bindery/bytes'
import type { TransportResponse } from '../types/client.js'
import type { ObjectInfo } from '../types/object.js'
import type { ObjectOptions, UploadCallback } from '../types/object-options.js'

const META_PREFIX = 'x-oss-meta-'

/** Header names in lower case, values as byte strings. */
export function objectHeaders(options: ObjectOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) headers[name] = byteString(value)
  }
  set('content-type', options.contentType)
  set('cache-control', options.cacheControl)
  set('content-disposition', options.contentDisposition)
  set('content-encoding', options.contentEncoding)
  set('expires', options.expires?.toUTCString())
  set('x-oss-storage-class', options.storageClass)
  set('x-oss-object-acl', options.acl)
  set('x-oss-forbid-overwrite', options.forbidOverwrite === undefined ? undefined : String(options.forbidOverwrite))
  set('x-oss-tagging', options.tags && encodeTags(options.tags))
  if (options.callback !== undefined) Object.assign(headers, callbackHeaders(options.callback))
  for (const [name, value] of Object.entries(options.meta ?? {})) set(META_PREFIX + name.toLowerCase(), value)
  for (const [name, value] of Object.entries(options.headers ?? {})) set(name.toLowerCase(), value)
  return headers
}

function callbackHeaders({ url, body, contentType, host, vars = {} }: UploadCallback): Record<string, string> {
  const callbackUrl = typeof url === 'string' ? url : url.join(';')
  const own = Object.entries(vars).map(([name, value]) => [`x:${name}`, value])
  const encoded = (value: object) => base64(utf8Bytes(JSON.stringify(value)))
  return {
    'x-oss-callback': encoded({ callbackUrl, callbackBody: body, callbackBodyType: contentType, callbackHost: host }),
    ...(own.length === 0 ? {} : { 'x-oss-callback-var': encoded(Object.fromEntries(own)) }),
  }
}

/** The headers that belong to Complete, not to Initiate. */
export function completionHeaders({
  acl,
  forbidOverwrite,
  callback,
  headers = {},
}: ObjectOptions): Record<string, string> {
  const ofCallback = Object.entries(headers).filter(([name]) => name.toLowerCase().startsWith('x-oss-callback'))
  return objectHeaders({
    ...(acl === undefined ? {} : { acl }),
    ...(forbidOverwrite === undefined ? {} : { forbidOverwrite }),
    ...(callback === undefined ? {} : { callback }),
    headers: Object.fromEntries(ofCallback),
  })
}

/**
 * Reads an object's description from the headers of HeadObject. Values of `x-oss-meta-*` are decoded as UTF-8, and
 * returned as they came where they are not UTF-8. The size is the Content-Length, so the headers of a ranged GetObject
 * do not fit.
 */
export function objectInfo(bucket: string, key: string, { headers }: TransportResponse): ObjectInfo {
  const meta: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(META_PREFIX)) meta[name.slice(META_PREFIX.length)] = textOfByteString(value) ?? value
  }
  const optional = <K extends keyof ObjectInfo>(name: K, value: string | undefined) =>
    value === undefined ? {} : ({ [name]: value } as Pick<ObjectInfo, K>)
  const partCount = /-(\d{1,5})"?$/.exec(headers.etag ?? '')?.[1]
  return {
    bucket,
    key,
    size: Number(headers['content-length'] ?? 0),
    etag: bareEtag(headers.etag),
    lastModified: new Date(headers['last-modified'] ?? 0),
    storageClass: headers['x-oss-storage-class'] ?? 'Standard',
    type: headers['x-oss-object-type'] ?? 'Normal',
    meta,
    headers,
    ...(partCount === undefined ? {} : { partCount: Number(partCount) }),
    ...optional('crc64', headers['x-oss-hash-crc64ecma']),
    ...optional('contentType', headers['content-type']),
    ...optional('versionId', headers['x-oss-version-id']),
  }
}

/** An ETag without its quotes. */
export function bareEtag(etag: string | undefined): string {
  return etag?.replace(/^"|"$/g, '') ?? ''
}

function encodeTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`)
    .join('&')
}
