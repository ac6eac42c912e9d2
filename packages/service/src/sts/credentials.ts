/**
 * Temporary keys of a role, handed out unsigned in the forms in which the credential providers of SDKs fetch them: by a URI,
 * and as the metadata service of an ECS instance hands them out. Off unless a role is named; for tests of such providers, and for
 * programs on the same machine.
 */
import { upperHex, utf8Bytes } from '@bindery/bytes'
import { httpDate, isoSeconds, SESSION_SECONDS_DEFAULT, splitTarget } from '@bindery/protocol'
import { beginSession } from '../access/begin-session.js'
import { isDirect, isPlainHost } from '../direct-request.js'
import { requireLease } from '../domain/cluster/cluster.js'
import { findRole } from '../domain/ram/find-holder.js'
import type { Sealer } from '../options.js'
import { toOssError } from '../response/failure.js'
import { uncachedResponse } from '../response/uncached.js'
import type { RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { isInstanceToken, sealInstanceToken, tokenSeconds } from './instance-token.js'

/** The path of a credentials URI, and the beginning of those of an instance's metadata. */
const BY_URI = '/-/credentials'
const BY_INSTANCE = '/-/latest/meta-data/ram/security-credentials/'
/** The path of tokens for the hardened form of the metadata, and its headers. */
const TOKENS = '/-/latest/api/token'
const TOKEN_SECONDS = 'x-aliyun-ecs-metadata-token-ttl-seconds'
const TOKEN = 'x-aliyun-ecs-metadata-token'

/** The row of unsigned credentials among the surfaces. */
export const credentialsSurface: Surface = {
  name: 'credentials',
  serves({ host, target }, { instanceRole }) {
    const { path } = splitTarget(target)
    const isServed = path === BY_URI || path === TOKENS || path.startsWith(BY_INSTANCE)
    return instanceRole !== undefined && isPlainHost(host) && isServed
  },
  createHandle: (shared) => (request) => answer(shared, request),
}

async function answer(shared: Shared, request: ServiceRequest): Promise<ServiceResponse> {
  const { options } = shared
  const log: RequestLog = { requestId: upperHex(options.random(12)), operation: 'GetCredentials' }
  try {
    const text = await textFor(shared, request)
    if (text === undefined) return response(shared, log, 404, 'there is nothing here')
    return response(shared, log, 200, text)
  } catch (error) {
    if (error instanceof Refused) return response(shared, { ...log, cause: error.message }, 403, error.message)
    const { row, reason, cause } = toOssError(error)
    return response(shared, { ...log, cause: reason, failure: cause }, row.status, row.code)
  }
}

class Refused extends Error {}

async function textFor({ options, domain }: Shared, request: ServiceRequest): Promise<string | undefined> {
  const { instanceRole, sealer } = options
  if (instanceRole === undefined || sealer === undefined) return undefined
  await requireLease(domain.cluster)
  const { account, role, serves, needsToken } = instanceRole
  if (!isDirect(request) || !serves(request.remoteAddress)) throw new Refused('credentials are not for this address')
  const { path } = splitTarget(request.target)
  if (path === TOKENS) return tokenFor(request, sealer, domain.clock())
  if (request.method !== 'GET') return undefined
  const token = request.headers[TOKEN]
  if (token === undefined && needsToken)
    throw new Refused(`a token of ${TOKENS} is needed, unless the server was started with --instance-token optional`)
  if (token !== undefined && !isInstanceToken(sealer, token, domain.clock()))
    throw new Refused('the token is not valid')
  if (path === BY_INSTANCE) return role
  if (path !== BY_URI && path !== BY_INSTANCE + role) return undefined
  const found = await findRole(domain, account, role)
  if (found === undefined) return undefined
  const { id: roleId, sessionSecondsMax } = found.record
  const seconds = Math.min(SESSION_SECONDS_DEFAULT, sessionSecondsMax)
  const key = beginSession(domain, sealer, { account, role, roleId, sessionName: 'instance', seconds })
  return JSON.stringify({
    // as an application answers the custom providers of the SDKs for Java and Android
    ...(path === BY_URI && { StatusCode: '200' }),
    AccessKeyId: key.accessKeyId,
    AccessKeySecret: key.accessKeySecret,
    Expiration: isoSeconds(key.expiresAt),
    SecurityToken: key.securityToken,
    LastUpdated: isoSeconds(domain.clock()),
    Code: 'Success',
  })
}

/** Undefined for a request without a validity that a token may have. */
function tokenFor({ method, headers }: ServiceRequest, sealer: Sealer, now: number): string | undefined {
  const seconds = tokenSeconds(headers[TOKEN_SECONDS])
  return method !== 'PUT' || seconds === undefined ? undefined : sealInstanceToken(sealer, now + seconds * 1_000)
}

function response({ options }: Shared, log: RequestLog, status: number, text: string): ServiceResponse {
  const contentType = text.startsWith('{') ? 'application/json' : 'text/plain'
  const headers = [['Date', httpDate.encode(options.clock())]] as const
  return uncachedResponse({ status, headers, contentType, body: utf8Bytes(text), log })
}
