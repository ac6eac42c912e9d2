import type { Operation } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { actorOf, type Begun, trailed, trailedAs } from './access/trailed.js'
import type { Call } from './call.js'
import { findBucketState } from './domain/trail/settings.js'

/** Runs the handler of a call; if the call is a control action, it leaves an entry in the trail. */
export function leavingTrail<T>(call: Call<Operation>, act: () => Awaitable<T>): Awaitable<T> {
  const { trail } = call.exchange.surroundings.access
  const { operation, domain } = call
  const kind = trail && trailedAs(operation)
  if (trail === undefined || kind === undefined) return act()
  const begun = begunBy(call)
  if (begun === undefined) return act()
  if (kind === 'settings') {
    const { bucket } = begun
    const state = () => (bucket === undefined ? {} : findBucketState(domain, bucket))
    return trailed({ trail, domain }, begun, state, act)
  }
  return andThen(act(), (result) => andThen(trail.note({ ...begun, at: domain.clock() }), () => result))
}

/** Undefined for anonymous requests, which no key stands for. */
function begunBy({ exchange, requester, requestId, operation, origin, owner }: Call<Operation>): Begun | undefined {
  const actor = actorOf(requester)
  if (actor === undefined) return undefined
  const { bucket, key, uploadId } = exchange.log
  const { remoteAddress } = origin
  const name = 'handledAs' in operation ? String(operation.handledAs) : operation.name
  return { account: owner ?? actor.account, requestId, operation: name, actor, remoteAddress, bucket, key, uploadId }
}
