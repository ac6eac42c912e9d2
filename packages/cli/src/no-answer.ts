import { Failure } from '@bindery/server/local'

/** Codes of Node.js for certificates that it does not trust or that are for another name. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH)/

/** The Failure `serverSilent` for an error of a connection. It names what is wrong with the certificate of the server, if that is why. */
export function noAnswer(endpoint: string, error: unknown): Failure {
  return new Failure('serverSilent', { endpoint, certificate: certificateFault(error) }, { cause: error })
}

function certificateFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && CERTIFICATE.test(code) ? error.message : certificateFault(error.cause)
}
