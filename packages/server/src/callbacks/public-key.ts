import { readings } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'

/** The path of the key that verifies callbacks; no bucket can have this name. */
const PUBLIC_KEY_PATH = '/-/callback/public-key.pem'

type Domains = readonly string[]

/** Answers the request for the key, which needs no signature; undefined for every other request. */
export async function answerPublicKey(
  { method, host, target }: ServiceRequest,
  { domains, pem }: { readonly domains: Domains; readonly pem: () => Promise<string> },
): Promise<ServiceResponse | undefined> {
  if (target !== PUBLIC_KEY_PATH || (method !== 'GET' && method !== 'HEAD') || namesBucket(host, domains)) {
    return undefined
  }
  const body = Buffer.from(await pem())
  return {
    status: 200,
    headers: [
      ['Content-Type', 'application/x-pem-file'],
      ['Content-Length', String(body.length)],
    ],
    body: method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: 'CallbackPublicKey' },
  }
}

/**
 * The URL of the key for the host that the request was sent to. A bucket's label is removed, because below it the path
 * is an object. A Host of aliyuncs.com is invented by SDKs that were given an IP address.
 */
export function publicKeyUrl(
  { scheme, host, localAddress = host }: Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress'>,
  domains: Domains,
): string {
  const isMadeUp = /\.aliyuncs\.com\.?(?::\d+)?$/i.test(host)
  const endpoint = namesBucket(host, domains) ? host.slice(host.indexOf('.') + 1) : host
  return `${scheme}://${isMadeUp ? localAddress : endpoint}${PUBLIC_KEY_PATH}`
}

function namesBucket(host: string, domains: Domains): boolean {
  return readings(host, '/', { domains }).some(({ style }) => style === 'host')
}
