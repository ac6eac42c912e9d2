/** Signs as an application's backend would, with the protocol's own signer. */
import { createHash, createHmac } from 'node:crypto'
import { percentEncode } from '@bindery/bytes'
import { presignV4, Query } from '@bindery/protocol'
import { ROOT } from '@bindery/service/testing'
import type { SignedRequest, SignTarget } from '../types/client.js'

const digests = {
  begin: (algorithm: 'sha1' | 'sha256') => createHash(algorithm),
  md5: (data: Uint8Array) => createHash('md5').update(data).digest(),
  sha256: (data: Uint8Array) => createHash('sha256').update(data).digest(),
  hmacSha1: (key: Uint8Array, data: Uint8Array) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key: Uint8Array, data: Uint8Array) => createHmac('sha256', key).update(data).digest(),
}

export function signV4Target(target: SignTarget, endpoint: string, time: number): SignedRequest {
  const { method, bucket, key, query = {}, headers = {} } = target
  const parameters = Object.entries(query).map(([name, value]) => ({ name, value }))
  const options = { time, region: 'cn-hangzhou', digests, expiresSeconds: 600 }
  const signed = presignV4({ method, bucket, key, query: new Query(parameters), headers }, ROOT, options)
  const pairs = signed.query.parameters.map(({ name, value = '' }) => `${percentEncode(name)}=${percentEncode(value)}`)
  return { url: `${endpoint}/${bucket}/${percentEncode(key, { keepSlash: true })}?${pairs.join('&')}` }
}
