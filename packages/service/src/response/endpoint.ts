import { type AddressingStyle, OssError } from '@bindery/protocol'
import type { ServiceRequest } from '../service.js'

/** Where clients reach the server, if that is not the Host of their requests: a proxy may pass on another one. */
export interface Endpoint {
  readonly scheme: 'http' | 'https'
  /** With its port, unless that is the default one. */
  readonly host: string
}

/** How a request reached the server. Host names in its response must be reachable in the same way. */
export interface Reached extends Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress'> {
  /** Where the request named its bucket. */
  readonly style: AddressingStyle
}

/** The endpoints of a region's buckets, as listings name them. */
export interface RegionEndpoints {
  readonly location: string
  readonly extranetEndpoint: string
  readonly intranetEndpoint: string
}

/** A region as OSS names places, `oss-cn-hangzhou`. */
export function locationOf(region: string): string {
  return `oss-${region}`
}

/** The region's endpoint in a Host of OSS; those of access points and of acceleration are of no region. */
const OF_REGION = /(?:^|\.)oss-(?!accesspoint\.|accelerate)([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com\.?(?::\d+)?$/i

/** Refuses a request for a bucket at the endpoint of another region, as OSS does. Throws endpointOfOtherRegion. */
export function requireEndpoint(host: string, region: string, bucket: string): void {
  const [, named = region] = OF_REGION.exec(host) ?? []
  if (named.toLowerCase() === region) return
  throw new OssError('endpointOfOtherRegion', { bucket, endpoint: `${locationOf(region)}.aliyuncs.com` })
}

/**
 * The endpoint by which a request came, twice: there is no other network. Only to a client that addressed the real
 * service by name, as ali-oss does whatever it is connected to, its real names are answered.
 */
export function endpointsOf(region: string, reached: Reached, configured: Endpoint | undefined): RegionEndpoints {
  const location = locationOf(region)
  const host = configured?.host ?? hostOf(reached)
  if (/\.aliyuncs\.com\.?(?::\d+)?$/i.test(host)) {
    return {
      location,
      extranetEndpoint: `${location}.aliyuncs.com`,
      intranetEndpoint: `${location}-internal.aliyuncs.com`,
    }
  }
  return { location, extranetEndpoint: host, intranetEndpoint: host }
}

/** The Host of a request without its bucket; where the connection arrived if it has none. */
function hostOf({ host, style, localAddress = '' }: Reached): string {
  if (host === '') return localAddress
  return style === 'host' ? host.slice(host.indexOf('.') + 1).replace(/^oss-accesspoint\./, '') : host
}

/**
 * Where the client reaches a bucket, without a slash at its end. ali-oss names the bucket in the path and in the host of OSS too, where the
 * endpoint is an IP address: then it is in the host.
 */
export function bucketUrlOf(bucket: string, reached: Reached, configured: Endpoint | undefined): string {
  const { scheme, host, style } = reached
  if (style === 'bound') return `${scheme}://${host}`
  if (style === 'host' || (configured === undefined && host.toLowerCase().startsWith(`${bucket}.oss-`)))
    return configured ? `${configured.scheme}://${bucket}.${configured.host}` : `${scheme}://${host}`
  const endpoint = configured ?? { scheme, host: hostOf(reached) }
  return `${endpoint.scheme}://${endpoint.host}/${bucket}`
}
