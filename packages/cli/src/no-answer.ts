import { Failure, type FailureDetails } from '@bindery/server/local'

/** Codes of Node.js for certificates that it does not trust or that are for another name. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH)/

/** The Failure `serverSilent` for an error of a connection. It names what is wrong with the certificate of the server, or the proxy, if that is why. */
export function noAnswer(endpoint: string, error: unknown): Failure {
  const ofProxy = proxyError(error)
  const facts =
    ofProxy === undefined
      ? { certificate: certificateFault(error), reason: reasonOf(error), message: messageOf(error), proxy: undefined }
      : { certificate: undefined, reason: undefined, message: ofProxy.message, proxy: ofProxy.proxy }
  return new Failure('serverSilent', { endpoint, ...facts }, { cause: error })
}

/** The error that names a proxy. */
function proxyError(error: unknown): (Error & { readonly proxy: string }) | undefined {
  if (!(error instanceof Error)) return undefined
  const { proxy } = error as { readonly proxy?: unknown }
  return typeof proxy === 'string' ? Object.assign(error, { proxy }) : proxyError(error.cause)
}

/** Causes that have a remedy of their own, by the codes of Node.js. */
const REASONS: Readonly<Record<string, FailureDetails['serverSilent']['reason']>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownHost',
  EAI_AGAIN: 'unknownHost',
  EPROTO: 'notTls',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherName',
  HOSTNAME_MISMATCH: 'otherName',
  ERR_SSL_WRONG_VERSION_NUMBER: 'notTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'notTls',
}

function reasonOf(error: unknown): FailureDetails['serverSilent']['reason'] {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return (code === undefined ? undefined : REASONS[code]) ?? reasonOf(inner)
}

/** The innermost message. */
function messageOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return messageOf(error.cause) ?? error.message
}

function certificateFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && CERTIFICATE.test(code) ? error.message : certificateFault(error.cause)
}
