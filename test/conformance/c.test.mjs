// OSS's C SDK is in no registry. What it sends is built by hand over sockets, and by libcurl, on which it stands, where
// that and a C compiler are installed.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { describe, test } from 'node:test'
import { createClient } from './c/sdk.mjs'
import { bucketPrefix, CACHE, MODES, openTarget, testConformance } from './support.mjs'

const PART = 102_400

async function withClient(mode, body) {
  const target = await openTarget(mode)
  const client = createClient(target)
  const bucket = `${bucketPrefix()}-c-${randomBytes(3).toString('hex')}`
  const ask = async (expected, request) => {
    const response = await client.request({ bucket, ...request })
    assert.equal(response.status, expected, response.body.toString())
    return response
  }
  try {
    await ask(200, { method: 'PUT' })
    await body(ask, bucket)
    await ask(204, { method: 'DELETE' })
  } finally {
    client.close()
    await target.stop()
  }
}

function textOf(response, element) {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(response.body.toString())?.[1]
}

async function uploadWhole(ask, object, content) {
  const begun = await ask(200, { method: 'POST', object, query: { uploads: '' } })
  const uploadId = textOf(begun, 'UploadId')
  const parts = []
  for (let at = 0; at < content.length; at += PART) {
    const query = { partNumber: String(parts.length + 1), uploadId }
    const headers = { 'Content-Type': 'application/octet-stream' }
    const piece = content.subarray(at, at + PART)
    const { headers: answered } = await ask(200, { method: 'PUT', object, query, headers, body: piece })
    assert.equal(answered.etag, `"${createHash('md5').update(piece).digest('hex').toUpperCase()}"`)
    parts.push(`<Part><PartNumber>${parts.length + 1}</PartNumber><ETag>${answered.etag}</ETag></Part>`)
  }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return ask(200, { method: 'POST', object, query: { uploadId }, headers, body })
}

for (const mode of MODES) {
  describe(`${mode.name}: the C SDK's requests by hand`, () => {
    test('a whole multipart upload, read back', () =>
      withClient(mode, async (ask) => {
        const content = randomBytes(PART * 3 + 1234)
        const object = 'exampledir/exampleobject.txt'
        const { headers } = await uploadWhole(ask, object, content)
        assert.match(headers.etag, /-4"$/)
        assert.deepEqual((await ask(200, { method: 'GET', object })).body, content)
        await ask(204, { method: 'DELETE', object })
      }))

    test('puts, forms and reads take turns on connections that are kept where the server keeps them', () =>
      withClient(mode, async (ask) => {
        for (const object of ['a', 'dir/b c+d', '目录/文件']) {
          const kept = { object, keepAlive: true }
          const { closes } = await ask(200, { ...kept, method: 'PUT', body: `content of ${object}` })
          assert.equal(closes, true)
          const read = await ask(200, { ...kept, method: 'GET' })
          assert.deepEqual([read.closes, read.body.toString()], [false, `content of ${object}`])
          await ask(200, { ...kept, method: 'HEAD' })
          const acl = { ...kept, query: { acl: '' } }
          await ask(200, { ...acl, method: 'PUT', headers: { 'x-oss-object-acl': 'private' } })
          assert.equal(textOf(await ask(200, { ...acl, method: 'GET' }), 'Grant'), 'private')
          await ask(204, { ...kept, method: 'DELETE' })
        }
      }))

    test('DeleteMultipleObjects with a Content-MD5 of 20 bytes, whose first 16 count', () =>
      withClient(mode, async (ask) => {
        await ask(200, { method: 'PUT', object: 'a', body: 'x' })
        const body = '<Delete><Quiet>false</Quiet><Object><Key>a</Key></Object></Delete>'
        const digest = createHash('md5').update(body).digest()
        const md5 = Buffer.concat([digest, Buffer.from([0, 1, 2, 3])]).toString('base64')
        const request = { method: 'POST', query: { delete: '' }, body }
        const deleted = await ask(200, { ...request, headers: { 'Content-MD5': md5 } })
        assert.equal(textOf(deleted, 'Key'), 'a')
        digest[15] ^= 1
        await ask(400, { ...request, headers: { 'Content-MD5': digest.toString('base64') } })
      }))

    test('an upload that is refused is answered before its connection closes', () =>
      withClient(mode, async (ask) => {
        const query = { partNumber: '1', uploadId: '0123456789ABCDEF0123456789ABCDEF' }
        const refused = await ask(404, { method: 'PUT', object: 'a', query, body: randomBytes(PART) })
        assert.equal(textOf(refused, 'Code'), 'NoSuchUpload')
      }))
  })
}

const program = path.join(CACHE, 'c', 'sample')
const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'libcurl', 'libcrypto'], { encoding: 'utf8' })
const libraries = (flags.stdout ?? '').trim().split(/\s+/)

testConformance('c', {
  install: [
    { command: ['mkdir', '-p', path.dirname(program)] },
    { command: ['cc', '-std=c11', '-Wall', '-Werror', '-o', program, 'sample.c', ...libraries] },
  ],
  command: [program],
})
