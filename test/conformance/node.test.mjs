// The official SDK for Node.js, ali-oss, as its documentation uses it, with both signatures and both ways to name a bucket.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import OSS from 'ali-oss'
import { bucketPrefix, openTarget } from './support.mjs'

const PART = 100 * 1024
const DATA = randomBytes(9 * PART + 12_345)
const ODD_KEYS = [
  'a b',
  'a+b',
  '100%',
  '%41',
  'a?b#c&d=e',
  '中文/文件',
  'é',
  'a//b',
  '~!*()\'"',
  '<&>',
  '😀',
  '.a/..b',
  'tab\tend',
]

// At an IP address this SDK forges the Host of the real service; at a name, `sldEnable` makes it put the bucket into the path.
const VARIANTS = {
  'ali-oss V1': {},
  'ali-oss V4': { authorizationV4: true },
  'ali-oss V1 with the bucket in the path': { sldEnable: true },
  'ali-oss V4 with the bucket in the path': { authorizationV4: true, sldEnable: true },
}

// The options of the published samples, for Node.js and the browser.
const HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Disposition': 'example.txt',
  'Content-Encoding': 'utf-8',
  Expires: '1000',
  'x-oss-storage-class': 'Standard',
}
const sampleOptions = () => ({
  headers: { ...HEADERS, 'x-oss-tagging': 'Tag1=1&Tag2=2', 'x-oss-forbid-overwrite': 'true' },
  meta: { year: 2020, people: 'test' },
  mime: 'text/plain',
})

let target

function declareFacts(variant, options) {
  const fact = (sentence, body) => test(`${variant}: ${sentence}`, () => body(client))
  const bucket = `${bucketPrefix()}-${variant.toLowerCase().replaceAll(' ', '-').slice(0, 24)}-${randomBytes(3).toString('hex')}`
  let client
  before(async () => {
    const { endpoint, accessKeyId, accessKeySecret, region } = target
    const address = options.sldEnable ? endpoint.replace('127.0.0.1', 'localhost') : endpoint
    client = new OSS({ endpoint: address, accessKeyId, accessKeySecret, region: `oss-${region}`, ...options })
    await client.putBucket(bucket)
    client.useBucket(bucket)
  })
  // this SDK signs no URL at an IP address
  const presigned = options.sldEnable ? PRESIGNED_FACTS : []
  for (const [sentence, body] of [...BUCKET_FACTS, ...OBJECT_FACTS, ...presigned, ...MULTIPART_FACTS])
    fact(sentence, body)
  fact('a bucket is deleted only when it is empty', async () => {
    const { uploadId } = await client.initMultipartUpload('open')
    await client.put('full', Buffer.from('x'))
    await refused('BucketNotEmpty', client.deleteBucket(bucket))
    await client.deleteMulti((await client.listV2({ 'max-keys': 1000 })).objects.map(({ name }) => name))
    await refused('BucketNotEmpty', client.deleteBucket(bucket))
    await client.abortMultipartUpload('open', uploadId)
    await client.deleteBucket(bucket)
    await refused('NoSuchBucket', client.getBucketInfo(bucket))
  })
}

const BUCKET_FACTS = [
  [
    'a bucket is listed and described, and its ACL changes',
    async (client) => {
      const bucket = client.options.bucket
      const { buckets } = await client.listBuckets({ prefix: bucket })
      assert.deepEqual(
        buckets.map(({ name }) => name),
        [bucket],
      )
      const info = (await client.getBucketInfo(bucket)).bucket
      assert.equal(info.Name, bucket)
      assert.equal(info.StorageClass, 'Standard')
      assert.equal((await client.getBucketLocation(bucket)).location, `oss-${target.region}`)
      assert.equal((await client.getBucketStat(bucket)).stat.ObjectCount, '0')
      for (const acl of ['public-read', 'private']) {
        await client.putBucketACL(bucket, acl)
        assert.equal((await client.getBucketACL(bucket)).acl, acl)
      }
    },
  ],
]

const OBJECT_FACTS = [
  [
    'an object comes back byte for byte, with its checksums and metadata',
    async (client) => {
      const put = await client.put('whole', DATA, sampleOptions())
      assert.equal(put.res.headers.etag, quoted(DATA))
      assert.deepEqual((await client.get('whole')).content, DATA)
      await checkHead(client, 'whole', { etag: quoted(DATA), 'x-oss-object-type': 'Normal' })
      assert.equal((await client.getObjectMeta('whole')).res.headers.etag, quoted(DATA))
      await client.put('empty', Buffer.alloc(0))
      assert.equal((await client.get('empty')).content.length, 0)
      await refused('FileAlreadyExists', client.put('whole', DATA, sampleOptions()))
    },
  ],
  [
    'ranges and conditions select what is read',
    async (client) => {
      await client.put('ranged', DATA)
      const read = async (headers) => (await client.get('ranged', { headers })).content
      assert.deepEqual(await read({ Range: 'bytes=5-99999' }), DATA.subarray(5, 100_000))
      assert.deepEqual(await read({ Range: 'bytes=-7' }), DATA.subarray(-7))
      assert.deepEqual(await read({ 'If-Match': quoted(DATA) }), DATA)
      await refused('PreconditionFailed', read({ 'If-Match': '"0"' }))
      await refused('InvalidRange', read({ Range: 'bytes=9999999-', 'x-oss-range-behavior': 'standard' }))
      assert.equal((await client.head('ranged', { headers: { 'If-None-Match': quoted(DATA) } })).status, 304)
    },
  ],
  [
    'what is not there is refused by its name, and deleting it does no harm',
    async (client) => {
      await refused('NoSuchKey', client.get('absent'))
      await refused('NoSuchKey', client.head('absent'))
      assert.equal((await client.delete('absent')).res.status, 204)
    },
  ],
  [
    'odd keys are kept as they are',
    async (client) => {
      const keys = ODD_KEYS.map((key) => `odd/${key}`)
      for (const key of keys) {
        await client.put(key, Buffer.from(key))
        assert.equal((await client.get(key)).content.toString(), key)
      }
      const { objects } = await client.listV2({ prefix: 'odd/' })
      assert.deepEqual(objects.map(({ name }) => name).sort(), [...keys].sort())
      const { deleted } = await client.deleteMulti(keys)
      assert.deepEqual(deleted.map(({ Key }) => Key).sort(), [...keys].sort())
    },
  ],
  [
    'listings group by delimiter and continue page by page',
    async (client) => {
      const keys = ['list/a/0', 'list/a/1', 'list/b/0', 'list/b/1', 'list/z']
      for (const key of keys) await client.put(key, Buffer.from('x'))
      const names = ({ objects, prefixes }) => [...(prefixes ?? []), ...(objects ?? []).map(({ name }) => name)]
      for (const [query, expected] of [
        [{ prefix: 'list/' }, keys],
        [{ prefix: 'list/', delimiter: '/' }, ['list/a/', 'list/b/', 'list/z']],
      ]) {
        const pages = []
        for (let page = { isTruncated: true }; page.isTruncated; pages.push(...names(page))) {
          page = await client.list({ ...query, 'max-keys': 1, ...(page.nextMarker ? { marker: page.nextMarker } : {}) })
        }
        assert.deepEqual(pages, expected)
        const pagesV2 = []
        for (let page = { isTruncated: true }; page.isTruncated; pagesV2.push(...names(page))) {
          const token = page.nextContinuationToken
          page = await client.listV2({ ...query, 'max-keys': 2, ...(token ? { 'continuation-token': token } : {}) })
        }
        assert.deepEqual(pagesV2, expected)
      }
    },
  ],
  [
    'the ACL of an object changes',
    async (client) => {
      await client.put('secret', Buffer.from('secret'))
      for (const acl of ['default', 'public-read', 'private']) {
        await client.putACL('secret', acl)
        assert.equal((await client.getACL('secret')).acl, acl)
      }
    },
  ],
]

const PRESIGNED_FACTS = [
  [
    'presigned URLs need no key',
    async (client) => {
      const key = 'signed/中 文.txt'
      const sign = (method) =>
        client.options.authorizationV4
          ? client.signatureUrlV4(method, 60, {}, key)
          : client.asyncSignatureUrl(key, { method, expires: 60 })
      assert.equal((await fetch(await sign('PUT'), { method: 'PUT', body: Buffer.from('signed') })).status, 200)
      assert.equal(await (await fetch(await sign('GET'))).text(), 'signed')
      assert.equal((await fetch(`${await sign('GET')}0`)).status, 403)
    },
  ],
]

const MULTIPART_FACTS = [
  [
    'the published sample runs: parallel parts with options, progress and checkpoints',
    async (client) => {
      await withFile(async (file) => {
        const seen = []
        const progress = (share, checkpoint) => seen.push([share, checkpoint?.doneParts.length])
        const sent = await client.multipartUpload('exampledir/exampleobject.txt', file, {
          ...sampleOptions(),
          parallel: 4,
          partSize: PART,
          progress,
        })
        const etag = multipartEtag(chunks())
        assert.equal(sent.etag, etag)
        assert.equal(seen.at(-1)[0], 1)
        assert.deepEqual((await client.get('exampledir/exampleobject.txt')).content, DATA)
        await checkHead(client, 'exampledir/exampleobject.txt', { etag, 'x-oss-object-type': 'Multipart' })
        const again = client.multipartUpload('exampledir/exampleobject.txt', file, {
          ...sampleOptions(),
          partSize: PART,
        })
        await refused('FileAlreadyExists', again)
      })
    },
  ],
  [
    'a cancelled upload goes on from its checkpoint',
    async (client) => {
      await withFile(async (file) => {
        let saved
        const progress = (_share, checkpoint) => {
          saved = checkpoint
          if (checkpoint.doneParts.length >= 4) client.cancel()
        }
        const options = { partSize: PART, parallel: 1 }
        await assert.rejects(client.multipartUpload('resumed', file, { ...options, progress }), { name: 'cancel' })
        const landed = (await client.listParts('resumed', saved.uploadId)).parts.length
        assert.ok(landed >= 4 && landed < 10, `${landed} parts were there`)
        const before = await client.listParts('resumed', saved.uploadId)
        await client.multipartUpload('resumed', file, { ...options, checkpoint: saved })
        assert.equal(before.uploadId, saved.uploadId)
        assert.deepEqual((await client.get('resumed')).content, DATA)
        assert.equal((await client.listUploads({ prefix: 'resumed' })).uploads?.length ?? 0, 0)
      })
    },
  ],
  [
    'the published checksums come out, and the ACL of complete counts',
    async (client) => {
      const { uploadId } = await client.initMultipartUpload('golden')
      const parts = [Buffer.alloc(PART, 'a'), Buffer.from('hello oss')]
      const sent = []
      for (const [index, part] of parts.entries())
        sent.push(await sendPart(client, 'golden', uploadId, index + 1, part))
      const headers = { 'x-oss-object-acl': 'public-read' }
      const done = await client.completeMultipartUpload('golden', uploadId, sent, { headers })
      assert.equal(done.etag, '"CDE8D21A00DEF1AF2825E34D665747D0-2"')
      assert.equal(done.res.headers['x-oss-hash-crc64ecma'], '14439424006907896166')
      assert.equal((await client.getACL('golden')).acl, 'public-read')
    },
  ],
  [
    'objects are copied whole and in parts',
    async (client) => {
      await client.put('source', DATA, { meta: { people: 'test' } })
      await client.copy('copied', 'source')
      assert.deepEqual((await client.get('copied')).content, DATA)
      assert.equal((await client.head('copied')).meta?.people, 'test')
      const source = { sourceKey: 'source', sourceBucketName: client.options.bucket }
      await client.multipartUploadCopy('joined', source, { partSize: 3 * PART, parallel: 3 })
      assert.deepEqual((await client.get('joined')).content, DATA)
    },
  ],
  [
    'parts and uploads are listed page by page',
    async (client) => {
      const ids = new Map()
      for (const key of ['up/a', 'up/b', 'up/c d']) ids.set(key, (await client.initMultipartUpload(key)).uploadId)
      const id = ids.get('up/a')
      for (const number of [1, 2, 5, 9]) await sendPart(client, 'up/a', id, number, chunks()[number - 1])
      const first = await client.listParts('up/a', id, { 'max-parts': 3 })
      const second = await client.listParts('up/a', id, { 'part-number-marker': first.nextPartNumberMarker })
      const listed = [...first.parts, ...[second.parts].flat()]
      assert.deepEqual(
        listed.map(({ PartNumber, ETag, Size }) => [PartNumber, ETag, Size]),
        [1, 2, 5, 9].map((number) => [`${number}`, quoted(chunks()[number - 1]), `${PART}`]),
      )
      const uploads = []
      for (let page = { isTruncated: true }; page.isTruncated; uploads.push(...page.uploads)) {
        const markers = { 'key-marker': page.nextKeyMarker, 'upload-id-marker': page.nextUploadIdMarker }
        page = await client.listUploads({ prefix: 'up/', 'max-uploads': 1, ...(page.nextKeyMarker ? markers : {}) })
      }
      assert.deepEqual(
        uploads.map(({ name, uploadId }) => [name, uploadId]),
        [...ids],
      )
      for (const [key, uploadId] of ids) {
        assert.equal((await client.abortMultipartUpload(key, uploadId)).res.status, 204)
        await refused('NoSuchUpload', client.abortMultipartUpload(key, uploadId))
      }
    },
  ],
  [
    'a complete that is refused leaves the upload as it was',
    async (client) => {
      const { uploadId } = await client.initMultipartUpload('refused')
      const parts = [Buffer.from('short'), chunks()[0], Buffer.from('last')]
      const sent = []
      for (const [index, part] of parts.entries())
        sent.push(await sendPart(client, 'refused', uploadId, index + 1, part))
      const complete = (...listed) => client.completeMultipartUpload('refused', uploadId, listed)
      await refused('EntityTooSmall', complete(...sent))
      await refused('InvalidPart', complete(sent[1], { number: 4, etag: sent[2].etag }))
      sent[0] = await sendPart(client, 'refused', uploadId, 1, chunks()[1]) // again, and large enough now
      await complete(...sent)
      assert.deepEqual((await client.get('refused')).content, Buffer.concat([chunks()[1], chunks()[0], parts[2]]))
      await refused('NoSuchUpload', sendPart(client, 'refused', uploadId, 1, parts[0]))
    },
  ],
]

before(async () => {
  target = await openTarget()
})
after(() => target?.stop())

for (const [variant, options] of Object.entries(VARIANTS)) {
  describe(variant, () => declareFacts(variant, options))
}

function chunks() {
  return Array.from({ length: Math.ceil(DATA.length / PART) }, (_, index) =>
    DATA.subarray(index * PART, (index + 1) * PART),
  )
}

function md5(bytes) {
  return createHash('md5').update(bytes).digest('hex').toUpperCase()
}

function quoted(bytes) {
  return `"${md5(bytes)}"`
}

/** OSS's ETag of an object: the MD5 of its parts' ETags, joined as text, and their number. */
function multipartEtag(parts) {
  return `"${md5(parts.map(md5).join(''))}-${parts.length}"`
}

async function refused(code, promise) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code, code)
    assert.equal(error.requestId?.length, 24)
    return true
  })
}

async function checkHead(client, key, attributes) {
  const { res, meta } = await client.head(key)
  const expected = { ...HEADERS, 'Content-Type': 'text/plain', 'x-oss-tagging-count': '2', ...attributes }
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(`${name}: ${res.headers[name.toLowerCase()]}`, `${name}: ${value}`)
  }
  assert.deepEqual(meta, { year: '2020', people: 'test' })
}

async function sendPart(client, key, uploadId, number, part) {
  const { etag } = await client.uploadPart(key, uploadId, number, part, 0, part.length)
  assert.equal(etag, quoted(part))
  return { number, etag }
}

/** Lends a file that holds the data. */
async function withFile(body) {
  const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'))
  try {
    await writeFile(path.join(folder, 'file'), DATA)
    await body(path.join(folder, 'file'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
