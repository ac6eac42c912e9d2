import assert from 'node:assert/strict'
import { test } from 'node:test'
import { content, KIB, MIB, rejection, startClient } from '../testing/support.js'
import { OssError } from '../types/error.js'

const PART = 100 * KIB
const IN_PARTS = { multipartThreshold: 1, partSize: PART }
const QUICK = { maxAttempts: 2, baseDelayMs: 100, maxDelayMs: 100 }
const partOf = (url: URL) => url.searchParams.get('partNumber')

test('an upload without a checkpoint is found on the server, and one of other bytes is left alone', async () => {
  let isBroken = true
  const { client, started } = await startClient(({ url }) =>
    isBroken && ['2', '5'].includes(partOf(url) ?? '') ? 'cut' : undefined,
  )
  const bytes = content(7 * PART + 1)
  const options = { key: 'k', ...IN_PARTS, parallel: 8, retry: QUICK }
  const { uploadId } = await rejection<OssError>(client.upload(bytes, options).result)
  const other = await rejection<OssError>(client.upload(content(7 * PART + 1, 9), options).result)
  await rejection(client.upload(bytes, { ...options, key: 'key-of-the-same-prefix' }).result)
  isBroken = false
  const elsewhere = await startClient(undefined, {}, started)
  const result = await elsewhere.client.upload(bytes, { key: 'k', resume: true, multipartThreshold: 1 }).result
  assert.deepEqual([result.uploadId, result.reusedParts, result.parts], [uploadId, 6, 8])
  assert.deepEqual(await client.get('k'), bytes)
  const uploads: string[] = []
  for await (const upload of client.listUploads({ prefix: 'k' })) uploads.push(upload.uploadId)
  assert.ok(uploads.includes(other.uploadId ?? '') && uploads.length === 2)
})

test('where the server reports no checksum of a part, its ETag is compared with the MD5 of the source', async () => {
  const s3 = { dialect: 's3' as const, integrity: { part: 'none' as const, object: 'none' as const } }
  let isBroken = true
  const { client, started } = await startClient(({ url }) => (isBroken && partOf(url) === '2' ? 'cut' : undefined), {
    ...s3,
    checkpoints: false,
  })
  const bytes = content(15 * MIB)
  const options = { key: 'k', multipartThreshold: 1, partSize: 5 * MIB, retry: QUICK }
  const { uploadId = '' } = await rejection<OssError>(client.upload(bytes, options).result)
  isBroken = false
  const again = await startClient(undefined, s3, started)
  const changed = bytes.with(0, (bytes[0] ?? 0) ^ 1)
  const { reusedParts } = await again.client.upload(changed, { ...options, resume: { uploadId } }).result
  assert.equal(reusedParts, 1)
  assert.deepEqual(await client.get('k'), changed)
})

test('a function chooses the sizes of parts, of sources of known and unknown length, and an upload keeps to it', async () => {
  let isBroken = false
  const { client } = await startClient(({ url }) => (isBroken && partOf(url) === '3' ? 'cut' : undefined))
  const bytes = content(6 * PART + 7)
  const asked: (number | null)[] = []
  const partSize = (partNumber: number, { size, done }: { size: number | null; done: number }) => {
    assert.equal(done, (PART * partNumber * (partNumber - 1)) / 2)
    asked.push(size)
    return PART * partNumber
  }
  const options = { key: 'k', multipartThreshold: 1, partSize, retry: QUICK }
  async function* stream() {
    yield bytes
  }
  const sizes = (task: { readonly parts: readonly { readonly size: number }[] }) => task.parts.map(({ size }) => size)
  const planned = [PART, 2 * PART, 3 * PART, 7]
  const whole = client.upload(bytes, options)
  await whole.result
  assert.deepEqual(sizes(whole), planned)
  const streamed = client.upload(stream(), options)
  await streamed.result
  assert.deepEqual(sizes(streamed), planned)
  assert.deepEqual(new Set(asked), new Set([bytes.length, null]))
  isBroken = true
  const { checkpoint } = await rejection<OssError>(client.upload(bytes, options).result)
  assert.equal(checkpoint?.layout, 'planned')
  isBroken = false
  const resumed = await client.upload(bytes, options).result
  assert.ok(resumed.reusedParts >= 1)
  assert.deepEqual(await client.get('k'), bytes)
  await assert.rejects(client.upload(bytes, { ...options, partSize: () => 1 }).result, { code: 'InvalidOption' })
})

test('a source that opens a stream at any offset is sent in parallel, and again where a part failed', async () => {
  const { client } = await startClient(({ url, count }) => (partOf(url) === '2' && count === 1 ? 'flip' : undefined))
  const bytes = content(5 * PART + 3)
  const opened: number[] = []
  const source = (offset: number) => {
    opened.push(offset)
    return [bytes.subarray(offset, offset + 1000), bytes.subarray(offset + 1000)].values()
  }
  const { parts, retries } = await client.upload(source, { key: 'k', ...IN_PARTS, size: bytes.length }).result
  assert.deepEqual([parts, retries], [6, 1])
  assert.deepEqual(new Set(opened), new Set([0, 1, 2, 3, 4, 5].map((index) => index * PART)))
  assert.equal(opened.filter((offset) => offset === PART).length, 2)
  assert.deepEqual(await client.get('k'), bytes)
  await client.upload(source, { key: 'unsized', ...IN_PARTS }).result
  assert.deepEqual(await client.get('unsized'), bytes)
  const short = client.upload((offset) => [new Uint8Array(offset === 0 ? PART : 1)].values(), {
    key: 'short',
    ...IN_PARTS,
    size: 2 * PART,
  })
  await assert.rejects(short.result, { code: 'SourceChanged' })
})

test('a function decides about an object that exists', async () => {
  const { client } = await startClient()
  await client.put('k', 'one')
  const seen: number[] = []
  const onExists = async ({ size }: { readonly size: number }) => {
    seen.push(size)
    return size === 3 ? ('overwrite' as const) : ('skip' as const)
  }
  await client.put('k', 'three', { onExists })
  assert.equal((await client.put('k', 'four', { onExists })).skipped, true)
  assert.deepEqual(seen, [3, 5])
  assert.equal(Buffer.from(await client.get('k')).toString(), 'three')
})

test('a failure of the first part has a checkpoint that goes on after it was written as JSON', async () => {
  const { client, started } = await startClient(({ url }) => (partOf(url) === null ? undefined : 'cut'), {
    checkpoints: false,
  })
  const file = new File([Uint8Array.from(content(4 * PART))], 'a.bin')
  const { checkpoint, uploadId } = await rejection<OssError>(
    client.upload(file, { key: 'k', ...IN_PARTS, retry: QUICK }).result,
  )
  assert.deepEqual([checkpoint?.uploadId, checkpoint?.parts], [uploadId, []])
  const elsewhere = await startClient(undefined, { checkpoints: false }, started)
  const resume = JSON.parse(JSON.stringify(checkpoint))
  const result = await elsewhere.client.upload(file, { key: 'k', ...IN_PARTS, resume }).result
  assert.deepEqual([result.uploadId, result.size], [uploadId, 4 * PART])
})

test('a source that returns fewer bytes than were requested leaves no object, in whatever form it returns them', async () => {
  const bytes = Uint8Array.from(content(2 * PART))
  for (const read of [
    () => new Blob([]),
    () => new Uint8Array(),
    (start: number, end: number) => new Blob([bytes.subarray(start, end - 1)]),
  ]) {
    const { client } = await startClient()
    const source = { size: bytes.length, read, fingerprint: async () => 'short' }
    for (const options of [{}, IN_PARTS]) {
      const error = await rejection<OssError>(client.upload(source, { key: 'k', ...options }).result)
      assert.equal(error.code, 'SourceChanged')
      assert.equal((await rejection<OssError>(client.head('k'))).status, 404)
    }
  }
})

test('a source that changed while it was read leaves no object, however small it is and in whatever form it returns its bytes', async () => {
  const bytes = Uint8Array.from(content(2 * PART))
  async function* pieces() {
    yield bytes.subarray(0, PART)
    yield bytes.subarray(PART)
  }
  for (const read of [() => bytes, () => new Blob([bytes]), pieces]) {
    const { client } = await startClient()
    let hasBegun = false
    const checkUnchanged = async () => {
      if (hasBegun) throw new OssError({ code: 'SourceChanged', message: 'it changed' })
    }
    const opened = () => {
      hasBegun = true
      return read()
    }
    const source = { size: bytes.length, read: opened, checkUnchanged, fingerprint: async () => 'changing' }
    const error = await rejection<OssError>(client.upload(source, { key: 'k' }).result)
    assert.equal(error.code, 'SourceChanged')
    assert.equal((await rejection<OssError>(client.head('k'))).status, 404)
  }
})
