/**
 * The sign-in of the console: `POST /-/console/session` begins a session, whose temporary key may do what the key that signs in
 * may do. The request is signed as one of the admin interface, or contains a sign-in link. `DELETE` has the browser drop what it
 * keeps of the answers; the key of a session ends by itself.
 */
import { upperHex } from '@bindery/bytes'
import { CLOCK_SKEW_MAX_MS, isoSeconds, RamError, readings } from '@bindery/protocol'
import { beginSession } from '../access/begin-session.js'
import { type KeyHolder, keyHolder } from '../access/requester.js'
import { openSession } from '../access/session-token.js'
import { identify, readSignedBody, takeOnce } from '../admin/identify.js'
import { failed, type JsonAnswer, jsonResponse, membersOf } from '../admin/json-answer.js'
import { readWhole } from '../body.js'
import { requireLease } from '../domain/cluster/cluster.js'
import { useNonce } from '../domain/ram/nonces.js'
import type { Sealer } from '../options.js'
import type { RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { openSignInLink } from './sign-in-link.js'

const PATH = '/-/console/session'
/** Seconds of a session; a page that is open renews it. */
const SESSION_SECONDS = 3_600
const HOUR_MS = 3_600_000
/** Hours after which a session cannot be renewed. */
const RENEWED_HOURS_MAX = 12
/** Milliseconds for which a link is good: its nonce is remembered as long. */
const LINK_MS_MAX = CLOCK_SKEW_MAX_MS
const BODY_BYTES_MAX = 4_096
const SIGNED_OUT: JsonAnswer = { status: 200, body: {}, headers: [['Clear-Site-Data', '"cache"']] }

/** The row of the console's sign-in among the surfaces. */
export const consoleSurface: Surface = {
  name: 'console',
  serves: ({ host, target }, options) => target === PATH && readings(host, PATH, options)[0].style === 'path',
  createHandle: (shared) => (request) => handle(shared, request),
}

/** The key of an account or a user that signs in, and since when. */
interface SigningIn {
  readonly holder: KeyHolder
  readonly standsFor: string
  /** Milliseconds since 1970. */
  readonly beganAt: number
}

async function handle(shared: Shared, request: ServiceRequest): Promise<ServiceResponse> {
  const { clock, random } = shared.options
  const startedAt = clock()
  const isEnd = request.method === 'DELETE'
  const operation = isEnd ? 'EndConsoleSession' : 'BeginConsoleSession'
  const log: RequestLog = { requestId: upperHex(random(12)), operation }
  if (isEnd) return jsonResponse(SIGNED_OUT, { log, at: clock(), took: clock() - startedAt })
  const answer = await signIn(shared, request, log).catch((error) => failed(request, log, error))
  return jsonResponse(answer, { log, at: clock(), took: clock() - startedAt })
}

async function signIn(shared: Shared, request: ServiceRequest, log: RequestLog): Promise<JsonAnswer> {
  const { domain, options } = shared
  const { sealer } = options
  if (sealer === undefined) throw new RamError('requestInvalid', { reason: 'This server issues no temporary keys.' })
  await requireLease(domain.cluster)
  if (request.method !== 'POST') throw new RamError('methodInvalid', { method: 'POST' })
  const isSigned = request.headers.authorization !== undefined
  const { holder, standsFor, beganAt } = await (isSigned
    ? bySignature(shared, request, sealer)
    : byLink(shared, request, sealer))
  log.accessKeyId = standsFor
  if (holder.kind === 'role') throw new RamError('sessionOfRole')
  const key = beginSession(domain, sealer, { standsFor, beganAt, seconds: secondsOf(beganAt, domain.clock()) })
  const body = {
    Credentials: {
      AccessKeyId: key.accessKeyId,
      AccessKeySecret: key.accessKeySecret,
      SecurityToken: key.securityToken,
      Expiration: isoSeconds(key.expiresAt),
    },
    Holder: { Kind: holder.kind, AccountId: holder.account.id, Name: holder.identity?.name, AccessKeyId: standsFor },
    RenewableUntil: isoSeconds(beganAt + RENEWED_HOURS_MAX * HOUR_MS),
  }
  return { status: 200, body, headers: [] }
}

/** Throws sessionOver. */
function secondsOf(beganAt: number, now: number): number {
  const left = Math.floor((beganAt + RENEWED_HOURS_MAX * HOUR_MS - now) / 1000)
  if (left < 1) throw new RamError('sessionOver', { hours: RENEWED_HOURS_MAX })
  return Math.min(SESSION_SECONDS, left)
}

/** By the key that signs the request; the key of a session renews it. Throws the causes of authentication. */
async function bySignature({ domain, access, options }: Shared, request: ServiceRequest, sealer: Sealer) {
  const context = {
    domain,
    access,
    sealer,
    administrator: undefined,
    server: undefined,
    findRefusal: () => undefined,
    recentRequests: () => [],
    metricsHistory: () => [],
    bucketMetrics: () => [],
  }
  const [reading] = readings(request.host, PATH, options)
  const { holder, claim } = await identify(context, request, reading, '')
  await readSignedBody(context, request)
  await takeOnce(context, claim)
  const session = claim.securityToken === undefined ? undefined : openSession(sealer, claim.securityToken)
  const { standsFor, beganAt } =
    session !== undefined && 'standsFor' in session
      ? session
      : { standsFor: holder.accessKeyId, beganAt: domain.clock() }
  return { holder, standsFor, beganAt } satisfies SigningIn
}

/** By a link, which is good once. Throws linkInvalid. */
async function byLink({ domain, access }: Shared, request: ServiceRequest, sealer: Sealer): Promise<SigningIn> {
  const tooLarge = () => new RamError('bodyTooLarge', { limit: BODY_BYTES_MAX })
  const text = membersOf(await readWhole(request.body, BODY_BYTES_MAX, tooLarge)).get('Link')
  const link = typeof text === 'string' ? openSignInLink(sealer, text) : undefined
  const now = domain.clock()
  const invalid = () => new RamError('linkInvalid')
  if (link === undefined || Math.abs(now - link.madeAt) > LINK_MS_MAX) throw invalid()
  const { accessKeyId, nonce, madeAt } = link
  const key = await access.keys.find(accessKeyId)
  if (key === undefined) throw invalid()
  await useNonce(domain, { accessKeyId, nonce: `link ${nonce}`, signedAt: madeAt }, 'linkInvalid')
  const holder = await access.keys.current(keyHolder(key))
  return { holder, standsFor: accessKeyId, beganAt: now }
}
