// Two clients with the same methods: the official SDK, and requests signed by the protocol package. A method resolves
// when the server has acknowledged the request and rejects with `status` when the server refused it. A rejection
// without `status` leaves the outcome unknown.

import { createHash, createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import OSS from 'ali-oss'
import { percentEncode } from '../../packages/bytes/dist/index.js'
import { Query, signV4 } from '../../packages/protocol/dist/index.js'
import { encryptionOf } from './contents.mjs'

const digests = {
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

export const BUCKET = 'crash'
const ENCRYPTION = 'x-oss-server-side-encryption'

/** Headers of requests that make objects of a key. */
function encrypting(key) {
  const algorithm = encryptionOf(key)
  return algorithm === undefined ? {} : { [ENCRYPTION]: algorithm }
}

/**
 * @param {{ endpoint: string, accessKeyId: string, accessKeySecret: string }} server
 * @param {string} bucket
 */
export function rawClient(server, bucket = BUCKET) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(server.endpoint)

  function send(method, key, { query = {}, headers = {}, body, whenAsked } = {}) {
    const parameters = new Query(Object.entries(query).map(([name, value]) => ({ name, value })))
    const length = method === 'PUT' || method === 'POST' ? { 'content-length': String(body?.length ?? 0) } : {}
    const unsigned = { method, bucket, key, query: parameters, headers: { ...length, ...headers } }
    const signed = signV4(unsigned, server, { time: Date.now(), digests, region: 'cn-hangzhou' })
    const names = Object.entries(query).map(([name, value]) =>
      value === undefined ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`,
    )
    const search = names.length === 0 ? '' : `?${names.join('&')}`
    const path = `/${bucket}/${percentEncode(key, { keepSlash: true })}${search}`
    const expecting = whenAsked && { expect: '100-continue' }
    return exchange(
      { agent, hostname, port, method, path, headers: { ...signed.headers, ...expecting } },
      body,
      whenAsked,
    )
  }

  const text = async (...args) => (await send(...args)).body.toString()
  return {
    agent,
    createBucket: () => send('PUT', ''),
    put: (key, bytes) => send('PUT', key, { body: bytes, headers: encrypting(key) }),
    append: (key, position, bytes) =>
      send('POST', key, {
        query: { append: undefined, position: String(position) },
        headers: encrypting(key),
        body: bytes,
      }),
    remove: (key) => send('DELETE', key),
    copy: (key, source) =>
      send('PUT', key, { headers: { 'x-oss-copy-source': `/${bucket}/${source}`, ...encrypting(key) } }),
    get: async (key) => (await send('GET', key)).body,
    /** The bytes of an object, and the encryption that its headers state. */
    read: async (key) => {
      const { body, headers } = await send('GET', key)
      return { bytes: body, algorithm: headers[ENCRYPTION] }
    },
    initiate: async (key) =>
      element(await text('POST', key, { query: { uploads: undefined }, headers: encrypting(key) }), 'UploadId'),
    /** `whenAsked`: runs when the server has requested the bytes, before they are sent. */
    part: async (key, uploadId, number, bytes, whenAsked) => {
      const query = { partNumber: String(number), uploadId }
      return bare((await send('PUT', key, { query, body: bytes, whenAsked })).headers.etag)
    },
    copyPart: async (key, uploadId, number, source, start, end) => {
      const headers = {
        'x-oss-copy-source': `/${BUCKET}/${source}`,
        'x-oss-copy-source-range': `bytes=${start}-${end - 1}`,
      }
      const query = { partNumber: String(number), uploadId }
      return bare(element(await text('PUT', key, { query, headers }), 'ETag'))
    },
    complete: (key, uploadId, parts) => {
      const list = parts.map(
        ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
      )
      const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`)
      return send('POST', key, { query: { uploadId }, body })
    },
    abort: (key, uploadId) => send('DELETE', key, { query: { uploadId } }),
    /** All keys, in pages of an awkward size. */
    keys: () => pages(async (marker) => text('GET', '', { query: { 'max-keys': '7', marker } }), 'Key', 'NextMarker'),
    /** Some keys after a marker, and the marker of the next page. */
    page: async (marker, count) => {
      const page = await text('GET', '', { query: { 'max-keys': String(count), marker } })
      const [next] = elements(page, 'NextMarker')
      return { keys: elements(page, 'Key'), next }
    },
    /** The common prefixes up to the first slash, at most 100. */
    folders: async () => elements(await text('GET', '', { query: { delimiter: '/' } }), 'Prefix'),
    uploads: async () =>
      elements(await text('GET', '', { query: { uploads: undefined, 'max-uploads': '1000' } }), 'UploadId'),
    keepVersions: () =>
      send('PUT', '', {
        query: { versioning: undefined },
        body: Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
      }),
    /** Deletes a version for good. */
    forget: (key, version) => send('DELETE', key, { query: { versionId: version } }),
    readVersion: async (key, version) => (await send('GET', key, { query: { versionId: version } })).body,
    /** The id of the version that a read without an id finds; undefined if it finds no object. */
    current: (key) =>
      send('HEAD', key).then(
        ({ headers }) => headers['x-oss-version-id'],
        (error) => {
          if (error.status !== 404) throw error
        },
      ),
    /** All versions and delete markers by key, the newest of a key first, in pages of an awkward size. */
    versions: async () => {
      const found = []
      for (let key = '', version = '', isMore = true; isMore; ) {
        const markers = { 'key-marker': key, ...(version && { 'version-id-marker': version }) }
        const page = await text('GET', '', { query: { versions: undefined, 'max-keys': '7', ...markers } })
        for (const [, kind, row] of page.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)) {
          found.push({
            key: element(row, 'Key'),
            version: element(row, 'VersionId'),
            isMarker: kind === 'DeleteMarker',
            isLatest: element(row, 'IsLatest') === 'true',
          })
        }
        isMore = element(page, 'IsTruncated') === 'true'
        key = element(page, 'NextKeyMarker')
        version = element(page, 'NextVersionIdMarker')
      }
      return found
    },
    /** Numbers and ETags of the parts of an upload. */
    parts: async (key, uploadId) => {
      const page = await text('GET', key, { query: { uploadId } })
      const numbers = elements(page, 'PartNumber').map(Number)
      return elements(page, 'ETag').map((etag, index) => ({ number: numbers[index], etag: bare(etag) }))
    },
  }
}

/** @param {{ endpoint: string, accessKeyId: string, accessKeySecret: string }} server */
export function sdkClient(server) {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const options = {
    endpoint,
    accessKeyId,
    accessKeySecret,
    bucket: BUCKET,
    region: 'oss-cn-hangzhou',
    timeout: 120_000,
  }
  const client = new OSS({ ...options, secure: false, retryMax: 0 })
  return {
    put: (key, bytes) => client.put(key, bytes, { headers: encrypting(key) }),
    append: (key, position, bytes) => client.append(key, bytes, { position, headers: encrypting(key) }),
    remove: (key) => client.delete(key),
    copy: (key, source) => client.copy(key, source, { headers: encrypting(key) }),
    get: async (key) => (await client.get(key)).content,
    initiate: async (key) => (await client.initMultipartUpload(key, { headers: encrypting(key) })).uploadId,
    part: async (key, uploadId, number, bytes) =>
      bare((await client.uploadPart(key, uploadId, number, bytes, 0, bytes.length)).etag),
    copyPart: async (key, uploadId, number, source, start, end) => {
      const from = { sourceKey: source, sourceBucketName: BUCKET }
      const { etag } = await client.uploadPartCopy(key, uploadId, number, `${start}-${end - 1}`, from)
      return bare(etag)
    },
    complete: (key, uploadId, parts) => client.completeMultipartUpload(key, uploadId, parts),
    abort: (key, uploadId) => client.abortMultipartUpload(key, uploadId),
  }
}

function exchange(options, body, whenAsked) {
  return new Promise((resolve, reject) => {
    const sent = request(options)
    sent.on('error', reject)
    sent.on('response', (response) => {
      const pieces = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('error', reject)
      response.on('aborted', () => reject(new Error('the response was cut')))
      response.on('end', () => {
        const answer = { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }
        if (answer.status < 300) resolve(answer)
        else reject(Object.assign(new Error(`${options.method} ${options.path}: ${answer.body}`), answer))
      })
    })
    if (whenAsked === undefined) sent.end(body)
    else sent.on('continue', () => whenAsked().then(() => sent.end(body), reject)).flushHeaders()
  })
}

async function pages(page, name, markerName) {
  const found = []
  for (let marker = ''; marker !== undefined; ) {
    const text = await page(marker)
    found.push(...elements(text, name))
    marker = element(text, markerName)
  }
  return found
}

function elements(text, name) {
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value]) => value)
}

const element = (text, name) => elements(text, name)[0]
const bare = (etag) => etag.replaceAll('&quot;', '').replaceAll('"', '')
