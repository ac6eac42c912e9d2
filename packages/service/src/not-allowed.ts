import { type Level, type Operation, OssError, type Head as Parts } from '@bindery/protocol'
import type { Exchange } from './exchange.js'

/** The error for a method that its resource does not have, with the methods that it has. `isTaken`: only such operations count. */
export function notAllowed(
  { dialect, request }: Exchange,
  level: Level,
  { query, headers }: Parts,
  isTaken: (operation: Operation) => boolean = () => true,
): OssError {
  const allow = dialect.allowedMethods(level, query, headers).filter((method) => {
    const operation = dialect.route(method, level, query, headers)
    return operation !== undefined && ('absent' in operation || isTaken(operation))
  })
  const details = { method: request.method, resourceType: level }
  return new OssError('methodNotAllowed', details, { headers: () => [['Allow', allow.join(', ')]] })
}
