import { type CustomerKeyInput, customerKeysOf, OssError } from '@bindery/protocol'
import { withCustomerKeys } from './domain/bytes/encryption.js'
import type { Domain } from './domain/domain.js'
import type { Exchange } from './exchange.js'
import { isLoopback } from './loopback.js'

/** The domain, with the keys of customers that a request brings. Throws customerKeyInsecure, and as customerKeysOf. */
export function withKeys({ surroundings: { domain }, request }: Exchange, input: CustomerKeyInput): Domain {
  const keys = customerKeysOf(input)
  if (keys === undefined) return domain
  if (request.scheme !== 'https' && !isLoopback(request.remoteAddress)) throw new OssError('customerKeyInsecure')
  return withCustomerKeys(domain, keys)
}
