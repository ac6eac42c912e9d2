import type { Address } from '../objects/address.js'
import type { ClientOf } from '../objects/with-client.js'

/** Whether two addresses lead to one server by the same URL: several profiles may name it. */
export function haveOneEndpoint(clientOf: ClientOf, one: Address, other: Address): boolean {
  return clientOf(one).requester.address.endpoint === clientOf(other).requester.address.endpoint
}
