/** STS as AWS's clients speak to it: temporary keys for roles by the query protocol, signed by AWS's Signature Version 4. */
import { hex, upperHex, utf8Text } from '@bindery/bytes'
import {
  checkTime,
  encodeQueryError,
  encodeQueryResult,
  HeadCircumstances,
  httpDate,
  OSS_NOTATION,
  OssError,
  parseQuery,
  type QueryMembers,
  RamError,
  type RpcMembers,
  type RpcParameters,
  readStsClaim,
  SignatureVerifier,
  type SigV4HeaderClaim,
  s3Row,
  splitTarget,
} from '@bindery/protocol'
import { checkSession, unknownKey } from '../access/authenticate.js'
import { Refusal } from '../access/refusal.js'
import { type AccessKey, type KeyHolder, keyHolder } from '../access/requester.js'
import { readWhole } from '../body.js'
import { requireLease } from '../domain/cluster/cluster.js'
import { toOssError } from '../response/failure.js'
import type { RequestHead, RequestLog, ServiceRequest, ServiceResponse } from '../service.js'
import type { Shared, Surface } from '../surface.js'
import { assumeRole } from './assume-role.js'

const VERSION = '2011-06-15'
/** Bytes of a form: several times the longest session policy, encoded. */
const FORM_BYTES_MAX = 64 * 1024

/** The row of AWS's STS among the surfaces: its requests name the service in the scope of their signature. */
export const awsStsSurface: Surface = {
  name: 'aws-sts',
  serves: ({ target, headers }) =>
    /^\/(\?|$)/.test(target) && /^AWS4-HMAC-SHA256 .*\/sts\/aws4_request/.test(headers.authorization ?? ''),
  createHandle(shared) {
    const sts = new AwsSts(shared)
    return (request) => sts.handle(request)
  },
}

class AwsSts {
  readonly #shared: Shared
  readonly #verifier: SignatureVerifier

  constructor(shared: Shared) {
    this.#shared = shared
    this.#verifier = new SignatureVerifier(shared.options.digests)
  }

  /** Never rejects: every failure is a response. */
  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const { options, domain } = this.#shared
    const log: RequestLog = { requestId: uuid(options.random(16)) }
    try {
      await requireLease(domain.cluster)
      const tooLong = () => new RamError('bodyTooLarge', { limit: FORM_BYTES_MAX })
      const body = await readWhole(request.body, FORM_BYTES_MAX, tooLong)
      const parameters = new URLSearchParams(utf8Text(body) || splitTarget(request.target).query)
      const caller = await this.#identify(request, body)
      log.accessKeyId = caller.accessKeyId
      const action = parameters.get('Action') ?? ''
      const members = this.#answer(action, caller, request, new Map(parameters))
      log.operation = action
      return this.#response(200, encodeQueryResult(action, await members, log.requestId), log)
    } catch (error) {
      const { status, ...failure } = failureOf(error, log)
      return this.#response(status, encodeQueryError({ ...failure, isSender: status < 500 }, log.requestId), log)
    }
  }

  /** The holder of the key that signed, as it is now. Throws the causes of signatures. */
  async #identify(head: RequestHead, body: Uint8Array): Promise<KeyHolder> {
    const { access, options } = this.#shared
    const { headers, host, method, target } = head
    const now = options.clock()
    const payload = hex(options.digests.sha256(body))
    const claim: SigV4HeaderClaim = { ...readStsClaim({ headers, query: parseQuery('') }), payload }
    const verify = async (): Promise<AccessKey> => {
      const key = await access.keys.find(claim.accessKeyId, claim.securityToken)
      if (key === undefined) throw unknownKey(claim)
      checkSession(claim, key, now)
      checkTime(claim, now)
      const signed = { method, target, query: parseQuery(''), headers: { ...headers, host } }
      const isSigned =
        claim.signedHeaders.includes('host') && this.#verifier.verifies(claim, signed, key.accessKeySecret)
      if (!isSigned) throw this.#verifier.mismatch(claim, signed)
      return key
    }
    const key = await access.failedSignatures.guard(head.remoteAddress, claim.accessKeyId, verify)
    const holder = await access.keys.current(keyHolder(key))
    access.keys.used(holder, now)
    return holder
  }

  async #answer(
    action: string,
    caller: KeyHolder,
    head: RequestHead,
    parameters: RpcParameters,
  ): Promise<QueryMembers> {
    if (parameters.get('Version') !== VERSION) throw new RamError('versionUnknown')
    if (action === 'GetCallerIdentity') return identityOf(caller)
    if (action !== 'AssumeRole') throw new RamError('actionUnknown')
    const { domain, access, options } = this.#shared
    const { sealer } = options
    if (sealer === undefined) throw new RamError('requestInvalid', { reason: 'This server issues no temporary keys.' })
    const stated = new HeadCircumstances({ headers: head.headers, query: parseQuery('') }, OSS_NOTATION)
    const conditions = { request: head, stated, signedIn: 'header', now: options.clock() } as const
    const roleArn = (parameters.get('RoleArn') ?? '').replace(/^arn:aws:iam::/, 'acs:ram::')
    const own = new Map([...parameters, ['RoleArn', roleArn]])
    return sessionOf(await assumeRole({ domain, access, sealer, caller, conditions, parameters: own }))
  }

  #response(status: number, body: Uint8Array, log: RequestLog): ServiceResponse {
    return {
      status,
      headers: [
        ['Date', httpDate.encode(this.#shared.options.clock())],
        ['x-amzn-RequestId', log.requestId],
        ['Content-Type', 'text/xml'],
        ['Cache-Control', 'no-store'],
        ['Content-Length', String(body.length)],
      ],
      body,
      log,
    }
  }
}

/** The identity behind a key, in ARNs of AWS. */
function identityOf({ account, identity }: KeyHolder): QueryMembers {
  const { id: Account } = account
  if (identity === undefined) return { Arn: `arn:aws:iam::${Account}:root`, UserId: Account, Account }
  if (identity.kind === 'user') {
    return { Arn: `arn:aws:iam::${Account}:user/${identity.name}`, UserId: identity.id, Account }
  }
  const { id, name, sessionName } = identity
  return { Arn: `arn:aws:sts::${Account}:assumed-role/${name}/${sessionName}`, UserId: `${id}:${sessionName}`, Account }
}

/** A session of OSS's form in that of AWS. */
function sessionOf({ AssumedRoleUser, Credentials }: RpcMembers): QueryMembers {
  const { Arn, AssumedRoleId } = AssumedRoleUser as Record<string, string>
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = Credentials as Record<string, string>
  return {
    AssumedRoleUser: {
      AssumedRoleId: AssumedRoleId ?? '',
      Arn: (Arn ?? '').replace('acs:ram::', 'arn:aws:sts::').replace(':role/', ':assumed-role/'),
    },
    Credentials: {
      AccessKeyId: AccessKeyId ?? '',
      SecretAccessKey: AccessKeySecret ?? '',
      SessionToken: SecurityToken ?? '',
      Expiration: Expiration ?? '',
    },
  }
}

interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** Codes of AWS where those of OSS differ. */
const CODES: Readonly<Record<string, string>> = {
  actionUnknown: 'InvalidAction',
  versionUnknown: 'NoSuchVersion',
  parameterMissing: 'MissingParameter',
  roleArnInvalid: 'ValidationError',
  sessionNameInvalid: 'ValidationError',
  durationInvalid: 'ValidationError',
  sessionPolicyInvalid: 'MalformedPolicyDocument',
  sessionPolicyTooLong: 'PackedPolicyTooLarge',
  noPermission: 'AccessDenied',
  notTrusted: 'AccessDenied',
  roleForAccount: 'AccessDenied',
  invalidAccessKeyId: 'InvalidClientTokenId',
  invalidSecurityToken: 'InvalidClientTokenId',
  securityTokenOfOtherKey: 'InvalidClientTokenId',
}

/** A role that does not exist is refused as one that may not be assumed. */
function failureOf(thrown: unknown, log: RequestLog): Failure {
  const error = thrown instanceof RamError ? thrown : toOssError(thrown)
  const cause = error.reason === 'roleMissing' ? 'noPermission' : error.reason
  log.cause = error.reason
  if (error.cause instanceof Refusal) log.refusal = error.cause
  const { status, code, message } = error instanceof OssError ? s3Row(error) : error
  if (status >= 500) log.failure = error.cause
  const known = CODES[cause]
  log.code = known ?? code
  const shown = error instanceof OssError ? error.message : message
  if (known === undefined) return { status, code, message: shown }
  const isDenied = known === 'AccessDenied' || known === 'InvalidClientTokenId'
  return { status: isDenied ? 403 : 400, code: known, message: shown }
}

function uuid(random: Uint8Array): string {
  return upperHex(random)
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
