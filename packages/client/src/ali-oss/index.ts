/**
 * The most used methods of ali-oss, in its form, over this library: replace `import OSS from 'ali-oss'` by
 * `import { OSS } from '@bindery/client/ali-oss'`. For Node.js. Parts are retried one by one, STS tokens are renewed once for all
 * requests, and one upload can be aborted without the others.
 */
import { createHash, createHmac } from 'node:crypto'
import { percentEncode } from '@bindery/bytes'
import { presignV1, Query } from '@bindery/protocol/signing'
import { all, textOf } from '../wire/xml.js'
import { texts } from './objects.js'
import { documentOf, lowerCase, nameOf } from './requests.js'
import type { AliOssRequest } from './types.js'
import { UploadMethods } from './uploads.js'

export { AliOssError } from './failure.js'
export type { ListedName } from './objects.js'
export type * from './types.js'

/** Seconds. */
const EXPIRES = 1_800

/** Options of a signed URL. */
export interface SignatureUrlOptions {
  /** Seconds. Default 1,800. */
  readonly expires?: number
  /** Default GET. */
  readonly method?: string
  readonly 'Content-Type'?: string
  readonly 'Content-MD5'?: string
  readonly process?: string
  /** Headers that the answer shall have, as `content-disposition`. */
  readonly response?: Readonly<Record<string, string>>
  readonly subResource?: Readonly<Record<string, string | number>>
}

/** A client with the methods of ali-oss. Methods that it lacks do not exist: use ali-oss for those. */
export class OSS extends UploadMethods {
  /** A URL signed by V1. */
  signatureUrl(name: string, options: SignatureUrlOptions = {}): string {
    const { accessKeyId, accessKeySecret, stsToken } = this.options
    const { expires = EXPIRES, method = 'GET', process, response = {}, subResource = {} } = options
    const parameters = {
      ...texts(subResource),
      ...Object.fromEntries(
        Object.entries(response).map(([header, value]) => [`response-${header.toLowerCase()}`, value]),
      ),
      ...(process === undefined ? {} : { 'x-oss-process': process }),
    }
    const headers = texts({ 'content-type': options['Content-Type'], 'content-md5': options['Content-MD5'] })
    const query = new Query(Object.entries(parameters).map(([one, value]) => ({ name: one, value })))
    const request = { method, bucket: this.bucket, key: nameOf(name), query, headers }
    const key = { accessKeyId, accessKeySecret, ...(stsToken === undefined ? {} : { securityToken: stsToken }) }
    const signed = presignV1(request, key, { expiresAt: Date.now() + expires * 1000, digests: DIGESTS })
    const pairs = signed.query.parameters.map(
      ({ name: one, value = '' }) => `${percentEncode(one)}=${percentEncode(value)}`,
    )
    return `${this.url(name)}?${pairs.join('&')}`
  }

  async asyncSignatureUrl(name: string, options: SignatureUrlOptions = {}): Promise<string> {
    return this.signatureUrl(name, options)
  }

  /** A URL signed by V4, of an object or, without a name, of the bucket. `expires` in seconds. */
  signatureUrlV4(
    method: string,
    expires: number,
    request: { readonly headers?: Record<string, string>; readonly queries?: Record<string, string> } = {},
    name?: string,
    additionalHeaders: readonly string[] = [],
  ): Promise<string> {
    const signedHeaders = additionalHeaders.map((header) => header.toLowerCase()).sort()
    const call = {
      ...{ op: '', method: method as 'GET', bucket: this.bucket, query: request.queries },
      key: name === undefined ? undefined : nameOf(name),
      headers: lowerCase(request.headers ?? {}),
      ...(signedHeaders.length === 0 ? {} : { signedHeaders }),
    }
    return this.#v4().presign(call, expires)
  }

  async putBucket(name: string, options: AliOssRequest & { readonly acl?: string } = {}) {
    const headers = options.acl === undefined ? {} : { 'x-oss-acl': options.acl }
    const { res } = await this.send({ method: 'PUT', headers }, options, { bucket: name })
    return { bucket: name, res }
  }

  async deleteBucket(name: string, options: AliOssRequest = {}) {
    const { res } = await this.send({ method: 'DELETE' }, options, { bucket: name })
    return { res }
  }

  async listBuckets(query: Readonly<Record<string, string | number>> = {}, options: AliOssRequest = {}) {
    const answer = await this.send({ method: 'GET', query: texts(query) }, options, { bucket: null })
    const root = documentOf(answer)
    const buckets = all(all(root, 'Buckets')[0], 'Bucket').map((one) => ({
      name: textOf(one, 'Name'),
      region: textOf(one, 'Location'),
      creationDate: textOf(one, 'CreationDate'),
      storageClass: textOf(one, 'StorageClass'),
    }))
    return {
      buckets,
      isTruncated: textOf(root, 'IsTruncated') === 'true',
      nextMarker: textOf(root, 'NextMarker') ?? null,
      res: answer.res,
    }
  }

  #v4() {
    return this.options.authorizationV4 === true
      ? this.client.requester
      : new OSS({ ...this.options, authorizationV4: true }).client.requester
  }
}

const DIGESTS = {
  begin: (algorithm: string) => createHash(algorithm),
  md5: (data: Uint8Array) => createHash('md5').update(data).digest(),
  sha256: (data: Uint8Array) => createHash('sha256').update(data).digest(),
  hmacSha1: (key: Uint8Array, data: Uint8Array) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key: Uint8Array, data: Uint8Array) => createHmac('sha256', key).update(data).digest(),
}
