// One program for ali-oss and for the class that takes its place: what both return must be alike.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { OSS as Ours } from '@bindery/client/ali-oss'
import { installServer } from '@bindery/testing'
import Theirs from 'ali-oss'

const PART = 100 * 1024
const BYTES = Buffer.alloc(4 * PART + 9, 'abcdefg')
const server = installServer({ before, after, beforeEach }, { buckets: ['demo'] })
let folder
const opened = []

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-ali-oss-'))
  await writeFile(path.join(folder, 'file.txt'), BYTES)
})
after(async () => {
  for (const client of opened) client.close?.()
  await rm(folder, { recursive: true })
})

/** By name, so that URLs can be signed: ali-oss refuses that for addresses. */
function open(OSS, options = {}) {
  const { endpoint, region, credentials } = server()
  const client = new OSS({
    ...{ ...credentials, endpoint: endpoint.replace('127.0.0.1', 'localhost'), region: `oss-${region}` },
    ...{ bucket: 'demo', sldEnable: true, ...options },
  })
  opened.push(client)
  return client
}

const file = () => path.join(folder, 'file.txt')

/** Answers of a call without what differs between two runs. */
function plain(value) {
  const text = JSON.stringify(value, (name, one) =>
    ['res', 'url', 'lastModified', 'initiated'].includes(name) ? undefined : one,
  )
  return JSON.parse(text.replaceAll(/[0-9A-F]{32}(?=")/g, (id) => (id.length === 32 ? 'ID-OR-ETAG' : id)))
}

/** The same steps for either class; what they return is compared. */
const STEPS = {
  async 'put and head'(client) {
    const put = await client.put('a/b.txt', Buffer.from('hello'), { meta: { people: 'test', year: 2026 } })
    const byPath = await client.put('/from-file.txt', file())
    const head = await client.head('a/b.txt')
    const { headers } = head.res
    return [put, byPath, head, headers['content-type'], headers['content-length'], put.res.status, put.res.headers.etag]
  },
  async 'get into memory, a file and a stream'(client) {
    await client.put('k.txt', BYTES)
    const { content } = await client.get('k.txt')
    const target = path.join(folder, 'copy.txt')
    const toFile = await client.get('k.txt', target)
    const { stream, res } = await client.getStream('k.txt', { headers: { Range: 'bytes=3-6' } })
    const some = await buffer(stream)
    return [content.equals(BYTES), toFile.content, (await readFile(target)).equals(BYTES), String(some), res.status]
  },
  async 'a stream is put'(client) {
    const put = await client.putStream('s.bin', Readable.from([Buffer.from('ab'), Buffer.from('cd')]), {
      contentLength: 4,
    })
    return [put, String((await client.get('s.bin')).content)]
  },
  async 'copies of names with marks that URLs have, without metadata, and on a condition'(client) {
    const names = ['a?b=c', 'a#b', 'a+b %20', 'ü/😀', 'plain']
    const copied = []
    for (const name of names) {
      const { res } = await client.put(name, Buffer.from(name), { meta: { people: 'test' } })
      await client.copy(`copy of ${name}`, name)
      await client.copy(`copy 2 of ${name}`, `/demo/${name}`, { meta: {} })
      await client.copy(`copy 3 of ${name}`, name, 'demo')
      for (const number of ['', '2 ', '3 ']) {
        const key = `copy ${number}of ${name}`
        copied.push([String((await client.get(key)).content), (await client.head(key)).meta])
      }
      const same = await client.copy('on a condition', name, { headers: { 'If-Match': res.headers.etag } })
      const other = await client
        .copy('on a condition', name, { headers: { 'If-Match': '"0"' } })
        .catch((error) => error)
      copied.push([same.res.status, other.code, other.status])
    }
    return copied
  },
  async 'an object that has not changed'(client) {
    const { res } = await client.put('same', Buffer.from('same'))
    const headers = { 'If-None-Match': res.headers.etag }
    const head = await client.head('same', { headers })
    const get = await client.get('same', { headers })
    return [head.status, head.meta, get.res.status, String(get.content)]
  },
  async errors(client) {
    const failed = []
    for (const call of [
      () => client.get('missing'),
      () => client.head('missing'),
      () => client.put('k', Buffer.from('x'), { headers: { 'x-oss-storage-class': 'None' } }),
      () => client.completeMultipartUpload('k', 'F'.repeat(32), [{ number: 1, etag: '"x"' }]),
      () => client.multipartUpload('k', BYTES, { partSize: 10 }),
      () => client.deleteMulti([]),
    ]) {
      const error = await call().then(
        () => undefined,
        (thrown) => thrown,
      )
      failed.push([error?.name, error?.code, error?.status, typeof error?.requestId])
    }
    return failed
  },
  async listings(client) {
    for (const name of ['a/1', 'a/2', 'b c+', 'd']) await client.put(name, Buffer.from(name))
    const all = await client.list({})
    const page = await client.list({ 'max-keys': 2, delimiter: '/' })
    const next = await client.list({ 'max-keys': 2, delimiter: '/', marker: page.nextMarker })
    const v2 = await client.listV2({ prefix: 'a/', 'max-keys': 1, 'fetch-owner': 'true' })
    const more = await client.listV2({ prefix: 'a/', 'continuation-token': v2.nextContinuationToken })
    return [
      all,
      page,
      next,
      { ...v2, nextContinuationToken: null },
      { ...more, continuationToken: null },
      typeof v2.nextContinuationToken,
    ]
  },
  async deletion(client) {
    for (const name of ['1', '2 +', '3']) await client.put(name, Buffer.from(name))
    const one = await client.delete('1')
    const many = await client.deleteMulti(['2 +', '3'])
    const quiet = await client.deleteMulti(['4'], { quiet: true })
    return [one.res.status, many, quiet, (await client.list({})).objects.length]
  },
  async copies(client) {
    await client.put('source.txt', Buffer.from('x'), { meta: { a: 'b' } })
    const copied = await client.copy('copy.txt', 'source.txt')
    await client.copy('other.txt', 'source.txt', { meta: { c: 'd' } })
    return [Object.keys(copied.data), (await client.head('copy.txt')).meta, (await client.head('other.txt')).meta]
  },
  async 'multipart uploads'(client) {
    const shares = []
    let last
    const progress = (share, checkpoint) => {
      shares.push(Math.round(share * 100))
      last = checkpoint ?? last
    }
    const many = await client.multipartUpload('m.txt', file(), {
      partSize: PART,
      parallel: 1,
      progress,
      meta: { a: 'b' },
    })
    const small = await client.multipartUpload('small.txt', Buffer.from('x'), { progress })
    const head = await client.head('m.txt')
    const shape = [last.name, last.fileSize, last.partSize, last.doneParts.map(({ number }) => number)]
    return [many, small, shares.filter((share) => share < 100), shape, head.meta, head.res.headers['content-type']]
  },
  async 'single multipart requests'(client) {
    const { uploadId, name, bucket } = await client.initMultipartUpload('s.bin')
    const parts = []
    for (const number of [1, 2]) {
      const { etag } = await client.uploadPart('s.bin', uploadId, number, BYTES, (number - 1) * PART, number * PART)
      parts.push({ number, etag })
    }
    const listed = await client.listParts('s.bin', uploadId)
    const uploads = await client.listUploads({ 'max-uploads': 10 })
    const completed = await client.completeMultipartUpload('s.bin', uploadId, parts)
    const begun = await client.initMultipartUpload('gone')
    const aborted = await client.abortMultipartUpload('gone', begun.uploadId)
    const left = await client.listUploads({})
    const counts = [
      listed.parts.length,
      listed.isTruncated,
      uploads.uploads.length,
      left.uploads.length,
      aborted.res.status,
    ]
    return [name, bucket, completed, counts, (await client.get('s.bin')).content.equals(BYTES.subarray(0, 2 * PART))]
  },
  async 'signed URLs'(client) {
    await client.put('ü +.txt', Buffer.from('signed'))
    const urls = [
      client.signatureUrl('ü +.txt', { expires: 60, response: { 'content-type': 'a/b' } }),
      await client.asyncSignatureUrl('ü +.txt'),
      await client.signatureUrlV4('GET', 60, { queries: { 'response-content-type': 'a/b' } }, 'ü +.txt'),
    ]
    const answers = await Promise.all(urls.map((url) => fetch(url)))
    const put = client.signatureUrl('by-url', { method: 'PUT', 'Content-Type': 'a/b' })
    const stored = await fetch(put, { method: 'PUT', body: 'x', headers: { 'Content-Type': 'a/b' } })
    return [
      await Promise.all(answers.map((one) => one.text())),
      answers.map((one) => one.headers.get('content-type')),
      stored.status,
    ]
  },
  async 'ACLs, addresses and buckets'(client) {
    await client.put('k', Buffer.from('x'))
    await client.putACL('k', 'public-read')
    const { acl } = await client.getACL('k')
    await client.putBucket('another-bucket')
    const { buckets } = await client.listBuckets({ prefix: 'another' })
    await client.deleteBucket('another-bucket')
    const url = client.generateObjectUrl('a b', 'https://cdn.example')
    return [acl, buckets.map(({ name }) => name), url]
  },
}

for (const authorizationV4 of [false, true]) {
  describe(`by ${authorizationV4 ? 'V4' : 'V1'}`, () => {
    for (const [name, run] of Object.entries(STEPS)) {
      test(`ali-oss and its replacement return the same: ${name}`, async () => {
        const theirs = plain(await run(open(Theirs, { authorizationV4 })))
        server().reset()
        const ours = plain(await run(open(Ours, { authorizationV4 })))
        assert.deepEqual(ours, theirs)
      })
    }
  })
}

test('an upload is cancelled, and goes on from its checkpoint', async () => {
  const client = open(Ours)
  let checkpoint
  const progress = (_share, given) => {
    checkpoint = given ?? checkpoint
    if (checkpoint.doneParts.length === 2) client.cancel()
  }
  await assert.rejects(client.multipartUpload('k', file(), { partSize: PART, parallel: 1, progress }), {
    name: 'cancel',
  })
  assert.equal(client.isCancel(), true)
  const saved = JSON.parse(JSON.stringify(checkpoint))
  server().log.clear()
  await client.multipartUpload('k', file(), { checkpoint: saved })
  assert.equal(server().log.requests({ op: 'UploadPart' }).length, 3)
  assert.ok((await client.get('k')).content.equals(BYTES))
})

test('one upload is aborted, and the others of the client go on', async () => {
  const client = open(Ours)
  server().faults.add({ op: 'UploadPart', then: { bytesPerSecond: 400_000 } })
  const seen = {}
  const progress = (name) => (_share, checkpoint) => {
    seen[name] ??= checkpoint?.uploadId
  }
  const [one, other] = ['one', 'other'].map((name) =>
    client.multipartUpload(name, BYTES, { partSize: PART, progress: progress(name) }),
  )
  const failed = assert.rejects(one)
  while (seen.one === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  await client.abortMultipartUpload('one', seen.one)
  await failed
  await other
  assert.equal(
    createHash('md5')
      .update((await client.get('other')).content)
      .digest('hex'),
    createHash('md5').update(BYTES).digest('hex'),
  )
})

test('temporary keys that are refused are renewed', async () => {
  const { faults, credentials } = server()
  faults.add({ op: 'PutObject', times: 1, then: { status: 403, code: 'InvalidAccessKeyId' } })
  let calls = 0
  const refreshSTSToken = async () => {
    calls += 1
    return { ...credentials, stsToken: undefined }
  }
  const client = open(Ours, { refreshSTSToken })
  await client.put('k', Buffer.from('x'))
  assert.equal(calls, 1)
})
