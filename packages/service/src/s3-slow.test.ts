import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createMemoryMetadataStore } from '@bindery/storage'
import type { ServiceRequest, ServiceResponse } from './service.js'
import { BUCKET, call, element, type S3Request, s3, startWithBucket } from './testing/index.js'

const DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A service whose commits wait while the gate is shut, and alarms that the test rings. */
async function startSlow() {
  const metadata = createMemoryMetadataStore()
  let opened: Promise<void> = Promise.resolve()
  let open = () => {}
  const alarms = new Set<() => void>()
  const started = await startWithBucket({
    metadata: {
      ...metadata,
      read: (body) => metadata.read(body),
      close: () => metadata.close(),
      transact: async (body) => {
        await opened
        return metadata.transact(body)
      },
    },
    alarm: (_, ring) => {
      alarms.add(ring)
      return () => alarms.delete(ring)
    },
  })
  const ring = async () => {
    for (let turn = 0; alarms.size === 0 && turn < 100; turn += 1) await nextTurn()
    const rung = [...alarms]
    alarms.clear()
    for (const each of rung) each()
  }
  const shut = () => {
    opened = new Promise((resolve) => {
      open = resolve
    })
  }
  return { started, alarms, ring, shut, open: () => open() }
}

type Slow = Awaited<ReturnType<typeof startSlow>>

/** The response to a request of S3 as it is begun, with its body unread. */
function begin({ started }: Slow, request: S3Request): Promise<ServiceResponse> {
  return new Promise((resolve) => {
    const handle = async (sent: ServiceRequest) => {
      const response = await started.service.handle(sent)
      resolve(response)
      return { ...response, body: undefined }
    }
    void s3({ ...started, service: { ...started.service, handle } }, { bucket: BUCKET, ...request })
  })
}

async function* texts({ body }: ServiceResponse): AsyncGenerator<string> {
  if (body === undefined || body instanceof Uint8Array) throw new Error('the body is whole')
  for await (const { bytes, release } of body) {
    yield Buffer.from(bytes).toString()
    release()
  }
}

const copy = (key: string, headers: Record<string, string> = {}): S3Request => ({
  method: 'PUT',
  key,
  headers: { 'x-amz-copy-source': `${BUCKET}/source`, ...headers },
})

async function startWithSource(): Promise<Slow> {
  const slow = await startSlow()
  await call(slow.started, { method: 'PUT', bucket: BUCKET, key: 'source', body: 'x' })
  return slow
}

test('a copy that takes long begins with status 200 and blanks, and ends with its document', async () => {
  const slow = await startWithSource()
  slow.shut()
  const begun = begin(slow, copy('k'))
  let isBegun = false
  void begun.then(() => {
    isBegun = true
  })
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  assert.equal(isBegun, false, 'nothing is sent before the alarm')
  await slow.ring()
  const response = await begun
  assert.equal(response.status, 200)
  const headers = new Map(response.headers)
  assert.equal(headers.get('Content-Type'), 'application/xml')
  assert.equal(headers.has('Content-Length'), false)
  const pieces = texts(response)
  const next = async () => (await pieces.next()).value
  assert.equal(await next(), DOCUMENT)
  for (const _ of [1, 2]) {
    const blank = next()
    await slow.ring()
    assert.equal(await blank, ' ')
  }
  slow.open()
  assert.match((await next()) ?? '', /^<CopyObjectResult xmlns="[^"]+"><ETag>"[0-9a-f]{32}"<\/ETag>/)
  assert.equal((await pieces.next()).done, true)
  assert.equal(slow.alarms.size, 0)
})

test('a failure after the answer has begun is its document, and is logged', async () => {
  const slow = await startWithSource()
  await call(slow.started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'y' })
  slow.shut()
  const begun = begin(slow, copy('k', { 'if-none-match': '*' }))
  await slow.ring()
  const response = await begun
  slow.open()
  let text = ''
  for await (const piece of texts(response)) text += piece
  assert.equal(response.status, 200)
  assert.match(text, /^<\?xml[^>]*\?>\n<Error><Code>PreconditionFailed</)
  assert.equal(element(text, 'RequestId'), response.log.requestId)
  assert.equal(response.log.code, 'PreconditionFailed')
})

test('what ends in time has its own status, and leaves no alarm', async () => {
  const slow = await startWithSource()
  const refused = await s3(slow.started, {
    bucket: BUCKET,
    ...copy('source', { 'x-amz-copy-source': `${BUCKET}/none` }),
  })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [404, 'NoSuchKey'])
  const made = await s3(slow.started, { bucket: BUCKET, ...copy('k') })
  assert.deepEqual([made.status, made.headers['content-length'] !== undefined], [200, true])
  assert.equal(slow.alarms.size, 0)
})

test('the work continues where its client has left, and the answer counts as open until it has ended', async () => {
  const slow = await startWithSource()
  slow.shut()
  const begun = begin(slow, copy('k'))
  await slow.ring()
  const { body } = await begun
  if (body === undefined || body instanceof Uint8Array) throw new Error('the body is whole')
  let isClosed = false
  const closed = body.close().then(() => {
    isClosed = true
  })
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  assert.equal(isClosed, false)
  slow.open()
  await closed
  assert.equal((await s3(slow.started, { method: 'GET', bucket: BUCKET, key: 'k' })).text, 'x')
})

test('a Complete of S3 begins early, and one of OSS does not', async () => {
  const slow = await startSlow()
  const { started } = slow
  const upload = async () => {
    const { text } = await s3(started, { method: 'POST', bucket: BUCKET, key: 'k', query: 'uploads' })
    const query = `uploadId=${element(text, 'UploadId')}`
    const { headers } = await s3(started, { method: 'PUT', bucket: BUCKET, key: 'k', query: `partNumber=1&${query}` })
    const part = `<Part><PartNumber>1</PartNumber><ETag>${headers.etag}</ETag></Part>`
    return { query, body: `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>` }
  }
  const { query, body } = await upload()
  slow.shut()
  const begun = begin(slow, { method: 'POST', key: 'k', query, body })
  await slow.ring()
  const response = await begun
  assert.equal(response.status, 200)
  slow.open()
  let text = ''
  for await (const piece of texts(response)) text += piece
  assert.match(element(text, 'ETag') ?? '', /^"[0-9a-f]{32}-1"$/)

  const other = await upload()
  slow.shut()
  const ofOss = call(started, {
    method: 'POST',
    bucket: BUCKET,
    key: 'k',
    query: { uploadId: other.query.split('=')[1] },
    body: other.body,
  })
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  assert.equal(slow.alarms.size, 0)
  slow.open()
  assert.equal((await ofOss).status, 200)
})
