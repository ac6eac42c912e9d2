/** The requests to which the server answers without a signature, because of where they come from. */
import type { ServiceRequest } from './service.js'

/** Headers by which proxies and networks of distribution show that the connection is not the client's; and all `x-forwarded-`. */
const PROXY_HEADERS = [
  'cdn-loop',
  'cf-connecting-ip',
  'fastly-client-ip',
  'forwarded',
  'true-client-ip',
  'via',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-envoy-external-address',
  'x-original-forwarded-for',
  'x-real-ip',
]

/** An address or `localhost`: under a name of its own a page of another site could read the answer. */
export function isPlainHost(host: string): boolean {
  return /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])(:\d+)?$/i.test(host)
}

/**
 * Whether a request shows nothing of a proxy or of another site's page, so that the address of its connection is that of
 * the program that made it. A proxy that adds no header is not recognised.
 */
export function isDirect({ host, scheme, headers }: Pick<ServiceRequest, 'host' | 'scheme' | 'headers'>): boolean {
  const isForwarded = Object.keys(headers).some(
    (name) => name.startsWith('x-forwarded-') || PROXY_HEADERS.includes(name),
  )
  return isPlainHost(host) && !isForwarded && !isOfOtherSite(headers, `${scheme}://${host}`)
}

/** Browsers send these headers, and no page can change them. */
function isOfOtherSite({ origin, 'sec-fetch-site': site }: ServiceRequest['headers'], own: string): boolean {
  if (origin !== undefined && origin.toLowerCase() !== own.toLowerCase()) return true
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}
