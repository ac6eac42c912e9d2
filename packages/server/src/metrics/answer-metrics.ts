import { createHash, timingSafeEqual } from 'node:crypto'
import { readings } from '@bindery/protocol'
import { type ClusterState, isDirect, type ServiceRequest, type ServiceResponse } from '@bindery/service'
import { isThisMachine } from '../networks.js'
import { METRICS_TYPES, type MetricsFormat } from './metric.js'

/** The text of the metrics, and the requests that may read it. */
export interface MetricsOptions {
  /** Host names whose first label below is a bucket; under them the path is an object. */
  readonly domains: readonly string[]
  /** Lets other machines read the metrics, as a bearer token. Without it only this machine may. */
  readonly token: () => string | undefined
  /** The metrics of all processes. */
  readonly text: (format: MetricsFormat) => Promise<string>
  /** The processes that share the stores. */
  readonly cluster: () => Promise<ClusterState>
}

/** The media type of a page, and its text. */
type Page = readonly [type: string, text: string]

const PAGES: ReadonlyMap<string, (options: MetricsOptions, accept: string | undefined) => Promise<Page>> = new Map([
  [
    '/-/metrics',
    async ({ text }, accept): Promise<Page> => {
      const format = metricsFormat(accept)
      return [METRICS_TYPES[format], await text(format)]
    },
  ],
  ['/-/cluster', async ({ cluster }) => ['application/json', `${JSON.stringify(await cluster())}\n`]],
])

/** OpenMetrics where a client prefers it to the text of Prometheus; other types do not matter. */
function metricsFormat(accept = ''): MetricsFormat {
  const best = { prometheus: 0, openmetrics: 0 }
  for (const item of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = item.split(';').map((part) => part.trim())
    const [, quality = '1'] = /^q=([\d.]+)$/.exec(parameters.find((one) => one.startsWith('q=')) ?? '') ?? []
    const version = parameters.find((one) => one.startsWith('version=')) ?? 'version=1.0.0'
    const format =
      type === 'text/plain'
        ? 'prometheus'
        : type === 'application/openmetrics-text' && version === 'version=1.0.0'
          ? 'openmetrics'
          : undefined
    if (format !== undefined) best[format] = Math.max(best[format], Number(quality))
  }
  return best.openmetrics > best.prometheus ? 'openmetrics' : 'prometheus'
}

/** Answers `/-/metrics` and `/-/cluster`; undefined for every other request. */
export async function answerMetrics(
  request: ServiceRequest,
  options: MetricsOptions,
): Promise<ServiceResponse | undefined> {
  const path = request.target.split('?', 1)[0] ?? ''
  const page = PAGES.get(path)
  if (page === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
  if (readings(request.host, path, options).some(({ style }) => style === 'host')) return undefined
  if (!mayRead(request, options.token())) {
    return answer(request, 403, 'text/plain; charset=utf-8', REFUSAL)
  }
  return answer(request, 200, ...(await page(options, request.headers.accept)))
}

const REFUSAL =
  'Metrics are for programs on this machine, at an address or localhost. Elsewhere: BINDERY_METRICS_TOKEN and a bearer token.\n'

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

function answer({ method }: ServiceRequest, status: number, type: string, text: string): ServiceResponse {
  const body = Buffer.from(text)
  return {
    status,
    headers: [
      ['Content-Type', type],
      ['Cache-Control', 'no-store'],
      ['Vary', 'Accept'],
      ['Content-Length', String(body.length)],
    ],
    body: method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: 'Metrics' },
  }
}
