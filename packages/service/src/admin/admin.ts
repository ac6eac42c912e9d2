/** The admin interface: `POST /-/admin/v1/OPERATION` with a JSON object, signed as a request to OSS, and its body too. */
import { upperHex, utf8Bytes, utf8Text } from '@bindery/bytes'
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
  shownDetails,
  splitTarget,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Conditions } from '../access/conditions.js'
import { Refusal } from '../access/refusal.js'
import type { KeyHolder } from '../access/requester.js'
import { actorOf, trailed } from '../access/trailed.js'
import { requireLease } from '../domain/cluster/cluster.js'
import { findRamState } from '../domain/trail/settings.js'
import type { ServiceOptions } from '../options.js'
import { toOssError } from '../response/failure.js'
import { uncachedResponse } from '../response/uncached.js'
import type { RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { accountIn, isReading, ramNamesIn } from './changed.js'
import type { AdminCall, AdminContext, AdminHandler } from './context.js'
import { ADMIN_HANDLERS } from './handlers/index.js'
import { identify, readSignedBody, takeOnce } from './identify.js'

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
    const { sealer, administrator } = options
    const findRefusal = options.findRefusal ?? ((requestId: string) => access.refusals.find(requestId))
    this.#context = { domain, access, sealer, administrator, findRefusal }
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const { clock, random } = this.#options
    const startedAt = clock()
    const log: RequestLog = { requestId: upperHex(random(12)) }
    const { status, body, headers } = await this.#answer(request, log).catch((error) => failed(request, log, error))
    const common = ossDialect.commonHeaders({ requestId: log.requestId, at: clock(), took: clock() - startedAt })
    return uncachedResponse({
      status,
      headers: [...common, ...headers],
      contentType: 'application/json',
      body: utf8Bytes(JSON.stringify({ ...body, RequestId: log.requestId })),
      log,
    })
  }

  async #answer(request: ServiceRequest, log: RequestLog): Promise<Answer> {
    await requireLease(this.#context.domain.cluster)
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
    const call = { ...this.#context, account: holder.account.id, input } as AdminCall<AdminOperationName>
    const handler = ADMIN_HANDLERS[operation.name as AdminOperationName] as AdminHandler<AdminOperationName>
    return { status: 200, body: await this.#leavingTrail(request, log, holder, call, () => handler(call)), headers: [] }
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
    if (trail === undefined || actor === undefined || isReading(operation)) return act()
    let names = ramNamesIn(operation, input, account)
    const state = () => findRamState(domain, account, names)
    const actAndName = () =>
      andThen(act(), (result) => {
        names = { ...names, ...accountIn(result) }
        return result
      })
    return trailed({ trail, domain }, { account, requestId, operation, actor, remoteAddress }, state, actAndName)
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

interface Answer {
  readonly status: number
  readonly body: object
  readonly headers: readonly (readonly [name: string, value: string])[]
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

/** The members of the JSON object in a body; none if it is empty. Throws bodyInvalid. */
function membersOf(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  if (bytes.length === 0) return new Map()
  let value: unknown
  try {
    value = JSON.parse(utf8Text(bytes) ?? '')
  } catch {
    throw new RamError('bodyInvalid')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RamError('bodyInvalid')
  return new Map(Object.entries(value))
}

/** A failure as RAM's interfaces write it; one of OSS keeps its code. */
function failed({ host }: ServiceRequest, log: RequestLog, thrown: unknown): Answer {
  if (thrown instanceof RamError) {
    log.cause = thrown.reason
    log.code = thrown.code
    const { status, code: Code, message: Message, cause } = thrown
    if (!(cause instanceof Refusal)) return { status, body: { HostId: host, Code, Message }, headers: [] }
    log.refusal = cause
    return { status, body: { HostId: host, Code, Message, ...shownDetails(cause.details) }, headers: [] }
  }
  const error = toOssError(thrown)
  const { code, status, ec } = error.row
  log.cause = error.reason
  log.code = code
  if (status >= 500) log.failure = error.cause
  const body = {
    HostId: host,
    Code: code,
    Message: error.message,
    ...shownDetails(error.details),
    ...(ec !== undefined && { EC: ec }),
  }
  return { status, body, headers: ec === undefined ? [] : [['x-oss-ec', ec]] }
}
