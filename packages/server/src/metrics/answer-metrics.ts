import { createHash, timingSafeEqual } from 'node:crypto'
import { readings } from '@bindery/protocol'
import { isDirect, type ServiceRequest, type ServiceResponse } from '@bindery/service'
import { isThisMachine } from '../networks.js'

/** The text of the metrics, and the requests that may read it. */
export interface MetricsOptions {
  /** Host names whose first label below is a bucket; under them the path is an object. */
  readonly domains: readonly string[]
  /** Lets other machines read the metrics, as a bearer token. Without it only this machine may. */
  readonly token: () => string | undefined
  /** The text of Prometheus, of all processes. */
  readonly text: () => Promise<string>
}

const METRICS_PATH = '/-/metrics'

/** Answers `/-/metrics`; undefined for every other request. */
export async function answerMetrics(
  request: ServiceRequest,
  options: MetricsOptions,
): Promise<ServiceResponse | undefined> {
  const path = request.target.split('?', 1)[0] ?? ''
  if (path !== METRICS_PATH || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
  if (readings(request.host, path, options).some(({ style }) => style === 'host')) return undefined
  if (!mayRead(request, options.token())) {
    return page(
      403,
      'Metrics are for programs on this machine, at an address or localhost. Elsewhere: BINDERY_METRICS_TOKEN and a bearer token.\n',
      request,
    )
  }
  return page(200, await options.text(), request)
}

function mayRead(request: ServiceRequest, token: string | undefined): boolean {
  const [, given] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (given !== undefined) return token !== undefined && sameSecret(given, token)
  return isThisMachine(request.remoteAddress) && isDirect(request)
}

/** In a time that does not depend on where the two differ. */
function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

function page(status: number, text: string, { method }: ServiceRequest): ServiceResponse {
  const body = Buffer.from(text)
  return {
    status,
    headers: [
      ['Content-Type', status === 200 ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['Content-Length', String(body.length)],
    ],
    body: method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: 'Metrics' },
  }
}
