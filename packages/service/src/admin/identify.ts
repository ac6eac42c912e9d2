/** The signatures of admin requests: each covers the body, and one that changes something is taken once. */
import { hex } from '@bindery/bytes'
import {
  type Claim,
  equalSignatures,
  OssError,
  parseQuery,
  parseRequestTime,
  RamError,
  type Reading,
  readClaimOfBody,
} from '@bindery/protocol'
import type { KeyHolder } from '../access/requester.js'
import { readWhole } from '../body.js'
import { useNonce } from '../domain/ram/nonces.js'
import type { ServiceRequest } from '../service.js'
import type { AdminContext } from './context.js'

/** Bytes of a request's body: several times the longest policy. */
const ADMIN_BODY_BYTES_MAX = 64 * 1024

/** A request whose signature was verified. Its body is still to be read. */
export interface SignedAdminRequest {
  readonly holder: KeyHolder
  readonly claim: Claim
}

/** The holder of the key that signed, as it is now. Throws bodyUnsigned and the causes of authentication. */
export async function identify(
  { access, domain }: AdminContext,
  request: ServiceRequest,
  reading: Reading,
  query: string,
): Promise<SignedAdminRequest> {
  const { method, headers, host, remoteAddress } = request
  const signed = { method, query: parseQuery(query), headers: { ...headers, host }, remoteAddress }
  const claim = readClaimOfBody(signed)
  if (claim === undefined) throw new OssError('anonymousForbidden')
  const { requester } = await access.authenticate(signed, [reading], () => claim)
  if (requester.kind === 'anonymous') throw new OssError('anonymousForbidden')
  const holder = await access.keys.current(requester)
  access.keys.used(holder, domain.clock())
  return { holder, claim }
}

/** The body, which the signature covers by its hash. Throws bodyTooLarge, bodyMismatch. */
export async function readSignedBody(
  { domain: { digests } }: AdminContext,
  { body, headers }: ServiceRequest,
): Promise<Uint8Array> {
  const tooLarge = () => new RamError('bodyTooLarge', { limit: ADMIN_BODY_BYTES_MAX })
  const bytes = await readWhole(body, ADMIN_BODY_BYTES_MAX, tooLarge)
  const expected = headers['x-oss-content-sha256'] ?? ''
  if (!equalSignatures(hex(digests.sha256(bytes)), expected)) throw new RamError('bodyMismatch')
  return bytes
}

/** Uses up the signature, in every process and for as long as its time is valid. Throws requestRepeated. */
export function takeOnce({ domain }: AdminContext, { accessKeyId, signature, date }: Claim): Promise<void> {
  const signedAt = parseRequestTime(date) ?? domain.clock()
  return useNonce(domain, { accessKeyId, nonce: signature, signedAt }, 'requestRepeated')
}
