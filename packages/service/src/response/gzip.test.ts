import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { LentBytes } from '@bindery/storage'
import { BUCKET, call, send, startWithBucket } from '../testing/index.js'
import { compress, isCompressed } from './gzip.js'

const TEXT = 'a line of text that is easily compressed\n'.repeat(2000)

test('only a text of at least 1 KB that has no coding is compressed, and only for clients that accept gzip', () => {
  const object = { size: 1024, contentType: 'text/plain' }
  for (const accept of ['gzip', 'deflate, gzip', 'GZIP;q=0.5', 'br;q=1.0, gzip;q=0.8, *;q=0.1']) {
    assert.equal(isCompressed(accept, object), true, accept)
  }
  for (const accept of [undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.000', 'x-gzip2', '*']) {
    assert.equal(isCompressed(accept, object), false, accept)
  }
  assert.equal(isCompressed('gzip', { ...object, contentType: 'Application/JSON; charset=utf-8' }), true)
  assert.equal(isCompressed('gzip', { ...object, contentType: 'image/png' }), false)
  assert.equal(isCompressed('gzip', { ...object, size: 1023 }), false)
  assert.equal(isCompressed('gzip', { ...object, contentEncoding: 'br' }), false)
})

test('GetObject compresses on the fly: no length, no tag, and the same bytes inside', async () => {
  const started = await startWithBucket()
  const headers = { 'content-type': 'text/plain', 'cache-control': 'no-cache' }
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', headers, body: TEXT })
  const get = (more: Record<string, string>, method = 'GET') =>
    call(started, { method, bucket: BUCKET, key: 'k', headers: more })
  const packed = await get({ 'accept-encoding': 'gzip' })
  assert.equal(packed.status, 200)
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal(packed.headers.vary, 'Accept-Encoding')
  for (const name of ['content-length', 'etag', 'content-md5']) assert.equal(packed.headers[name], undefined, name)
  assert.equal(packed.headers['cache-control'], 'no-cache')
  assert.ok(packed.bytes.length < TEXT.length / 10)
  assert.equal(gunzipSync(packed.bytes).toString(), TEXT)
  const part = await get({ 'accept-encoding': 'gzip', range: 'bytes=0-9' })
  assert.deepEqual([part.status, part.text, part.headers['content-encoding']], [206, TEXT.slice(0, 10), undefined])
  const head = await get({ 'accept-encoding': 'gzip' }, 'HEAD')
  assert.equal(head.headers['content-length'], String(TEXT.length))
  const plain = await get({})
  assert.deepEqual(
    [plain.headers['content-encoding'], plain.headers['content-length']],
    [undefined, String(TEXT.length)],
  )
})

/** Pieces that count what is lent and not released. */
function lend(
  pieces: number,
  failure?: Error,
): { body: AsyncIterable<LentBytes>; lent: () => number; ended: () => boolean } {
  let lent = 0
  let ended = false
  async function* generate(): AsyncGenerator<LentBytes> {
    try {
      for (let index = 0; index < pieces; index += 1) {
        lent += 1
        const release = () => {
          lent -= 1
        }
        yield { bytes: Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * at * 31 + index) % 251)), release }
      }
      if (failure !== undefined) throw failure
    } finally {
      ended = true
    }
  }
  return { body: generate(), lent: () => lent, ended: () => ended }
}

test('a reader that leaves, and bytes that cannot be read, give every piece back', async () => {
  const left = lend(1000)
  for await (const _ of compress(left.body)) break
  assert.deepEqual([left.lent(), left.ended()], [0, true])
  const failing = lend(3, new Error('damaged'))
  await assert.rejects(
    async () => {
      for await (const { release } of compress(failing.body)) release()
    },
    { message: 'damaged' },
  )
  assert.deepEqual([failing.lent(), failing.ended()], [0, true])
})

test('an answer that is compressed and not read lets its object go', async () => {
  const started = await startWithBucket()
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    headers: { 'content-type': 'text/plain' },
    body: TEXT,
  })
  const response = await send(started, {
    method: 'GET',
    bucket: BUCKET,
    key: 'k',
    headers: { 'accept-encoding': 'gzip' },
  })
  assert.ok(response.body !== undefined && !(response.body instanceof Uint8Array))
  await response.body.close()
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k' })
  await started.service.sweep()
  const ids: string[] = []
  for await (const { id } of started.blobs.list()) ids.push(id)
  assert.deepEqual(ids, [])
})
