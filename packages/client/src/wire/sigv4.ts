/** Signs requests of S3 by AWS's Signature V4. */
import { hex, stringToBytes, utf8Bytes } from '@bindery/bytes'
import {
  canonicalRequests,
  formatBasicTime,
  SIGV4_ALGORITHM,
  SIGV4_SERVICE,
  SIGV4_TERMINATOR,
  type SigV4Scope,
  sigV4ScopeText,
  UNSIGNED_PAYLOAD,
} from '@bindery/protocol/signing'
import type { Credentials } from '../types/client.js'
import { type Address, urlWith } from './address.js'
import { keepLast, type Signer, type Unsigned } from './sign.js'
import type { SigningDigests } from './signing-digests.js'

/** A signer for the region of an address. Bodies are not signed: their checksums protect them. */
export function createS3Signer({ region, url }: Address, { sha256, hmac }: SigningDigests): Signer {
  const signingKey = keepLast((secret, scope: SigV4Scope) => deriveKey(secret, scope, hmac), sigV4ScopeText)
  const scopeOf = (time: number): SigV4Scope => ({ date: formatBasicTime(time).slice(0, 8), region })
  const sign = async (request: Unsigned, { accessKeySecret }: Credentials, time: number): Promise<string> => {
    const scope = scopeOf(time)
    const [path = '', query = ''] = targetOf(urlWith(url(request.bucket, request.key), request.query)).split(/\?(.*)/s)
    const signedHeaders = Object.keys(request.headers)
    const [canonical = ''] = canonicalRequests({ ...request, path, query, signedHeaders, payload: UNSIGNED_PAYLOAD })
    const digest = hex(await sha256(stringToBytes(canonical)))
    const text = `${SIGV4_ALGORITHM}\n${formatBasicTime(time)}\n${sigV4ScopeText(scope)}\n${digest}`
    return hex(await hmac('SHA-256', await signingKey(accessKeySecret, scope), stringToBytes(text)))
  }
  // a length is not signed: `fetch` sends streams without one
  const signable = ({ bucket, key, headers }: Unsigned) => {
    const { 'content-length': _, ...signed } = headers
    return { ...signed, host: new URL(url(bucket, key)).host }
  }
  const credentialOf = ({ accessKeyId }: Credentials, time: number) => `${accessKeyId}/${sigV4ScopeText(scopeOf(time))}`
  return {
    async headers(request, credentials, time) {
      const { securityToken } = credentials
      const signed = {
        ...signable(request),
        'x-amz-date': formatBasicTime(time),
        'x-amz-content-sha256': UNSIGNED_PAYLOAD,
        ...(securityToken === undefined ? {} : { 'x-amz-security-token': securityToken }),
      }
      const signature = await sign({ ...request, headers: signed }, credentials, time)
      const { host: _, ...sent } = { ...request.headers, ...signed }
      const items = `Credential=${credentialOf(credentials, time)}, SignedHeaders=${namesOf(signed)}, Signature=${signature}`
      return { ...sent, authorization: `${SIGV4_ALGORITHM} ${items}` }
    },
    async query(request, credentials, time, seconds) {
      const { securityToken } = credentials
      const headers = signable(request)
      const query = {
        ...request.query,
        'X-Amz-Algorithm': SIGV4_ALGORITHM,
        'X-Amz-Credential': credentialOf(credentials, time),
        'X-Amz-Date': formatBasicTime(time),
        'X-Amz-Expires': String(seconds),
        'X-Amz-SignedHeaders': namesOf(headers),
        ...(securityToken === undefined ? {} : { 'X-Amz-Security-Token': securityToken }),
      }
      return { ...query, 'X-Amz-Signature': await sign({ ...request, headers, query }, credentials, time) }
    },
  }
}

function namesOf(headers: Readonly<Record<string, string>>): string {
  return Object.keys(headers).sort().join(';')
}

async function deriveKey(
  secret: string,
  { date, region }: SigV4Scope,
  hmac: SigningDigests['hmac'],
): Promise<Uint8Array> {
  let key = utf8Bytes(`AWS4${secret}`)
  for (const step of [date, region, SIGV4_SERVICE, SIGV4_TERMINATOR])
    key = await hmac('SHA-256', key, stringToBytes(step))
  return key
}

/** Path and query as they are sent, which a parsed URL would change. */
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('://') + 3))
}
