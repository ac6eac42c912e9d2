import type { ServiceResponse } from '@bindery/service'
import type { Log } from '../log.js'
import type { Sent } from './send-response.js'

/** A request with its response, after the last byte was sent or the connection was cut. */
export interface Exchange {
  readonly method: string
  /** The client's address, as far as it is known. */
  readonly remote: string
  readonly answer: ServiceResponse
  readonly sent: Sent
  readonly bytesReceived: number
  readonly milliseconds: number
}

/**
 * Logs one line per request at info, and one that sets a policy with unknown actions at warn; the server's own failures at error, with their stack. At debug a refusal is
 * followed by its document, which contains the string to sign if a signature did not match.
 */
export function logExchange(log: Log, { method, remote, answer, sent, bytesReceived, milliseconds }: Exchange): void {
  const failed = answer.log.failure ?? sent.failure
  if (failed === undefined && !log.isLevelEnabled('info')) return
  const { failure = failed, ...context } = answer.log
  const line = {
    ...context,
    method,
    status: answer.status,
    ms: Math.round(milliseconds * 10) / 10,
    in: bytesReceived,
    out: sent.bytes,
    ...(sent.whole ? {} : { cut: true }),
    remote,
  }
  if (failure === undefined && context.unknownActions !== undefined) log.warn(line, 'a policy names unknown actions')
  else if (failure === undefined) log.info(line, 'request')
  else log.error({ ...line, err: failure }, 'request failed')
  if (answer.status < 400 || !log.isLevelEnabled('debug') || !(answer.body instanceof Uint8Array)) return
  log.debug({ requestId: context.requestId, document: redacted(Buffer.from(answer.body).toString()) }, 'refusal')
}

/** An error document without anything that would let its reader sign or act as the client. */
export function redacted(document: string): string {
  return document
    .replace(/(<(?:SignatureProvided|StringToSignBytes)>)[^<]*/g, '$1…')
    .replace(/((?:security-token|x-oss-security-token|signature)[:=])[^&\s<]*/gi, '$1…')
}
