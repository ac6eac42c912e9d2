import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { content, KIB, listOf, rejection, startClient } from './testing/support.js'
import type { OssError } from './types/error.js'

const PART = 100 * KIB

test('a Complete that would shorten the object is refused before it is sent', async () => {
  const { client } = await startClient()
  const { multipart } = client
  const bytes = content(2 * PART)
  const { uploadId } = await multipart.initiate({ key: 'k' })
  const parts = []
  for (const partNumber of [1, 2]) {
    const body = bytes.subarray((partNumber - 1) * PART, partNumber * PART)
    const { etag } = await multipart.uploadPart({ key: 'k', uploadId, partNumber, body, size: PART })
    parts.push({ partNumber, etag })
  }
  const short = multipart.complete({ key: 'k', uploadId, parts: parts.slice(1), expectSize: bytes.length })
  assert.equal((await rejection<OssError>(short)).code, 'SizeMismatch')
  const whole = { key: 'k', uploadId, parts, expectSize: bytes.length }
  const wrong = multipart.complete({ ...whole, expectCrc64: '1' })
  assert.equal((await rejection<OssError>(wrong)).code, 'ChecksumMismatch')
  const { crc64 = '' } = await client.head('k')
  const { etag } = await multipart.complete({ ...whole, expectCrc64: crc64 })
  assert.match(etag, /-2$/)
})

test('a part states its MD5, a copied part reports its time, and an upload may be sequential', async () => {
  const { client } = await startClient()
  const { multipart } = client
  const body = content(PART)
  const md5 = createHash('md5').update(body).digest('base64')
  const { uploadId } = await multipart.initiate({ key: 'k', sequential: true })
  const first = { key: 'k', uploadId, partNumber: 1, body, size: PART }
  const wrong = await rejection<OssError>(multipart.uploadPart({ ...first, md5: md5.replace(/^./, 'x') }))
  assert.match(wrong.code, /Digest/)
  await multipart.uploadPart({ ...first, md5 })
  const later = multipart.uploadPart({ key: 'k', uploadId, partNumber: 1, body: content(PART, 2), size: PART })
  assert.equal((await rejection<OssError>(later)).status, 409)
  await client.put('source', body)
  const copied = await multipart.uploadPartCopy({ key: 'k', uploadId, partNumber: 2, from: { key: 'source' } })
  assert.ok(copied.lastModified.getTime() > 0)
})

test('uploads are listed below a prefix, those deeper left out, and parts in pages', async () => {
  const { client, seen } = await startClient()
  const { multipart } = client
  for (const key of ['a/1', 'a/b/2', 'c']) await multipart.initiate({ key })
  const listed = await listOf(multipart.list({ prefix: 'a/', delimiter: '/' }))
  assert.deepEqual(
    listed.map(({ key }) => key),
    ['a/1'],
  )
  const { uploadId } = await multipart.initiate({ key: 'k' })
  for (const partNumber of [1, 2, 3]) {
    await multipart.uploadPart({ key: 'k', uploadId, partNumber, body: content(10), size: 10 })
  }
  const before = seen.length
  const parts = await listOf(multipart.listParts({ key: 'k', uploadId, pageSize: 1 }))
  assert.deepEqual([parts.length, seen.length - before], [3, 3])
})
