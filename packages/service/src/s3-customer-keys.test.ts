import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createMemoryBlobStore } from '@bindery/storage'
import { BUCKET, call, element, type S3Request, type StartedService, s3, startWithBucket } from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })

const OWN = 'x-amz-server-side-encryption-customer-'
const SOURCE = 'x-amz-copy-source-server-side-encryption-customer-'

/** The headers that bring a key. */
function bringing(key: Buffer, prefix = OWN): Record<string, string> {
  const digest = createHash('md5').update(key).digest('base64')
  return { [`${prefix}algorithm`]: 'AES256', [`${prefix}key`]: key.toString('base64'), [`${prefix}key-md5`]: digest }
}

const MINE = randomBytes(32)
const OTHER = randomBytes(32)
/** More than one chunk of a part, and not the same anywhere. */
const SECRET = Array.from({ length: 30_000 }, (_, index) => `not to be read on disk ${index}`).join()

const start = () => startWithBucket({ blobs: createMemoryBlobStore({ carriedBytesMax: 4_096 }) })

/** Everything that the stores hold. */
async function storedText({ blobs, metadata }: StartedService): Promise<string> {
  const rows = await metadata.read((reader) => reader.range(new Uint8Array(), Uint8Array.of(255), { limit: 2_000 }))
  const texts = rows.map(({ value }) => Buffer.from(value).toString('latin1'))
  for await (const { id } of blobs.list()) {
    for await (const { bytes, release } of blobs.read(id, undefined, { asStored: true })) {
      texts.push(Buffer.from(bytes).toString('latin1'))
      release()
    }
  }
  return texts.join('\n')
}

async function refusal(answer: ReturnType<typeof s3>): Promise<string> {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code') ?? ''}`.trim()
}

test('an object under a key of its customer is read with that key, and with no other', async () => {
  const started = await start()
  for (const body of [SECRET, SECRET.slice(0, 300)]) {
    const put = await asS3(started, { method: 'PUT', key: 'k', body, headers: bringing(MINE) })
    assert.equal(put.status, 200, put.text)
    const shown = [put.headers[`${OWN}algorithm`], put.headers[`${OWN}key-md5`]]
    assert.deepEqual(shown, ['AES256', bringing(MINE)[`${OWN}key-md5`]])
    assert.equal(put.headers['x-amz-server-side-encryption'], undefined)
    for (const method of ['GET', 'HEAD'] as const) {
      const read = await asS3(started, { method, key: 'k', headers: bringing(MINE) })
      assert.equal(read.status, 200)
      assert.equal(read.headers['content-length'], String(body.length))
      assert.deepEqual([read.headers[`${OWN}algorithm`], read.headers[`${OWN}key-md5`]], shown)
      if (method === 'GET') assert.equal(read.text, body)
      const code = (text: string) => (method === 'HEAD' ? text.slice(0, 3) : text)
      assert.equal(await refusal(asS3(started, { method, key: 'k' })), code('400 InvalidRequest'))
      const wrong = asS3(started, { method, key: 'k', headers: bringing(OTHER) })
      assert.equal(await refusal(wrong), code('403 AccessDenied'))
    }
    const range = { range: 'bytes=100-199' }
    const part = await asS3(started, { method: 'GET', key: 'k', headers: { ...bringing(MINE), ...range } })
    assert.deepEqual([part.status, part.text], [206, body.slice(100, 200)])
    const attributes = { 'x-amz-object-attributes': 'ObjectSize' }
    const asked = { method: 'GET', key: 'k', query: 'attributes' } as const
    assert.equal(await refusal(asS3(started, { ...asked, headers: attributes })), '400 InvalidRequest')
    const known = await asS3(started, { ...asked, headers: { ...attributes, ...bringing(MINE) } })
    assert.equal(element(known.text, 'ObjectSize'), String(body.length))
  }
  const stored = await storedText(started)
  assert.ok(!stored.includes('not to be read on disk'))
  const forms = [MINE.toString('latin1'), MINE.toString('base64'), MINE.toString('hex')]
  assert.ok(!forms.some((form) => stored.includes(form)))
  const digest = createHash('md5').update(MINE).digest()
  assert.ok(!['latin1', 'base64', 'hex'].some((form) => stored.includes(digest.toString(form as 'hex'))))
})

test('an object under a key of its customer cannot be read through OSS, and lists and deletions need no key', async () => {
  const started = await start()
  await asS3(started, { method: 'PUT', key: 'k', body: 'secret', headers: bringing(MINE) })
  for (const method of ['GET', 'HEAD']) {
    assert.equal((await call(started, { method, bucket: BUCKET, key: 'k' })).status, 400, method)
  }
  const headers = { 'x-oss-copy-source': `/${BUCKET}/k` }
  const copied = await call(started, { method: 'PUT', bucket: BUCKET, key: 'copy', headers })
  assert.equal(await refusal(Promise.resolve(copied)), '400 InvalidRequest')
  const listed = await asS3(started, { method: 'GET', query: 'list-type=2' })
  assert.equal(element(listed.text, 'Key'), 'k')
  assert.equal((await asS3(started, { method: 'DELETE', key: 'k' })).status, 204)
})

test('a key that is incomplete, of another length, different from its digest, or stated with another encryption is refused', async () => {
  const started = await start()
  const whole = bringing(MINE)
  const without = (end: string) => Object.fromEntries(Object.entries(whole).filter(([name]) => name !== `${OWN}${end}`))
  const cases: readonly (readonly [headers: Record<string, string>, expected: string])[] = [
    [without('algorithm'), '400 InvalidArgument'],
    [without('key'), '400 InvalidArgument'],
    [without('key-md5'), '400 InvalidArgument'],
    [{ ...whole, [`${OWN}algorithm`]: 'AES128' }, '400 InvalidEncryptionAlgorithmError'],
    [bringing(MINE.subarray(0, 16)), '400 InvalidArgument'],
    [{ ...whole, [`${OWN}key-md5`]: bringing(OTHER)[`${OWN}key-md5`] ?? '' }, '400 InvalidArgument'],
    [{ ...whole, 'x-amz-server-side-encryption': 'AES256' }, '400 InvalidArgument'],
  ]
  for (const [headers, expected] of cases) {
    assert.equal(await refusal(asS3(started, { method: 'PUT', key: 'k', body: 'x', headers })), expected)
  }
  assert.equal((await asS3(started, { method: 'HEAD', key: 'k' })).status, 404)
  await asS3(started, { method: 'PUT', key: 'plain', body: 'x' })
  const needless = asS3(started, { method: 'GET', key: 'plain', headers: whole })
  assert.equal(await refusal(needless), '400 InvalidRequest')
})

test('a key that comes over the network without TLS is refused', async () => {
  const started = await start()
  const request = { method: 'PUT', key: 'k', body: 'x', headers: bringing(MINE) } as const
  assert.equal(await refusal(asS3(started, { ...request, remoteAddress: '192.0.2.7' })), '400 InvalidRequest')
  assert.equal((await asS3(started, { ...request, remoteAddress: '192.0.2.7', scheme: 'https' })).status, 200)
  assert.equal((await asS3(started, { ...request, remoteAddress: '::1' })).status, 200)
})

/** An upload of two parts under the key in `headers`; the second is copied from `source`, if that is given. */
async function multipart(started: StartedService, key: string, headers: Record<string, string>, source?: string) {
  const begun = await asS3(started, { method: 'POST', key, query: 'uploads', headers })
  assert.equal(begun.headers[`${OWN}key-md5`], headers[`${OWN}key-md5`])
  const uploadId = element(begun.text, 'UploadId')
  const first = { method: 'PUT', key, query: `partNumber=1&uploadId=${uploadId}`, body: SECRET } as const
  if (headers[`${OWN}key`] !== undefined) {
    assert.equal(await refusal(asS3(started, first)), '400 InvalidRequest')
    assert.equal(await refusal(asS3(started, { ...first, headers: bringing(OTHER) })), '403 AccessDenied')
  }
  const keys = headers[`${OWN}key`] === undefined ? {} : headers
  const put = await asS3(started, { ...first, headers: keys })
  const second = { method: 'PUT', key, query: `partNumber=2&uploadId=${uploadId}` } as const
  const copy = { ...keys, ...bringing(MINE, SOURCE), 'x-amz-copy-source': `${BUCKET}/${source}` }
  const more =
    source === undefined
      ? await asS3(started, { ...second, body: 'end', headers: keys })
      : await asS3(started, { ...second, headers: copy })
  assert.equal(more.status, 200, more.text)
  const etags = [put.headers.etag, more.headers.etag ?? element(more.text, 'ETag')]
  const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const complete = { method: 'POST', key, query: `uploadId=${uploadId}`, body } as const
  if (headers[`${OWN}key`] !== undefined) {
    assert.equal(await refusal(asS3(started, { ...complete, headers: bringing(OTHER) })), '403 AccessDenied')
  }
  const done = await asS3(started, complete)
  assert.equal(done.status, 200, done.text)
}

test('all parts of an upload are under its key, which each of them brings', async () => {
  const started = await start()
  await multipart(started, 'm', bringing(MINE))
  const read = await asS3(started, { method: 'GET', key: 'm', headers: bringing(MINE) })
  assert.equal(read.text, `${SECRET}end`)
  const part = await asS3(started, { method: 'GET', key: 'm', query: 'partNumber=2', headers: bringing(MINE) })
  assert.equal(part.text, 'end')
  assert.ok(!(await storedText(started)).includes('not to be read on disk'))
})

test('copies change the key, take it away and add it, also of objects with copied parts', async () => {
  const started = await start()
  await asS3(started, { method: 'PUT', key: 'mine', body: SECRET, headers: bringing(MINE) })
  await asS3(started, { method: 'PUT', key: 'plain', body: SECRET })
  await asS3(started, {
    method: 'PUT',
    key: 'aes',
    body: SECRET,
    headers: { 'x-amz-server-side-encryption': 'AES256' },
  })
  await multipart(started, 'mine-sliced', bringing(MINE), 'mine')
  await multipart(started, 'aes-sliced', { 'x-amz-server-side-encryption': 'AES256' }, 'mine')
  const sources = {
    mine: SECRET,
    plain: SECRET,
    aes: SECRET,
    'mine-sliced': SECRET + SECRET,
    'aes-sliced': SECRET + SECRET,
  }
  const targets = {
    own: bringing(MINE),
    other: bringing(OTHER),
    aes: { 'x-amz-server-side-encryption': 'AES256' },
    plain: {},
  }
  for (const [source, bytes] of Object.entries(sources)) {
    for (const [target, headers] of Object.entries(targets)) {
      const name = `${source} → ${target}`
      const key = source.startsWith('mine') ? bringing(MINE, SOURCE) : {}
      const copySource = { 'x-amz-copy-source': `${BUCKET}/${source}` }
      const copied = await asS3(started, { method: 'PUT', key: 'copy', headers: { ...copySource, ...key, ...headers } })
      assert.equal(copied.status, 200, `${name} ${copied.text}`)
      const reading = 'x-amz-server-side-encryption' in headers ? {} : headers
      const read = await asS3(started, { method: 'GET', key: 'copy', headers: reading })
      assert.equal(read.status, 200, name)
      assert.ok(read.text === bytes, name)
    }
  }
  const bare = { method: 'PUT', key: 'copy', headers: { 'x-amz-copy-source': `${BUCKET}/mine` } } as const
  assert.equal(await refusal(asS3(started, bare)), '400 InvalidRequest')
  const wrong = { ...bare.headers, ...bringing(OTHER, SOURCE) }
  assert.equal(await refusal(asS3(started, { ...bare, headers: wrong })), '403 AccessDenied')
})
