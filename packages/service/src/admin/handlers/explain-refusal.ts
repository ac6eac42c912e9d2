import { RamError } from '@bindery/protocol'
import type { Reason, Unmet } from '../../access/refusal.js'
import { ecOf, type RememberedRefusal } from '../../access/remembered-refusals.js'
import { readBucketIfAny } from '../../domain/buckets/buckets.js'
import type { AdminContext } from '../context.js'

/** A question about a refused request, by one of these accounts. */
type Asked = AdminContext & { readonly account: string }

/** Why a request was refused. Throws refusalUnknown, also where it does not concern the account. */
export async function explainRefusal(call: Asked, requestId: string): Promise<object> {
  const refusal = await call.findRefusal(requestId)
  if (refusal === undefined) throw new RamError('refusalUnknown', { name: requestId })
  const owner = refusal.denial?.owner ?? (await ownerOf(call, refusal))
  const sees = { isAdministrator: call.account === call.administrator, isOwner: call.account === owner }
  const isRequester = refusal.denial?.account === call.account
  if (!sees.isAdministrator && !sees.isOwner && !isRequester) throw new RamError('refusalUnknown', { name: requestId })
  return { ...outcomeOf(refusal), Reason: reasonOf(refusal, { ...sees, isRequester }), Request: requestOf(refusal) }
}

/** The owner of the bucket as it is now. */
async function ownerOf({ domain }: Asked, { bucket }: RememberedRefusal): Promise<string | undefined> {
  if (bucket === undefined) return undefined
  return (await domain.metadata.read((reader) => readBucketIfAny(domain, reader, bucket)))?.owner
}

function outcomeOf({ code, cause }: RememberedRefusal): object {
  return { Decision: 'Deny', Code: code, EC: cause === undefined ? undefined : ecOf(cause) }
}

interface Sees {
  readonly isAdministrator: boolean
  readonly isOwner: boolean
  readonly isRequester: boolean
}

/** A policy is shown to the account that it belongs to. Without a decision about permissions, the cause is the reason. */
function reasonOf({ cause, denial }: RememberedRefusal, sees: Sees): object {
  if (denial === undefined) return { Source: 'request', Cause: cause }
  const { reason, statement, unmet } = denial
  const mayRead = ({ source }: Pick<Reason, 'source'>) =>
    sees.isAdministrator || (source === 'ramPolicy' || source === 'sessionPolicy' ? sees.isRequester : sees.isOwner)
  const shown = reasonShown(mayRead(reason) ? reason : { source: reason.source, at: reason.at }, unmet?.filter(mayRead))
  return { ...shown, Statement: mayRead(reason) ? statement : undefined }
}

/** A reason as answers show it. */
export function reasonShown({ source, at, policy, statement }: Reason, unmet: readonly Unmet[] = []) {
  const conditions = unmet.map((one) => ({
    Source: one.source,
    Policy: one.policy,
    StatementIndex: one.statement,
    Operator: one.operator,
    Key: one.key,
  }))
  return {
    Source: source,
    At: at,
    Policy: policy,
    StatementIndex: statement,
    Unmet: conditions.length === 0 ? undefined : conditions,
  }
}

function requestOf({ requestId, at, operation, bucket, key, accessKeyId, remoteAddress, denial }: RememberedRefusal) {
  return {
    RequestId: requestId,
    EventTime: new Date(at).toISOString(),
    EventName: operation,
    Action: denial?.action,
    UserIdentity: { AccountId: denial?.account, AccessKeyId: accessKeyId, UserName: denial?.identity },
    SourceIpAddress: remoteAddress,
    Bucket: bucket,
    Key: key,
  }
}
