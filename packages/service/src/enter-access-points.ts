/** The access points that a request may name in place of buckets. */
import { isAccessPointAlias, OssError, type Reading, type Readings } from '@bindery/protocol'
import { type Awaitable, andThen, together } from '@bindery/storage'
import { findEntrance } from './domain/buckets/access-points.js'
import type { Domain } from './domain/domain.js'
import type { Exchange } from './exchange.js'

/** The readings with the buckets of the access points that they name. Throws noSuchAccessPoint. */
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
    if (found !== undefined) {
      const { bucket, accessPoint } = found
      return { ...reading, bucket, entrance: { name, accessPoint } } as Reading
    }
    if (isAccessPointHost === true) throw new OssError('noSuchAccessPoint', { accessPointName: name })
    return reading
  })
}
