import type { OssError } from '@bindery/protocol'
import { type Awaitable, settle } from '@bindery/storage'
import type { Exchange } from '../exchange.js'
import { readsObject } from '../find-named.js'
import { toOssError } from './failure.js'

/**
 * The error that answers a failure. A protocol may conceal that an object is missing: then those that may not list the
 * keys of its bucket get the denial.
 */
export function concealed({ dialect, allowed }: Exchange, thrown: unknown): Awaitable<OssError> {
  const error = toOssError(thrown)
  const isConcealed = error.reason === 'noSuchKey' && dialect.concealsMissing === true
  if (!isConcealed || allowed === undefined || !readsObject(allowed.operation)) return error
  return settle(
    () => allowed.authoriseListing(),
    () => error,
    toOssError,
  )
}
