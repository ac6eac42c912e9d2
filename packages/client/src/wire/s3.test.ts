import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CRC_PARAMETERS, createPlainCrc } from '@bindery/bytes'
import { content, KIB, MIB, rejection, startClient } from '../testing/support.js'
import { bytesTarget } from '../transfer/bytes-target.js'
import type { OssError } from '../types/error.js'

const PART = 5 * MIB
const S3 = { dialect: 's3' as const }
const nvme = createPlainCrc(CRC_PARAMETERS.crc64nvme)
const IN_PARTS = { multipartThreshold: 1, partSize: PART }
const isPart = (url: URL) => url.searchParams.has('partNumber')

test('S3: objects are stored, described, listed, read, copied and deleted', async () => {
  const { client, seen } = await startClient(undefined, S3)
  const options = { contentType: 'text/plain', meta: { name: 'a b' }, tags: { a: 'b' }, storageClass: 'IA' as const }
  const stored = await client.put('dir/a+b ü', 'hello', options)
  const info = await client.head('dir/a+b ü')
  assert.deepEqual([info.meta.name, info.contentType, info.storageClass], ['a b', 'text/plain', 'IA'])
  assert.deepEqual([info.crc64, stored.crc64], Array(2).fill(String(nvme(new TextEncoder().encode('hello')))))
  assert.deepEqual(Buffer.from(await client.get('dir/a+b ü')).toString(), 'hello')
  await client.copy({ from: { key: 'dir/a+b ü' }, to: { key: 'copy' } }).result
  const listed: string[] = []
  for await (const entry of client.list({ pageSize: 1 })) listed.push(entry.kind === 'object' ? entry.key : '')
  assert.deepEqual(listed, ['copy', 'dir/a+b ü'])
  for await (const entry of client.list({ delimiter: '/' })) listed.push(entry.kind === 'prefix' ? entry.prefix : '')
  assert.ok(listed.includes('dir/'))
  assert.deepEqual(await client.delete(['dir/a+b ü', 'copy']).then(({ deleted }) => deleted.length), 2)
  const odd = ['a+b', 'a%20b', '😀', '%', 'e\u0301']
  for (const key of odd) await client.put(key, 'x')
  assert.deepEqual(await client.delete(odd), { deleted: odd, failed: [] })
  assert.equal((await rejection<OssError>(client.head('copy'))).status, 404)
  const [error] = [await rejection<OssError>(client.get('missing'))]
  assert.deepEqual([error.code, error.status], ['NoSuchKey', 404])
  assert.ok(seen.length > 8)
})

test('S3: an upload in parts is verified by CRC-64/NVME, and a changed part is sent again', async () => {
  const { client } = await startClient(({ url, count }) => (isPart(url) && count === 1 ? 'flip' : undefined), S3)
  const bytes = content(2 * PART + 5)
  const result = await client.upload(bytes, { key: 'k', ...IN_PARTS }).result
  assert.deepEqual([result.parts, result.retries, result.crc64], [3, 3, String(nvme(bytes))])
  assert.equal((await client.head('k')).crc64, result.crc64)
  assert.deepEqual((await client.download(bytesTarget(), { key: 'k', partSize: MIB }).result).value, bytes)
  const pieces: Uint8Array[] = []
  for await (const piece of client.stream({ key: 'k' })) pieces.push(piece)
  assert.equal(Buffer.compare(Buffer.concat(pieces), bytes), 0)
})

test('S3: no part but the last is smaller than S3 permits, unless the caller wishes it', async () => {
  const partsWith = async (dialect: 's3' | 'oss', partSize: number | 'auto') => {
    const { client } = await startClient(undefined, { dialect })
    return (await client.upload(content(9 * MIB), { key: 'k', partSize }).result).parts
  }
  assert.deepEqual(
    [await partsWith('s3', 'auto'), await partsWith('s3', MIB), await partsWith('oss', 'auto')],
    [2, 9, 9],
  )
})

test('S3: an upload goes on from what the server has, and its lost Complete is found', async () => {
  let broken = true
  const { client } = await startClient(({ method, url, count }) => {
    if (broken && url.searchParams.get('partNumber') === '2') return 'cut'
    return method === 'POST' && url.searchParams.has('uploadId') && count === 1 ? 'lost' : undefined
  }, S3)
  const bytes = content(3 * PART)
  const retry = { maxAttempts: 2, baseDelayMs: 100, maxDelayMs: 100 }
  const options = { key: 'k', ...IN_PARTS, parallel: 3, retry, checkpoints: false as const }
  const { uploadId = '' } = await rejection<OssError>(client.upload(bytes, options).result)
  broken = false
  const { reusedParts } = await client.upload(bytes, { ...options, resume: { uploadId } }).result
  assert.equal(reusedParts, 2)
  assert.deepEqual(await client.get('k'), bytes)
})

test('S3: the bytes of a part are protected by MD5 where that is wished', async () => {
  const flips = ({ url, count }: { url: URL; count: number }) => (isPart(url) && count === 1 ? 'flip' : undefined)
  for (const dialect of ['s3', 'oss'] as const) {
    const { client } = await startClient(flips, { dialect, integrity: { part: 'md5', object: 'none' } })
    const bytes = content(2 * PART)
    assert.equal((await client.upload(bytes, { key: 'k', ...IN_PARTS }).result).retries, 2)
    assert.deepEqual(await client.get('k'), bytes)
    assert.equal((await client.put('small', 'x')).size, 1)
  }
})

test('S3: a copy in parts, a presigned URL and a whole upload of URLs work, and what S3 lacks is named', async () => {
  const { client, started } = await startClient(undefined, S3)
  const bytes = content(PART + 100 * KIB)
  await client.upload(bytes, { key: 'k', ...IN_PARTS }).result
  const copy = client.copy({ from: { key: 'k' }, to: { key: 'copied' }, ...IN_PARTS })
  assert.equal((await copy.result).parts, 2)
  assert.deepEqual(await client.get('copied'), bytes)
  const { multipart } = client
  const { uploadId } = await multipart.initiate({ key: 'low' })
  await multipart.uploadPart({ key: 'low', uploadId, partNumber: 1, body: bytes, size: bytes.length })
  await multipart.complete({ key: 'low', uploadId, parts: 'all' })
  assert.equal((await client.head('low')).size, bytes.length)
  await assert.rejects(client.bucketInfo('b'), { code: 'InvalidOption' })
  await assert.rejects(client.put('k', 'x', { callback: { url: 'http://a', body: 'b' } }), { code: 'InvalidOption' })
  await assert.rejects(client.put('k', 'x', { forbidOverwrite: true }), { status: 412 })
  const url = new URL(await client.presign({ key: 'k' }))
  const answer = await started.service.handle({
    ...{ method: 'GET', scheme: 'http', host: url.host, target: url.pathname + url.search },
    ...{ headers: { host: url.host }, remoteAddress: '127.0.0.1' },
    body: { size: 0, ready: async () => {}, read: async () => 0 },
  })
  assert.equal(answer.status, 200)
})

test('S3: a page without a key has its requests signed elsewhere', async () => {
  const backend = await startClient(undefined, S3)
  const signer = (targets: Parameters<typeof backend.client.sign>[0]) => backend.client.sign(targets)
  const page = await startClient(undefined, { ...S3, auth: { signer } }, backend.started)
  const bytes = content(PART + 1)
  const { crc64, parts } = await page.client.upload(bytes, { key: 'k', ...IN_PARTS }).result
  assert.deepEqual([crc64, parts], [(await backend.client.head('k')).crc64, 2])
})
