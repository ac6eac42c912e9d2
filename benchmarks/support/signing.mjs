// The two dialects of the load generator: OSS (signature V4) and S3 (AWS Signature V4). Neither hashes a body.

import { createHmac, hash } from 'node:crypto'
import { Query, signV4 } from '@bindery/protocol'

/**
 * @typedef {object} Unsigned  a request before it is signed, addressed by path
 * @property {string} method
 * @property {string | undefined} [bucket]
 * @property {string | undefined} [key]
 * @property {readonly (readonly [name: string, value: string | undefined])[]} [query]
 * @property {Readonly<Record<string, string>>} [headers]  names in lower case
 *
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} accessKeySecret
 * @property {string} region
 *
 * @typedef {object} Dialect
 * @property {string} prefix  of the dialect's own headers
 * @property {(request: Unsigned, host: string, credentials: Credentials) => Record<string, string>} sign  returns the headers to send
 */

const digests = {
  md5: (data) => hash('md5', data, 'buffer'),
  sha256: (data) => hash('sha256', data, 'buffer'),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

/** @type {Dialect} */
const oss = {
  prefix: 'x-oss-',
  sign({ method, bucket, key, query = [], headers = {} }, _host, { region, ...credentials }) {
    const parameters = query.map(([name, value]) => ({ name, value }))
    const request = { method, bucket, key, query: new Query(parameters), headers }
    return signV4(request, credentials, { time: Date.now(), region, digests }).headers
  },
}

const UNSIGNED = 'UNSIGNED-PAYLOAD'

/** @type {Dialect} */
const s3 = {
  prefix: 'x-amz-',
  sign(request, host, { accessKeyId, accessKeySecret, region }) {
    const time = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
    const day = time.slice(0, 8)
    const headers = { ...request.headers, host, 'x-amz-content-sha256': UNSIGNED, 'x-amz-date': time }
    const names = Object.keys(headers).sort()
    const canonical = [
      request.method,
      pathOf(request),
      queryOf(
        (request.query ?? []).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        '=',
      ),
      ...names.map((name) => `${name}:${headers[name].trim()}`),
      '',
      names.join(';'),
      UNSIGNED,
    ].join('\n')
    const scope = `${day}/${region}/s3/aws4_request`
    const stringToSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
    const signature = digests.hmacSha256(signingKey(accessKeySecret, day, region), stringToSign).toString('hex')
    const signed = `Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
    return { ...headers, authorization: `AWS4-HMAC-SHA256 ${signed}` }
  },
}

let keyOfDay = { name: '', key: Buffer.alloc(0) }

function signingKey(secret, day, region) {
  const name = `${secret}/${day}/${region}`
  if (keyOfDay.name !== name) {
    const steps = [day, region, 's3', 'aws4_request']
    keyOfDay = { name, key: steps.reduce((key, step) => digests.hmacSha256(key, step), `AWS4${secret}`) }
  }
  return keyOfDay.key
}

/** @type {Readonly<Record<'oss' | 's3', Dialect>>} */
export const DIALECTS = { oss, s3 }

/** Percent-encoded path of a request. @param {Unsigned} request */
export function pathOf({ bucket, key }) {
  if (bucket === undefined) return '/'
  return key === undefined ? `/${bucket}` : `/${bucket}/${key.split('/').map(encode).join('/')}`
}

/**
 * Percent-encoded query without `?`; `bare` follows a name without a value.
 * @param {readonly (readonly [string, string | undefined])[]} query
 */
export function queryOf(query, bare = '') {
  return query
    .map(([name, value]) => (value === undefined ? `${encode(name)}${bare}` : `${encode(name)}=${encode(value)}`))
    .join('&')
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
