import {
  ACTIONS,
  type Action,
  bucketName,
  type Circumstances,
  isAccessPointAlias,
  OssError,
  objectKey,
  RamError,
  type Tag,
} from '@bindery/protocol'
import type { Conditions } from '../../access/conditions.js'
import { type Decision, NEEDS_OBJECT } from '../../access/decision.js'
import { CompiledPolicy } from '../../access/policy/compile.js'
import { parsePolicy } from '../../access/policy/grammar.js'
import type { AccessQuestion, BucketRules } from '../../access/question.js'
import type { Requester } from '../../access/requester.js'
import { findEntrance } from '../../domain/buckets/access-points.js'
import { type BucketAndMore, findBucketIfAny } from '../../domain/buckets/buckets.js'
import { readObject } from '../../domain/objects/current.js'
import { findRole, findUser } from '../../domain/ram/find-holder.js'
import type { AdminCall, AdminHandlers } from '../context.js'
import { checkedDocument } from '../shown.js'
import { explainRefusal, reasonShown } from './explain-refusal.js'

type ExplainCall = AdminCall<'ExplainAccess'>

/** The handler that explains a decision: a described one, or a recent refusal by its request id. */
export const explainHandlers: AdminHandlers<'ExplainAccess'> = {
  async ExplainAccess(call) {
    const { RequestId, ...described } = call.input
    if (RequestId !== undefined) {
      const other = Object.entries(described).find(([, value]) => value !== undefined)
      if (other !== undefined) throw invalid(other[0], 'the recorded request already states it')
      return explainRefusal(call, RequestId)
    }
    const subject = subjectOf(call)
    const requester = await principalOf(call, subject)
    const action = actionOf(call.input.Action)
    const found = await findTarget(call, requester, action)
    const isShown = seesRules(call, subject, found)
    if (!isShown) requireOwnQuestion(call, subject)
    const question = questionOf(call, subject, { requester, action }, found)
    const { decision, asked } = await decide(call, question, found)
    if (!isShown) return bareOutcome(decision)
    return { ...shownOutcome(decision), Reason: shownReason(call, asked, decision) }
  },
}

/** The account whose user, role or key the question is about. What others' users may do is only for the administrator. */
function subjectOf({ account, administrator, input }: ExplainCall): string {
  const { AccountId: subject = account, UserName, RoleName } = input
  const isForeign = subject !== account && (UserName !== undefined || RoleName !== undefined)
  if (isForeign && account !== administrator) throw new RamError('noPermission')
  return subject
}

/** Whether the account may read the rules that decide: those of its own bucket or, without one, its own policies. */
function seesRules({ account, administrator }: ExplainCall, subject: string, found: Target): boolean {
  return account === administrator || account === (found?.bucket.owner ?? subject)
}

/**
 * About the bucket of another account, an account may ask what a request of its own would show: others would be a way to
 * try the bucket's rules, and so would addresses and times. Throws noPermission, parameterInvalid.
 */
function requireOwnQuestion({ account, input }: ExplainCall, subject: string): void {
  const { Principal, Conditions: circumstances } = input
  if (subject !== account || Principal === 'anonymous') throw new RamError('noPermission')
  if (circumstances !== undefined)
    throw invalid('Conditions', 'conditions cannot be set for the bucket of another account')
}

/** The requester that the parameters name. Throws userMissing, roleMissing, parameterMissing, parameterInvalid. */
async function principalOf({ domain, access, input }: ExplainCall, account: string): Promise<Requester> {
  const { UserName, RoleName, Principal, SessionPolicy } = input
  const named = [UserName, RoleName, Principal].filter((one) => one !== undefined)
  if (named.length === 0) throw new RamError('parameterMissing', { name: 'UserName' })
  if (named.length > 1) throw invalid('Principal', 'name one of UserName, RoleName and Principal')
  if (SessionPolicy !== undefined && RoleName === undefined)
    throw invalid('SessionPolicy', 'only a role has a session policy')
  const holder = { account: { id: account, displayName: account }, accessKeyId: 'explain' }
  if (UserName !== undefined) {
    const found = await findUser(domain, account, UserName)
    if (found === undefined) throw new RamError('userMissing', { name: UserName })
    const policies = access.keys.compile(found.policies)
    return { ...holder, kind: 'user', identity: { kind: 'user', id: found.record.id, name: UserName, policies } }
  }
  if (RoleName === undefined) return Principal === 'account' ? { ...holder, kind: 'account' } : { kind: 'anonymous' }
  const found = await findRole(domain, account, RoleName)
  if (found === undefined) throw new RamError('roleMissing')
  const sessionPolicy =
    SessionPolicy && new CompiledPolicy(parsePolicy('session', checkedDocument('session', SessionPolicy)))
  const policies = access.keys.compile(found.policies)
  const identity = { kind: 'role', id: found.record.id, name: RoleName, sessionName: 'explain', policies } as const
  return { ...holder, kind: 'role', identity: { ...identity, sessionPolicy: sessionPolicy || undefined } }
}

function actionOf(name: string | undefined): Action {
  if (name === undefined) throw new RamError('parameterMissing', { name: 'Action' })
  const action = Object.keys(ACTIONS).find((one) => one.toLowerCase() === name.toLowerCase())
  if (action === undefined) throw invalid('Action', 'it is not an action of OSS')
  return action as Action
}

type Target = BucketAndMore<BucketRules | undefined> | undefined

/** The bucket, if the question is about one that exists. Throws bucketMissing. */
async function findTarget(
  { domain, access, input }: ExplainCall,
  requester: Requester,
  action: Action,
): Promise<Target> {
  const { Bucket } = input
  if (Bucket === undefined) {
    if (input.Key !== undefined) throw new RamError('parameterMissing', { name: 'Bucket' })
    return undefined
  }
  const entrance = isAccessPointAlias(Bucket) ? await findEntrance(domain, Bucket) : undefined
  const readRules = access.rules.readFor(requester, entrance?.accessPoint)
  const found = await findBucketIfAny(domain, entrance?.bucket ?? bucketName(Bucket), readRules)
  if (found === undefined && action !== 'oss:PutBucket') throw new RamError('bucketMissing', { name: Bucket })
  return found && { bucket: found.bucket, more: found.more.rules }
}

function questionOf(
  { domain, input }: ExplainCall,
  account: string,
  { requester, action }: Pick<AccessQuestion, 'requester' | 'action'>,
  found: Target,
): AccessQuestion {
  const { Bucket, Key, Conditions: circumstances = {} } = input
  return {
    requester,
    action,
    resource: {
      owner: found?.bucket.owner ?? account,
      bucketName: found?.bucket.name ?? Bucket,
      bucket: found?.bucket,
      rules: found?.more,
      key: Key,
      object: 'unread',
    },
    conditions: conditionsOf(circumstances, domain.clock()),
  }
}

/** The decision, and the question with the object that it depends on. */
async function decide(
  { domain, access, input: { Key } }: ExplainCall,
  question: AccessQuestion,
  found: Target,
): Promise<{ readonly decision: Decision; readonly asked: AccessQuestion }> {
  const decision = access.authoriser.decide(question)
  if (decision !== NEEDS_OBJECT) return { decision, asked: question }
  const object =
    found === undefined || Key === undefined
      ? undefined
      : await domain.metadata.read((reader) => readObject(reader, { bucket: found.bucket.name, key: objectKey(Key) }))
  const asked = { ...question, resource: { ...question.resource, object } }
  const again = access.authoriser.decide(asked)
  if (again === NEEDS_OBJECT) throw new TypeError('the object was looked up')
  return { decision: again, asked }
}

const NOTHING_STATED: Circumstances = {
  userAgent: undefined,
  referer: undefined,
  agreesToPay: false,
  prefix: undefined,
  delimiter: undefined,
  header: () => undefined,
}

const REQUEST_TAG = 'oss:RequestObjectTag/'

/** The circumstances of a request that has these values for condition keys. Throws parameterInvalid. */
function conditionsOf(values: Readonly<Record<string, string>>, now: number): Conditions {
  const stated: { -readonly [N in keyof Circumstances]: Circumstances[N] } = { ...NOTHING_STATED }
  const requestTags: Tag[] = []
  let remoteAddress = '127.0.0.1'
  let scheme: 'http' | 'https' = 'http'
  let at = now
  for (const [key, value] of Object.entries(values)) {
    if (key === 'acs:SourceIp') remoteAddress = value
    else if (key === 'acs:UserAgent') stated.userAgent = value
    else if (key === 'acs:SecureTransport') scheme = value.toLowerCase() === 'true' ? 'https' : 'http'
    else if (key === 'acs:CurrentTime') at = timeOf(value)
    else if (key === 'oss:Prefix') stated.prefix = value
    else if (key === 'oss:Delimiter') stated.delimiter = value
    else if (key.startsWith(REQUEST_TAG)) requestTags.push([key.slice(REQUEST_TAG.length), value])
    else
      throw invalid(
        'Conditions',
        `${key.slice(0, 64)} cannot be set: it is not a condition key, or follows from the object or bucket`,
      )
  }
  return {
    request: { scheme, remoteAddress },
    stated,
    requestTags,
    signedIn: 'header',
    now: at,
  }
}

function timeOf(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw invalid('Conditions', 'acs:CurrentTime must be a time such as 2026-01-05T08:00:00Z')
  return time
}

function shownOutcome(decision: Decision): object {
  if (decision.allowed) return { Decision: 'Allow' }
  const { row, message } = new OssError(decision.cause)
  return { Decision: 'Deny', Code: row.code, Message: message, EC: row.ec }
}

/** The decision without its rule: the rule may be one of another account, or depend on tags that only that account may read. */
function bareOutcome(decision: Decision): object {
  return decision.allowed ? { Decision: 'Allow' } : { Decision: 'Deny', Code: new OssError(decision.cause).row.code }
}

/** The rule that decided. */
function shownReason({ access: { authoriser } }: ExplainCall, question: AccessQuestion, decision: Decision): object {
  const { reason } = decision
  const { unmet } = decision.allowed ? {} : authoriser.factsOf(question, reason)
  return { ...reasonShown(reason, unmet), Statement: authoriser.statementOf(question, reason) }
}

function invalid(name: string, expected: string): RamError {
  return new RamError('parameterInvalid', { name: name, expected: expected })
}
