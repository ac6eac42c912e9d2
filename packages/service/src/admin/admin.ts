/** The admin interface: `POST /-/admin/v1/OPERATION` with a JSON object, signed as a request to OSS, and its body too. */
import { upperHex } from '@bindery/bytes'
import {
  type AdminOperation,
  type AdminOperationName,
  adminOperation,
  decodeAdminInput,
  HeadCircumstances,
  ossDialect,
  parseQuery,
  RamError,
  type Reading,
  readings,
  splitTarget,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Conditions } from '../access/conditions.js'
import { isAllowed, Refusal } from '../access/refusal.js'
import type { KeyHolder } from '../access/requester.js'
import { actorOf, trailed } from '../access/trailed.js'
import { requireLease } from '../domain/cluster/cluster.js'
import { findRamState } from '../domain/trail/settings.js'
import type { ServiceOptions } from '../options.js'
import type { RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { accountIn, isReading, ramNamesIn, subjectOf } from './changed.js'
import type { AdminCall, AdminContext, AdminHandler } from './context.js'
import { ADMIN_HANDLERS } from './handlers/index.js'
import { identify, readSignedBody, takeOnce } from './identify.js'
import { eventResponse, failed, type JsonAnswer, jsonResponse, membersOf } from './json-answer.js'
import { type Described, leavingQuestion } from './leaving-question.js'
import { RequestFeed } from './request-feed.js'
import { warningsAbout } from './warnings.js'

const PREFIX = 'admin/v1/'

/** The row of the admin interface among the surfaces. It serves paths below `/-/admin/` where the Host names no bucket. */
export const adminSurface: Surface = {
  name: 'admin',
  serves({ host, target }, options) {
    if (!target.startsWith('/-/admin/')) return false
    return readings(host, splitTarget(target).path, options)[0].style === 'path'
  },
  createHandle(shared) {
    const admin = new Admin(shared)
    return (request) => admin.handle(request)
  },
}

class Admin {
  readonly #options: ServiceOptions
  readonly #context: AdminContext

  constructor({ options, domain, access }: Shared) {
    this.#options = options
    const { sealer, administrator, server } = options
    this.#context = {
      ...{ domain, access, sealer, administrator, server },
      findRefusal: options.findRefusal ?? ((requestId: string) => access.refusals.find(requestId)),
      recentRequests: options.recentRequests ?? (() => []),
      metricsHistory: options.metricsHistory ?? (() => []),
      bucketMetrics: options.bucketMetrics ?? (() => []),
    }
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const { clock, random } = this.#options
    const startedAt = clock()
    const log: RequestLog = { requestId: upperHex(random(12)) }
    const answer = await this.#answer(request, log).catch((error) => failed(request, log, error))
    const facts = { log, at: clock(), took: clock() - startedAt }
    return answer instanceof RequestFeed ? eventResponse(answer, facts) : jsonResponse(answer, facts)
  }

  async #answer(request: ServiceRequest, log: RequestLog): Promise<JsonAnswer | RequestFeed> {
    const { access, domain } = this.#context
    await requireLease(domain.cluster)
    const { path, query } = splitTarget(request.target)
    const [reading] = readings(request.host, path, this.#options)
    const operation = operationOf(reading)
    log.operation = operation.name
    if (request.method !== 'POST') throw new RamError('methodInvalid', { method: 'POST' })
    const { holder, claim } = await identify(this.#context, request, reading, query)
    log.accessKeyId = holder.accessKeyId
    const body = await readSignedBody(this.#context, request)
    if (!isReading(operation.name)) await takeOnce(this.#context, claim)
    const input = decodeAdminInput(operation.input, membersOf(body))
    this.#authorise(request, holder, operation, input)
    const isStillAllowed = () =>
      isAllowed(async () => this.#authorise(request, await access.keys.current(holder), operation, input))
    const { account } = holder
    const call = { ...this.#context, account: account.id, input, isStillAllowed } as AdminCall<AdminOperationName>
    const handler = ADMIN_HANDLERS[operation.name as AdminOperationName] as AdminHandler<AdminOperationName>
    const result = await this.#leavingTrail(request, log, holder, call, () => handler(call))
    if (result instanceof RequestFeed) return result
    return { status: 200, body: { ...result, ...warningsAbout(operation.name, input, log) }, headers: [] }
  }

  /** Runs an action. One that changes something leaves an entry in the trail. */
  #leavingTrail(
    { remoteAddress }: ServiceRequest,
    { requestId, operation = '' }: RequestLog,
    holder: KeyHolder,
    { account, input }: AdminCall<AdminOperationName>,
    act: () => Awaitable<object>,
  ): Awaitable<object> {
    const { domain, access } = this.#context
    const { trail } = access
    const actor = actorOf(holder)
    if (trail === undefined || actor === undefined) return act()
    const begun = { account, requestId, operation, actor, remoteAddress }
    if (operation === 'ExplainAccess') return leavingQuestion({ trail, domain }, begun, input as Described, act)
    if (isReading(operation)) return act()
    let names = ramNamesIn(operation, input, account)
    const state = () => findRamState(domain, account, names)
    const actAndName = () =>
      andThen(act(), (result) => {
        names = { ...names, ...accountIn(result) }
        return result
      })
    const named = {
      ...begun,
      // the account that the action creates has a name only then
      get subject() {
        return subjectOf(names, input)
      },
    }
    return trailed({ trail, domain }, named, state, actAndName)
  }

  /** The action must be allowed on each of the resources. Throws noPermission. */
  #authorise(request: ServiceRequest, requester: KeyHolder, operation: AdminOperation, input: object): void {
    const conditions: Conditions = {
      request,
      stated: new HeadCircumstances({ headers: request.headers, query: parseQuery('') }, ossDialect),
      signedIn: 'header',
      now: this.#options.clock(),
    }
    requireReserved(operation, requester, input, this.#context.administrator)
    const { account } = requester
    const { action } = operation
    const { authoriser } = this.#context.access
    for (const path of resourcesOf(operation, input)) {
      const resource = { product: 'ram', region: '', account: account.id, path }
      const question = { requester, action, resource, conditions }
      const { allowed, reason } = authoriser.decideOther(question)
      if (allowed) continue
      const cause = new Refusal(requester, action, reason, authoriser.factsOfOther(question, reason))
      throw new RamError('noPermission', {}, { cause })
    }
  }
}

function operationOf({ key = '' }: Reading): AdminOperation {
  const operation = key.startsWith(PREFIX) ? adminOperation(key.slice(PREFIX.length)) : undefined
  if (operation === undefined) throw new RamError('actionUnknown')
  return operation
}

/**
 * Accounts are managed by the key of the account that administers the server, and the keys of an account also by its own key: no
 * policy passes that on. Throws noPermission.
 */
function requireReserved(
  { reservedFor }: AdminOperation,
  { kind, account }: KeyHolder,
  input: { readonly AccountId?: string },
  administrator: string | undefined,
): void {
  if (reservedFor === undefined) return
  const isOwn = reservedFor === 'accounts' && (input.AccountId ?? account.id) === account.id
  if (kind === 'account' && (isOwn || account.id === administrator)) return
  throw new RamError('noPermission')
}

/** The resources with the values of their parameters. */
function resourcesOf({ resources }: AdminOperation, input: object): readonly string[] {
  const values = new Map(Object.entries(input))
  return resources.map((one) => one.replace(/\{(\w+)\}/g, (_, name: string) => String(values.get(name))))
}
