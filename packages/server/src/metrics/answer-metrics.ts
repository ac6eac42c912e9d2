import { createHash, timingSafeEqual } from 'node:crypto'
import { readings } from '@bindery/protocol'
import { type ClusterState, isDirect, type ServiceRequest, type ServiceResponse } from '@bindery/service'
import { isThisMachine } from '../networks.js'

/** The text of the metrics, and the requests that may read it. */
export interface MetricsOptions {
  /** Host names whose first label below is a bucket; under them the path is an object. */
  readonly domains: readonly string[]
  /** Lets other machines read the metrics, as a bearer token. Without it only this machine may. */
  readonly token: () => string | undefined
  /** The text of Prometheus, of all processes. */
  readonly text: () => Promise<string>
  /** The processes that share the stores. */
  readonly cluster: () => Promise<ClusterState>
}

/** A page of the server, and the media type of its text. */
interface Page {
  readonly type: string
  readonly text: (options: MetricsOptions) => Promise<string>
}

const PAGES: ReadonlyMap<string, Page> = new Map([
  ['/-/metrics', { type: 'text/plain; version=0.0.4; charset=utf-8', text: ({ text }) => text() }],
  ['/-/cluster', { type: 'application/json', text: async ({ cluster }) => `${JSON.stringify(await cluster())}\n` }],
])

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
  return answer(request, 200, page.type, await page.text(options))
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
      ['Content-Length', String(body.length)],
    ],
    body: method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: 'Metrics' },
  }
}
