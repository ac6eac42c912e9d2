/** A server that tests control: faults, a clock, and a record of requests. */
import { setTimeout as sleep } from 'node:timers/promises'
import { OssError, ossDialect, parseQuery, s3Dialect, splitTarget } from '@bindery/protocol'
import type { Service, ServiceRequest, ServiceResponse } from '@bindery/service'
import type { ByteSource } from '@bindery/storage'
import { refusal } from '../http/refusal.js'
import { answerTests, testPage } from './answer-tests.js'
import { causeOf, checkFault, type Fault, type FaultSubject, Faults } from './fault.js'
import { BrokenConnection, brokenAnswer, corruptAnswer, faultyBody } from './faulty-body.js'

/** The header that gives a single request a fault, as JSON. */
export const FAULT_HEADER = 'x-bindery-fault'
/** Requests that are remembered. */
const REMEMBERED_MAX = 100_000

/** A request that was answered, or whose connection broke. */
export interface TestedRequest extends FaultSubject {
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly at: number
  readonly ms: number
  /** 0 where no answer was sent. */
  readonly status: number
  /** The error code of the answer. */
  readonly code: string | undefined
  /** Bytes that the body announced; undefined where it announced none. */
  readonly bytes: number | undefined
  readonly fault: Fault | undefined
}

/** The controls of one server in one process. */
export class TestMode {
  readonly faults = new Faults()
  readonly #domains: readonly string[]
  readonly #ending = new AbortController()
  readonly #requests: TestedRequest[] = []
  #skewMs = 0
  #now: () => number

  /** @param now milliseconds since 1970 */
  constructor({
    domains = [],
    now = Date.now,
  }: { readonly domains?: readonly string[]; readonly now?: () => number } = {}) {
    this.#domains = domains
    this.#now = now
  }

  /** The server's time: that of `now`, plus the skew. */
  readonly clock = (): number => this.#now() + this.#skewMs

  /** Milliseconds that the server's clock differs from that of this machine. */
  get skewMs(): number {
    return this.#skewMs
  }

  set skewMs(milliseconds: number) {
    this.#skewMs = milliseconds
  }

  /** The requests so far, in the order in which they ended. */
  get requests(): readonly TestedRequest[] {
    return this.#requests
  }

  forgetRequests(): void {
    this.#requests.length = 0
  }

  /** Ends all pauses. */
  end(): void {
    this.#ending.abort()
  }

  /** The service with faults in front of it, and the pages below `/-/test/`. */
  control(service: Pick<Service, 'handle'>): Pick<Service, 'handle'> {
    return {
      handle: async (request) => {
        try {
          return (await answerTests(request, this)) ?? (await this.#tested(service, request, ownFault(request)))
        } catch (error) {
          return testPage(400, { error: (error as Error).message })
        }
      },
    }
  }

  async #tested(
    service: Pick<Service, 'handle'>,
    request: ServiceRequest,
    own: Fault | undefined,
  ): Promise<ServiceResponse> {
    const at = Date.now()
    const subject = this.#subjectOf(request)
    const fault = own ?? this.faults.next(subject)
    const answer = fault === undefined ? await service.handle(request) : await this.#faulty(service, request, fault)
    if (this.#requests.length === REMEMBERED_MAX) this.#requests.shift()
    const isLost = fault?.dropAnswer === true || answer === undefined
    const outcome = isLost ? { status: 0, code: undefined } : { status: answer.status, code: answer.log.code }
    this.#requests.push({ ...subject, at, ms: Date.now() - at, ...outcome, bytes: request.body.size, fault })
    return answer ?? brokenAnswer({ status: 200, headers: [], body: undefined, log: { requestId: '' } }, 0)
  }

  /** Undefined where the connection breaks before an answer. */
  async #faulty(
    service: Pick<Service, 'handle'>,
    request: ServiceRequest,
    fault: Fault,
  ): Promise<ServiceResponse | undefined> {
    const { status, code, apply = false, dropAnswer = false, cutAnswerAfter, corruptByte, delayMs = 0 } = fault
    const { signal } = this.#ending
    if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => {})
    const isReplaced = status !== undefined || code !== undefined
    if (isReplaced && !apply) return injected(request, fault)
    if (dropAnswer && !apply) return undefined
    const body = faultyBody(request.body, fault, signal)
    const answer = await unlessBroken(body, async (source) => service.handle({ ...request, body: source }))
    if (answer === undefined) return undefined
    if (isReplaced) return injected(request, fault)
    if (dropAnswer) return brokenAnswer(answer, 0)
    if (cutAnswerAfter !== undefined) return brokenAnswer(answer, cutAnswerAfter)
    return corruptByte !== undefined && !request.body.size ? corruptAnswer(answer, corruptByte) : answer
  }

  #subjectOf({ method, host, target, headers }: ServiceRequest): FaultSubject {
    const { path, query: raw } = splitTarget(target)
    const query = parseQuery(raw)
    const head = { query, headers }
    const dialect = s3Dialect.isSpoken(head) ? s3Dialect : ossDialect
    const [{ level, bucket, key }] = dialect.readings(host, path, { domains: this.#domains })
    const partNumber = Number(query.get(dialect.nameOf('partNumber') ?? ''))
    return {
      op: dialect.route(method, level, query, headers)?.name,
      ...{ method, bucket, key },
      partNumber: partNumber > 0 ? partNumber : undefined,
    }
  }
}

/** The answer, unless the body breaks: what the service makes of that is lost with the connection. */
async function unlessBroken(
  body: ByteSource,
  handle: (body: ByteSource) => Promise<ServiceResponse>,
): Promise<ServiceResponse | undefined> {
  let isBroken = false
  const read = async (buffer: Uint8Array) => {
    try {
      return await body.read(buffer)
    } catch (error) {
      isBroken ||= error instanceof BrokenConnection || (error as Error).name === 'AbortError'
      throw isBroken ? new OssError('incompleteBody') : error
    }
  }
  const answer = await handle({ size: body.size, ready: () => body.ready(), read })
  return isBroken ? undefined : answer
}

function injected({ method, host }: ServiceRequest, fault: Fault): ServiceResponse {
  return refusal(new OssError(causeOf(fault)), method, host)
}

/** Throws TypeError for a header that means nothing. */
function ownFault({ headers }: ServiceRequest): Fault | undefined {
  const text = headers[FAULT_HEADER]
  if (text === undefined) return undefined
  const fault = JSON.parse(text) as Fault
  checkFault(fault)
  return fault
}
