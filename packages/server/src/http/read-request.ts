import type { IncomingMessage } from 'node:http'
import { OssError } from '@bindery/protocol'
import { newRequestLog, type ServiceRequest } from '@bindery/service'
import type { ByteSource } from '@bindery/storage'
import { withoutMapping } from '../networks.js'
import { peerOf } from './peer.js'
import type { TrustedProxies } from './trusted-proxies.js'

/** The head of an HTTP request in the form of the service. Throws malformedRequest if HTTP/1.1 requires a refusal. */
export function readRequest(request: IncomingMessage, body: ByteSource, proxies: TrustedProxies): ServiceRequest {
  const headers = joinedHeaders(request.rawHeaders)
  requireFraming(headers, request.httpVersion)
  if (headers.host === undefined && request.httpVersion === '1.1') throw new OssError('malformedRequest')
  const { localAddress = '', localPort = 0 } = request.socket
  const own = 'encrypted' in request.socket ? 'https' : 'http'
  const { address: remoteAddress, scheme } = proxies.originOf(peerOf(request.socket), headers, own)
  const { host, target } = originForm(request.url ?? '/', headers.host ?? '')
  if (headers.host !== undefined) headers.host = host
  return {
    method: request.method ?? '',
    scheme,
    host,
    target,
    headers,
    remoteAddress,
    localAddress: hostAndPort(localAddress, localPort),
    body,
    log: newRequestLog(),
  }
}

/** Headers that a proxy adds. */
const PROXY_HEADERS = ['via', 'forwarded', 'x-forwarded-for']

/**
 * Requires that the end of a request is unambiguous. The only coding is `chunked`, and HTTP/1.0 has none. A length in
 * addition to it must not have passed a proxy, which should have removed it and may have used the other one (RFC 9112
 * 6.1, 6.3).
 */
function requireFraming(headers: Readonly<Record<string, string>>, httpVersion: string): void {
  const coding = headers['transfer-encoding']
  if (coding === undefined) return
  if (coding.toLowerCase() !== 'chunked' || httpVersion !== '1.1') throw new OssError('malformedRequest')
  if (headers['content-length'] === undefined) return
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) throw new OssError('malformedRequest')
}

function joinedHeaders(rawHeaders: readonly string[]): Record<string, string> {
  // Without a prototype, so that a header with the name of an object member is an ordinary header.
  const headers: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    const earlier = headers[name]
    if (earlier !== undefined && name === 'host') throw new OssError('malformedRequest')
    headers[name] = earlier === undefined ? value : `${earlier},${value}`
  }
  return headers
}

/** A target in absolute form, as proxies get it, contains the host, which takes precedence over the Host header. */
function originForm(url: string, hostHeader: string): { host: string; target: string } {
  if (url.startsWith('/')) return { host: hostHeader, target: url }
  const absolute = /^https?:\/\/([^/?#@]+)(.*)$/is.exec(url)
  if (absolute === null) throw new OssError('malformedRequest')
  const [, host = '', rest = ''] = absolute
  return { host, target: rest.startsWith('/') ? rest : `/${rest}` }
}

/** An address and port in the form of a Host header. */
export function hostAndPort(address: string, port: number): string {
  const bare = withoutMapping(address)
  return `${bare.includes(':') ? `[${bare}]` : bare}:${port}`
}
