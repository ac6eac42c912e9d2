import { OssError } from '@bindery/protocol'
import type { Service, ServiceRequest, ServiceResponse } from '@bindery/service'
import { type Awaitable, andThen } from '@bindery/storage'
import { answerPublicKey } from '../callbacks/public-key.js'
import type { ConsolePages } from '../console/console-pages.js'
import { answerMetrics, type MetricsOptions } from '../metrics/answer-metrics.js'
import { answerHealth, HealthAliases, type HealthOptions, mayBeAlias } from './health.js'
import { refusal } from './refusal.js'

/** The prefix of the paths that the server answers itself. */
const OWN_PATHS = '/-/'

/** The service behind a server, and the pages in front of it. */
export interface PageOptions {
  readonly service: Pick<Service, 'handle'>
  readonly health: HealthOptions
  /** The token and the text of the metrics. */
  readonly metrics: Omit<MetricsOptions, 'domains'>
  /** Resolves with the PEM of the key that verifies callbacks. */
  readonly publicKey: () => Promise<string>
  /** Absent: there is no console. */
  readonly consolePages?: ConsolePages | undefined
}

/** The pages of the server, in front of its service. */
export class OwnPages {
  readonly #options: PageOptions
  readonly #aliases: HealthAliases

  constructor(options: PageOptions) {
    this.#options = options
    this.#aliases = new HealthAliases(options.health)
  }

  /** Answers a request by a page, or by the service. */
  handle(request: ServiceRequest): Awaitable<ServiceResponse> {
    if (request.target.startsWith(OWN_PATHS)) return this.#answerOwn(request)
    const answer = this.#options.service.handle(request)
    return mayBeAlias(request) ? andThen(answer, (otherwise) => this.#aliases.answer(request, otherwise)) : answer
  }

  /** Answers the server's own pages, which are only read; undefined paths may be objects. */
  async #answerOwn(request: ServiceRequest): Promise<ServiceResponse> {
    const { consolePages, service } = this.#options
    const page = await this.#pageFor(request)
    if (page !== undefined) return page
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    if (!isReading && (await this.#pageFor({ ...request, method: 'HEAD' })) !== undefined) {
      const refused = refusal(new OssError('methodNotAllowed'), request.method, request.host)
      return { ...refused, headers: [...refused.headers, ['Allow', 'GET, HEAD']] }
    }
    return consolePages?.answer(request) ?? (await service.handle(request))
  }

  async #pageFor(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    const { health, metrics, publicKey } = this.#options
    const { domains } = health
    return (
      (await answerHealth(request, health)) ??
      (await answerMetrics(request, { ...metrics, domains })) ??
      answerPublicKey(request, { domains, pem: publicKey })
    )
  }
}
