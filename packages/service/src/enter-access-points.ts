/** The access points that a request may name in place of buckets. */
import {
  type Entrance,
  isAccessPointAlias,
  isLabelOfAccount,
  type Operation,
  OssError,
  type Reading,
  type Readings,
} from '@bindery/protocol'
import { type Awaitable, andThen, together } from '@bindery/storage'
import { Refusal } from './access/refusal.js'
import { accountOf } from './access/requester.js'
import type { CallHead } from './call.js'
import { findEntrance } from './domain/buckets/access-points.js'
import type { Domain } from './domain/domain.js'
import type { Exchange } from './exchange.js'

/** The readings with the buckets of the access points that they name. */
export function enterAccessPoints({ dialect, surroundings }: Exchange, all: Readings): Awaitable<Readings> {
  if (dialect.hasAccessPoints !== true || !all.some(mayBeEntrance)) return all
  const [first, ...rest] = all.map((one) => (mayBeEntrance(one) ? enterAccessPoint(surroundings.domain, one) : one))
  return andThen(together(first, ...rest), (readings) => readings as unknown as Readings)
}

const mayBeEntrance = ({ bucket = '', isAccessPointHost }: Reading): boolean =>
  isAccessPointHost === true || isAccessPointAlias(bucket)

/** An alias that leads to no access point is left as the name of a bucket, which does not exist. */
function enterAccessPoint(domain: Domain, reading: Reading): Awaitable<Reading> {
  const { bucket: name = '', isAccessPointHost } = reading
  return andThen(findEntrance(domain, name), (found) => {
    if (found === undefined && isAccessPointHost !== true) return reading
    const { bucket = '', accessPoint } = found ?? {}
    return { ...reading, bucket, entrance: { name, accessPoint } } as Reading
  })
}

/** Whether a request came by the Host of an access point that does not exist. */
export function leadsNowhere({ entrance }: { readonly entrance?: Entrance | undefined }): boolean {
  return entrance !== undefined && entrance.accessPoint === undefined
}

/**
 * The refusal of a request whose Host leads to no access point. Only the account in that name learns that it does not exist: others
 * could find out the names of access points by what is answered, as a Host can be guessed and an alias cannot.
 */
export function refuseAtMissing({ operation, requester, entrance }: CallHead<Operation>): OssError {
  const { name: accessPointName = '' } = entrance ?? {}
  const account = accountOf(requester)?.id
  if (account !== undefined && isLabelOfAccount(accessPointName, account)) {
    return new OssError('noSuchAccessPoint', { accessPointName })
  }
  const [action] = operation.permissions
  if (action === undefined) return new OssError('corsNotEnabled')
  const reason = { source: 'accessPointPolicy', at: 'accessPoint' } as const
  return new OssError('deniedByAccessPoint', {}, { cause: new Refusal(requester, action, reason) })
}
