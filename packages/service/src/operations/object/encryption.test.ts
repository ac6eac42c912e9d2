import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryBlobStore } from '@bindery/storage'
import {
  BUCKET,
  call,
  complete,
  element,
  initiate,
  type StartedService,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const request = (started: StartedService, method: string, key: string, rest: Partial<TestRequest> = {}) =>
  call(started, { method, bucket: BUCKET, key, ...rest })

const ALGORITHM = 'x-oss-server-side-encryption'
const DATA = 'x-oss-server-side-data-encryption'
const KEY_ID = 'x-oss-server-side-encryption-key-id'
const AES = { [ALGORITHM]: 'AES256' }
const SM4 = { [ALGORITHM]: 'SM4' }
const KMS = { [ALGORITHM]: 'KMS' }

/** The words of a text that no other bytes hold. */
const SECRET = 'not to be read on the disk '.repeat(9_000)

const shown = ({ headers }: TestResponse) => [ALGORITHM, DATA, KEY_ID].map((name) => headers[name])

function setDefault(started: StartedService, rule: string) {
  const body = `<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { encryption: undefined }, body })
}

/** Whether the secret is anywhere in the stores, as bytes, or as the text of an id that carries bytes. */
async function isLegible({ blobs, metadata }: StartedService): Promise<boolean> {
  const word = 'not to be read on'
  const carried = [0, 1, 2].map((shift) =>
    Buffer.from(SECRET)
      .subarray(shift, shift + 15)
      .toString('base64url'),
  )
  const rows = await metadata.read((reader) => reader.range(new Uint8Array(), Uint8Array.of(255), { limit: 2_000 }))
  const texts = rows.map(({ value }) => Buffer.from(value).toString('latin1'))
  for await (const { id } of blobs.list()) {
    for await (const { bytes, release } of blobs.read(id, undefined, { asStored: true })) {
      texts.push(Buffer.from(bytes).toString('latin1'))
      release()
    }
  }
  return texts.some((text) => text.includes(word) || carried.some((part) => text.includes(part)))
}

async function sweepAll({ service }: StartedService): Promise<void> {
  for (let left = true; left; ) {
    const { freed, more } = await service.sweep()
    left = more || freed > 0
  }
}

const startWithDisk = () => startWithBucket({ blobs: createMemoryBlobStore({ carriedBytesMax: 4_096 }) })

test('an object is stored encrypted, read in any range, and its digests are those of its bytes', async () => {
  for (const headers of [AES, SM4, KMS, { ...KMS, [DATA]: 'SM4' }]) {
    const started = await startWithDisk()
    const plain = await request(started, 'PUT', 'plain', { body: SECRET })
    await request(started, 'DELETE', 'plain')
    await sweepAll(started)
    for (const body of [SECRET, SECRET.slice(0, 300)]) {
      const put = await request(started, 'PUT', 'k', { body, headers })
      if (body === SECRET) {
        for (const name of ['etag', 'content-md5', 'x-oss-hash-crc64ecma']) {
          assert.equal(put.headers[name], plain.headers[name], name)
        }
      }
      const get = await request(started, 'GET', 'k')
      assert.equal(get.text, body)
      assert.deepEqual(shown(put), shown(get))
      assert.deepEqual(shown(put), shown(await request(started, 'HEAD', 'k')))
      assert.equal(get.headers[ALGORITHM], headers[ALGORITHM])
      const ranged = await request(started, 'GET', 'k', { headers: { range: 'bytes=100-199' } })
      assert.equal(ranged.text, body.slice(100, 200))
      assert.equal(await isLegible(started), false, JSON.stringify(headers))
    }
  }
})

test('an upload encrypts its parts, echoes how, and takes no such header on a part', async () => {
  const started = await startWithDisk()
  const query = { uploads: undefined }
  const initiated = await request(started, 'POST', 'k', { query, headers: { ...KMS, [KEY_ID]: 'mine' } })
  const uploadId = element(initiated.text, 'UploadId') ?? ''
  assert.deepEqual(shown(initiated), ['KMS', undefined, 'mine'])
  const first = await uploadPart(started, 'k', uploadId, 1, SECRET)
  const second = await uploadPart(started, 'k', uploadId, 2, SECRET.slice(0, 99))
  assert.deepEqual([shown(first), shown(second)], [shown(initiated), shown(initiated)])
  assert.equal(
    (await uploadPart(started, 'k', uploadId, 3, 'x', { headers: AES })).headers['x-oss-ec'],
    '0005-00000002',
  )
  const done = await complete(started, 'k', uploadId, [
    [1, first.headers.etag],
    [2, second.headers.etag],
  ])
  assert.deepEqual(shown(done), shown(initiated))
  const get = await request(started, 'GET', 'k')
  assert.equal(get.text, SECRET + SECRET.slice(0, 99))
  assert.deepEqual(shown(get), shown(initiated))
  assert.equal(await isLegible(started), false)
})

test('the default of the bucket encrypts what states nothing, and changing it touches no object that exists', async () => {
  const started = await startWithDisk()
  assert.equal(
    (await setDefault(started, '<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>mine</KMSMasterKeyID>')).status,
    200,
  )
  const put = await request(started, 'PUT', 'k', { body: SECRET })
  assert.deepEqual(shown(put), ['KMS', undefined, 'mine'])
  assert.deepEqual(shown(await request(started, 'PUT', 'other', { body: 'x', headers: AES })), [
    'AES256',
    undefined,
    undefined,
  ])
  const info = await call(started, { method: 'GET', bucket: BUCKET, query: { bucketInfo: undefined } })
  assert.equal(element(info.text, 'SSEAlgorithm'), 'KMS')
  assert.equal(
    (await call(started, { method: 'DELETE', bucket: BUCKET, query: { encryption: undefined } })).status,
    204,
  )
  assert.deepEqual(shown(await request(started, 'PUT', 'plain', { body: 'x' })), [undefined, undefined, undefined])
  assert.deepEqual(shown(await request(started, 'GET', 'k')), ['KMS', undefined, 'mine'])
  assert.equal(await isLegible(started), false)
})

test('a header of PutBucket sets the default', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'encrypted', headers: AES })
  const put = await call(started, { method: 'PUT', bucket: 'encrypted', key: 'k', body: 'x' })
  assert.deepEqual(shown(put), ['AES256', undefined, undefined])
})

test('an appendable object is encrypted from its first append on, whatever later ones request', async () => {
  const started = await startWithDisk()
  const append = (position: number, body: string, headers = {}) =>
    request(started, 'POST', 'log', { query: { append: undefined, position: String(position) }, body, headers })
  const first = await append(0, SECRET.slice(0, 100), AES)
  assert.deepEqual(shown(first), ['AES256', undefined, undefined])
  let position = 100
  for (const size of [100, 5_000, 50, 300_000]) {
    const next = await append(position, SECRET.slice(position, position + size), SM4)
    assert.deepEqual(shown(next), shown(first))
    position = Number(next.headers['x-oss-next-append-position'])
  }
  assert.equal((await request(started, 'GET', 'log')).text, SECRET.slice(0, position))
  assert.equal(await isLegible(started), false)
  const refused = await request(started, 'POST', 'other', {
    query: { append: undefined, position: '0' },
    body: 'x',
    headers: { ...KMS, [KEY_ID]: 'mine' },
  })
  assert.equal(element(refused.text, 'Code'), 'InvalidArgument')
})

test('an append has the key of its bucket, though its own request cannot name one', async () => {
  const started = await startWithDisk()
  await setDefault(started, '<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>mine</KMSMasterKeyID>')
  const query = { append: undefined, position: '0' }
  const appended = await request(started, 'POST', 'log', { query, body: SECRET })
  assert.deepEqual(shown(appended), ['KMS', undefined, 'mine'])
  assert.equal((await request(started, 'GET', 'log')).text, SECRET)
})

/** Objects of each encryption, and of each kind. */
async function startWithSources(): Promise<StartedService> {
  const started = await startWithDisk()
  for (const [name, headers] of Object.entries({ plain: {}, aes: AES, sm4: SM4, kms: KMS })) {
    await request(started, 'PUT', name, { body: SECRET, headers })
    const uploadId = await initiate(started, `${name}-parts`, { headers })
    await uploadPart(started, `${name}-parts`, uploadId, 1, SECRET)
    await complete(started, `${name}-parts`, uploadId, '', { headers: { 'x-oss-complete-all': 'yes' } })
    const query = { append: undefined, position: '0' }
    await request(started, 'POST', `${name}-log`, { query, body: SECRET, headers })
  }
  return started
}

test('a copy is encrypted as its own request states; between equal ciphers no byte is moved', async (t) => {
  const started = await startWithSources()
  const write = t.mock.method(started.blobs, 'write')
  for (const source of ['plain', 'aes', 'sm4', 'kms']) {
    for (const kind of ['', '-parts', '-log']) {
      for (const [target, headers] of Object.entries({ plain: {}, aes: AES, sm4: SM4, kms: KMS })) {
        const before = write.mock.callCount()
        const copySource = { 'x-oss-copy-source': `/${BUCKET}/${source}${kind}` }
        const copied = await request(started, 'PUT', 'copy', { headers: { ...copySource, ...headers } })
        const name = `${source}${kind} → ${target}`
        assert.equal(copied.status, 200, name)
        const get = await request(started, 'GET', 'copy')
        assert.equal(get.text, SECRET, name)
        assert.deepEqual(shown(get), shown(copied), name)
        assert.equal(get.headers[ALGORITHM], (headers as Record<string, string>)[ALGORITHM], name)
        const cipher = (one: string) => one.replace('kms', 'aes')
        assert.equal(write.mock.callCount() - before, cipher(source) === cipher(target) ? 0 : 1, name)
        const again = { 'x-oss-copy-source': `/${BUCKET}/copy`, ...AES }
        await request(started, 'PUT', 'copy-of-copy', { headers: again })
        const range = { range: 'bytes=200000-200099' }
        const ranged = await request(started, 'GET', 'copy-of-copy', { headers: range })
        assert.equal(ranged.text, SECRET.slice(200_000, 200_100), name)
      }
    }
  }
  for (const name of ['', '-parts', '-log']) await request(started, 'DELETE', `plain${name}`)
  await request(started, 'DELETE', 'copy')
  await sweepAll(started)
  assert.equal(await isLegible(started), false)
})

test('a copied part is encrypted as its upload is; between equal ciphers no byte is moved', async (t) => {
  const started = await startWithSources()
  for (const [target, headers] of Object.entries({ plain: {}, aes: AES, sm4: SM4 })) {
    const uploadId = await initiate(started, 'made', { headers })
    const write = t.mock.method(started.blobs, 'write')
    let number = 0
    let expected = ''
    for (const source of ['plain', 'aes', 'sm4', 'kms', 'aes-parts', 'aes-log', 'sm4-parts', 'kms-log']) {
      for (const [start, end] of [
        [0, SECRET.length],
        [1_000, 201_000],
      ] as const) {
        number += 1
        const query = { partNumber: String(number), uploadId }
        const range = { 'x-oss-copy-source-range': `bytes=${start}-${end - 1}` }
        const copySource = { 'x-oss-copy-source': `/${BUCKET}/${source}`, ...range }
        const copied = await request(started, 'PUT', 'made', { query, headers: copySource })
        assert.equal(copied.status, 200, source)
        assert.equal(copied.headers[ALGORITHM], (headers as Record<string, string>)[ALGORITHM])
        expected += SECRET.slice(start, end)
      }
    }
    const same = { plain: 1, aes: 5, sm4: 2 }[target] ?? 0
    assert.equal(write.mock.callCount(), number - 2 * same, target)
    write.mock.restore()
    await complete(started, 'made', uploadId, '', { headers: { 'x-oss-complete-all': 'yes' } })
    const get = await request(started, 'GET', 'made')
    assert.ok(get.text === expected, target)
    const copy = await request(started, 'PUT', 'again', { headers: { 'x-oss-copy-source': `/${BUCKET}/made`, ...AES } })
    assert.equal(copy.headers['x-oss-hash-crc64ecma'], get.headers['x-oss-hash-crc64ecma'])
    assert.ok((await request(started, 'GET', 'again')).text === expected, target)
  }
})

test('only KMS takes a key id, which is not empty; the algorithm must be known', async () => {
  const started = await startWithBucket()
  const cases: [Record<string, string>, string][] = [
    [{ [ALGORITHM]: 'AES128' }, '0005-00000003'],
    [{ ...AES, [KEY_ID]: 'mine' }, '0005-00000204'],
    [{ [KEY_ID]: 'mine' }, '0005-00000204'],
    [{ ...KMS, [KEY_ID]: '' }, '0005-00000205'],
    [{ ...KMS, [DATA]: 'AES256' }, '0005-00000203'],
  ]
  for (const [headers, ec] of cases) {
    const refused = await request(started, 'PUT', 'k', { body: 'x', headers })
    assert.deepEqual([refused.status, refused.headers['x-oss-ec']], [400, ec])
  }
})

test('without a key service encryption is refused, and encrypted objects cannot be read', async () => {
  const started = await startWithBucket()
  await request(started, 'PUT', 'k', { body: SECRET, headers: AES })
  const { metadata, blobs } = started
  const keyless = await startWithBucket({ metadata, blobs, keys: undefined })
  const read = await request(keyless, 'GET', 'k')
  assert.deepEqual([read.status, element(read.text, 'Code')], [403, 'KmsServiceNotEnabled'])
  assert.equal((await request(keyless, 'HEAD', 'k')).status, 200)
  const put = await request(keyless, 'PUT', 'k', { body: 'x', headers: AES })
  assert.deepEqual([put.status, element(put.text, 'Code')], [403, 'KmsServiceNotEnabled'])
})

test('an appendable object is copied between ciphers, whole, and goes on to grow', async () => {
  const ciphers: readonly Record<string, string>[] = [{}, AES, SM4, KMS, { ...KMS, [DATA]: 'SM4' }]
  for (const from of ciphers) {
    const started = await startWithBucket()
    const append = (position: number, body: string) =>
      request(started, 'POST', 'log', { query: { append: '', position: String(position) }, body, headers: from })
    await append(0, SECRET)
    await append(SECRET.length, 'end')
    for (const to of ciphers) {
      const copied = await request(started, 'PUT', 'copy', {
        headers: { 'x-oss-copy-source': `/${BUCKET}/log`, ...to },
      })
      assert.equal(copied.status, 200, copied.text)
      const copy = await request(started, 'GET', 'copy')
      assert.equal(copy.text, `${SECRET}end`)
      assert.deepEqual(shown(copy).slice(0, 2), [to[ALGORITHM], to[DATA]])
      assert.equal(copy.headers['x-oss-object-type'], 'Normal')
    }
    assert.equal((await append(SECRET.length + 3, '!')).status, 200)
    assert.equal((await request(started, 'GET', 'log')).text, `${SECRET}end!`)
    assert.equal((await request(started, 'GET', 'copy')).text, `${SECRET}end`)
  }
})
