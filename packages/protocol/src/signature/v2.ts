import { percentEncode } from '@bindery/bytes'
import { encodedQuery, headerLines, type Signable } from './signable.js'

/** The name of the algorithm, with which the Authorization header begins. */
export const V2_ALGORITHM = 'OSS2'

/**
 * The string that V2 signs with HMAC-SHA256, as a byte string. Older Go, Python and Java SDKs use V2 if configured to.
 * `date` is `x-oss-date`, otherwise Date, or in a URL `x-oss-expires`; slashes of the resource are encoded.
 */
export function v2StringToSign(request: Signable, date: string, additionalHeaders: readonly string[]): string {
  const { method, headers, query, bucket, key } = request
  const isSigned = (name: string) => name.startsWith('x-oss-') || additionalHeaders.includes(name)
  const resource = percentEncode(bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`)
  const parameters = encodedQuery(query)
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    date,
    `${headerLines(headers, isSigned)}${[...additionalHeaders].sort().join(';')}`,
    parameters === '' ? resource : `${resource}?${parameters}`,
  ].join('\n')
}
