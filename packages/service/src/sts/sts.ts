/** STS: temporary keys for roles. Requests have the RPC form, `Action=AssumeRole`, by GET or POST. */
import { upperHex } from '@bindery/bytes'
import {
  encodeRpcAnswer,
  HeadCircumstances,
  httpDate,
  OSS_NOTATION,
  parseQuery,
  RamError,
  type RpcFormat,
  type RpcMembers,
  readings,
  shownDetails,
} from '@bindery/protocol'
import type { Access } from '../access/access.js'
import type { Conditions } from '../access/conditions.js'
import { Refusal } from '../access/refusal.js'
import { requireLease } from '../domain/cluster/cluster.js'
import type { Domain } from '../domain/domain.js'
import type { ServiceOptions } from '../options.js'
import { toOssError } from '../response/failure.js'
import { uncachedResponse } from '../response/uncached.js'
import type { RequestHead, RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { assumeRole } from './assume-role.js'
import { callerIdentity } from './caller-identity.js'
import { identify, type RpcRequest, readRpcRequest } from './rpc-request.js'

const VERSION = '2015-04-01'
const ACTIONS = ['AssumeRole', 'GetCallerIdentity'] as const
type StsAction = (typeof ACTIONS)[number]
/** The endpoints of STS, which clients may be pointed here from. */
const STS_HOST = /^sts(-vpc)?\.([a-z0-9-]+\.)?aliyuncs\.com(:\d+)?$/i

/** The row of STS among the surfaces. */
export const stsSurface: Surface = {
  name: 'sts',
  serves: isRpc,
  createHandle(shared) {
    const sts = new Sts(shared)
    return (request) => sts.handle(request)
  },
}

/** OSS has no POST of a form on the service, and no `Action` among its query keys. */
function isRpc({ method, target, host, headers }: RequestHead, options: ServiceOptions): boolean {
  if (!/^\/(\?|$)/.test(target)) return false
  if (STS_HOST.test(host)) return true
  if (readings(host, '/', options)[0].level !== 'service') return false
  if (headers['x-acs-action'] !== undefined) return true
  if (headers.authorization?.startsWith('OSS') === true) return false
  if (/[?&]Action=/.test(target)) return method === 'GET' || method === 'POST'
  return method === 'POST' && headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
}

class Sts {
  readonly #options: ServiceOptions
  readonly #domain: Domain
  readonly #access: Access

  constructor({ options, domain, access }: Shared) {
    this.#options = options
    this.#domain = domain
    this.#access = access
  }

  /** Never rejects: every failure is a response. */
  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const log: RequestLog = { requestId: uuid(this.#options.random(16)) }
    let format: RpcFormat = 'XML'
    try {
      await requireLease(this.#domain.cluster)
      const rpc = await readRpcRequest(request)
      format = rpc.format
      const action = actionOf(rpc)
      // only a known action: metrics keep a series for each operation in the log
      log.operation = action
      const members = await this.#answer(action, rpc, log)
      return this.#response(200, `${action}Response`, { RequestId: log.requestId, ...members }, format, log)
    } catch (error) {
      const { status, code, message, details } = failureOf(error, log)
      const members = { RequestId: log.requestId, HostId: request.host, Code: code, Message: message, ...details }
      return this.#response(status, 'Error', members, format, log)
    }
  }

  async #answer(action: StsAction, rpc: RpcRequest, log: RequestLog): Promise<RpcMembers> {
    if (rpc.version !== VERSION) throw new RamError('versionUnknown')
    const { digests, clock, sealer } = this.#options
    const caller = await identify(rpc, {
      domain: this.#domain,
      keys: this.#access.keys,
      failed: this.#access.failedSignatures,
      digests,
      now: clock(),
    })
    log.accessKeyId = caller.accessKeyId
    if (action === 'GetCallerIdentity') return callerIdentity(caller)
    if (sealer === undefined) throw new RamError('requestInvalid', { reason: 'This server issues no temporary keys.' })
    const conditions = this.#conditions(rpc)
    const { parameters } = rpc
    return assumeRole({ domain: this.#domain, access: this.#access, sealer, caller, conditions, parameters })
  }

  #conditions({ head }: RpcRequest): Conditions {
    return {
      request: head,
      stated: new HeadCircumstances({ headers: head.headers, query: parseQuery('') }, OSS_NOTATION),
      signedIn: 'header',
      now: this.#options.clock(),
    }
  }

  #response(status: number, root: string, members: RpcMembers, format: RpcFormat, log: RequestLog): ServiceResponse {
    const { contentType, body } = encodeRpcAnswer(root, members, format)
    const headers = [
      ['Date', httpDate.encode(this.#options.clock())],
      ['x-acs-request-id', log.requestId],
    ] as const
    return uncachedResponse({ status, headers, contentType, body, log })
  }
}

/** Throws actionUnknown. */
function actionOf({ action }: RpcRequest): StsAction {
  const known = ACTIONS.find((one) => one === action)
  if (known === undefined) throw new RamError('actionUnknown')
  return known
}

interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details: RpcMembers
}

function failureOf(thrown: unknown, log: RequestLog): Failure {
  if (thrown instanceof RamError) {
    log.cause = thrown.reason
    log.code = thrown.code
    const { status, code, message, cause } = thrown
    if (!(cause instanceof Refusal)) return { status, code, message, details: {} }
    log.refusal = cause
    return { status, code, message, details: shownDetails(cause.details) as RpcMembers }
  }
  const error = toOssError(thrown)
  log.cause = error.reason
  log.code = error.row.code
  if (error.row.status >= 500) log.failure = error.cause
  return { status: error.row.status, code: error.row.code, message: error.message, details: {} }
}

function uuid(random: Uint8Array): string {
  return upperHex(random).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
