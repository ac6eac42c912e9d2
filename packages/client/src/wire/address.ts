/** The endpoint of requests, and the place of the bucket in their URLs. */
import { percentEncode } from '@bindery/bytes'
import type { ClientOptions } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'

/** The endpoint of a client. */
export interface Address {
  /** Without a slash at its end. */
  readonly endpoint: string
  readonly region: string
  /** The URL, without its query, of the service, a bucket or an object. */
  url(bucket?: string, key?: string): string
}

/**
 * The endpoint, region and addressing style of a client's options. Throws OssError InvalidOption for an endpoint that
 * is not an http or https URL.
 */
export function createAddress(options: Pick<ClientOptions, 'endpoint' | 'region' | 'addressing' | 'dialect'>): Address {
  const url = parseEndpoint(options.endpoint)
  const { addressing = 'auto' } = options
  const style = addressing === 'auto' ? (isPathStyleHost(url.hostname) ? 'path' : 'virtual') : addressing
  const base = url.pathname.replace(/\/+$/, '')
  const endpoint = `${url.protocol}//${url.host}${base}`
  return {
    endpoint,
    region: options.region ?? regionOf(url.hostname) ?? (options.dialect === 's3' ? 'us-east-1' : 'cn-hangzhou'),
    url(bucket, key) {
      const name = key === undefined ? '' : percentEncode(key, { keepSlash: true })
      if (bucket === undefined) return `${endpoint}/`
      if (style === 'path') return `${endpoint}/${bucket}/${name}`
      const host = style === 'cname' ? url.host : `${bucket}.${url.host}`
      return `${url.protocol}//${host}${base}/${name}`
    },
  }
}

function parseEndpoint(endpoint: string | URL): URL {
  const text = String(endpoint)
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // reported below
  }
  throw new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The endpoint "${text}" is not an http or https URL.`,
    hint: 'Give it as http://127.0.0.1:9000 or https://oss-cn-hangzhou.aliyuncs.com.',
  })
}

/** Certificates and DNS have no buckets under these. */
function isPathStyleHost(hostname: string): boolean {
  return !hostname.includes('.') || hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
}

function regionOf(hostname: string): string | undefined {
  return hostname.match(/(?:^|\.)(?:oss-|s3\.)([a-z0-9-]+?)(?:-internal)?\.(?:aliyuncs|amazonaws)\.com$/)?.[1]
}

/** A URL with a query; a parameter without a value has no `=`. */
export function urlWith(url: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) =>
    value === '' ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
  )
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`
}
