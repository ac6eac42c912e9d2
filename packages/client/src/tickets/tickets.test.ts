import assert from 'node:assert/strict'
import { test } from 'node:test'
import { content, KIB, rejection, startClient } from '../testing/support.js'
import type { OssError } from '../types/error.js'
import type { UploadTicket } from '../types/ticket.js'
import { Uploader } from '../uploader.js'
import { ticketSigner } from './upload-by-ticket.js'

const PART = 100 * KIB

/** An uploader that has a ticket and nothing else, in front of the same service. */
async function holderOf(ticket: UploadTicket, started: Awaited<ReturnType<typeof startClient>>['started']) {
  const { client } = await startClient(undefined, { auth: { signer: ticketSigner(ticket) } }, started)
  return client
}

test('a ticket permits one object of one size, in one request or in parts', async () => {
  const { client, started } = await startClient()
  const options = { contentType: 'video/x', meta: { by: 'ticket' }, forbidOverwrite: true }
  for (const [key, size] of [
    ['small', 1000],
    ['large', 4 * PART + 5],
  ] as const) {
    const issued = await client.issueTicket({ key, size, ...options, partSize: PART, multipartThreshold: PART })
    const ticket = JSON.parse(JSON.stringify(issued)) as UploadTicket
    assert.equal(ticket.multipart === undefined, key === 'small')
    const holder = await holderOf(ticket, started)
    const bytes = content(size)
    const { multipart } = ticket
    const how =
      multipart === undefined ? {} : { partSize: PART, multipartThreshold: 1, resume: { uploadId: multipart.uploadId } }
    await holder.upload(bytes, { key, ...how }).result
    assert.deepEqual(await client.get(key), bytes)
    const { contentType, meta } = await client.head(key)
    assert.deepEqual([contentType, meta.by], ['video/x', 'ticket'])
    assert.ok(holder instanceof Uploader)
  }
})

test('the server refuses more or fewer bytes than a ticket permits, and another key', async () => {
  const { client, started } = await startClient()
  const ticket = await client.issueTicket({ key: 'k', size: 1000 })
  const holder = await holderOf(ticket, started)
  for (const size of [999, 1001]) {
    const error = await rejection<OssError>(holder.put('k', content(size)))
    assert.equal(error.code, 'SignatureDoesNotMatch')
  }
  const { failed } = await holder.delete('k')
  assert.match(failed[0]?.error.message ?? '', /does not permit DeleteObject/)
  const elsewhere = { ...ticket, put: { ...ticket.put, url: ticket.put?.url.replace('/k?', '/other?') ?? '' } }
  const thief = await holderOf(elsewhere, started)
  assert.equal((await rejection<OssError>(thief.put('k', content(1000)))).code, 'SignatureDoesNotMatch')
  assert.equal((await holder.put('k', content(1000))).size, 1000)
})

test('an upload by ticket that failed goes on, and a ticket ends', async () => {
  let isBroken = true
  const { client, started } = await startClient(({ url }) =>
    isBroken && url.searchParams.get('partNumber') === '3' ? 'cut' : undefined,
  )
  const ticket = await client.issueTicket({ key: 'k', size: 5 * PART, partSize: PART, multipartThreshold: 1 })
  const uploadId = ticket.multipart?.uploadId ?? ''
  const broken = await startClient(
    ({ url }) => (isBroken && url.searchParams.get('partNumber') === '3' ? 'cut' : undefined),
    {
      auth: { signer: ticketSigner(ticket) },
    },
    started,
  )
  const bytes = content(5 * PART)
  const options = { key: 'k', partSize: PART, multipartThreshold: 1, resume: { uploadId }, retry: { maxAttempts: 2 } }
  await assert.rejects(broken.client.upload(bytes, options).result, { code: 'NetworkError' })
  isBroken = false
  const { reusedParts } = await broken.client.upload(bytes, options).result
  assert.ok(reusedParts >= 1, String(reusedParts))
  const ended = await holderOf({ ...ticket, expiresAt: Date.now() - 1 }, started)
  await assert.rejects(ended.head('k'), { message: /expired/ })
})

test('a ticket for an upload that has begun continues it', async () => {
  const { client, started } = await startClient()
  const bytes = content(3 * PART)
  const { uploadId } = await client.multipart.initiate({ key: 'k' })
  await client.multipart.uploadPart({ key: 'k', uploadId, partNumber: 1, body: bytes.subarray(0, PART), size: PART })
  const ticket = await client.issueTicket({ key: 'k', size: bytes.length, partSize: PART, uploadId })
  const holder = await holderOf(ticket, started)
  const how = { partSize: PART, multipartThreshold: 1, resume: { uploadId } }
  const { reusedParts } = await holder.upload(bytes, { key: 'k', ...how }).result
  assert.equal(reusedParts, 1)
  assert.deepEqual(await client.get('k'), bytes)
})

test('a whole multipart upload is presigned', async () => {
  const { client, started } = await startClient()
  const { uploadId, parts, complete, abort } = await client.presignMultipart({ key: 'k', parts: 2, contentType: 'a/b' })
  const etags: string[] = []
  for (const [index, url] of parts.entries()) etags.push((await sent(started, 'PUT', url, content(PART, index))).etag)
  const list = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const document = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
  assert.equal((await sent(started, 'POST', complete, new TextEncoder().encode(document))).status, 200)
  const { size, contentType } = await client.head('k')
  assert.deepEqual([size, contentType], [2 * PART, 'a/b'])
  assert.equal((await sent(started, 'DELETE', abort, new Uint8Array())).status, 404)
  assert.ok(uploadId !== '')
  await assert.rejects(client.presignMultipart({ key: 'k', parts: 10_001 }), { code: 'InvalidOption' })
})

test('the multipart operations can be called one by one', async () => {
  const { client } = await startClient()
  const { multipart } = client
  await client.put('source', content(PART))
  const { uploadId } = await multipart.initiate({ key: 'k', contentType: 'a/b' })
  const name = { key: 'k', uploadId }
  const body = content(PART)
  const first = await multipart.uploadPart({ ...name, partNumber: 1, body, size: body.length })
  const range = { start: 10, end: 20 }
  const second = await multipart.uploadPartCopy({ ...name, partNumber: 2, from: { key: 'source', range } })
  const listed: number[] = []
  for await (const { partNumber } of multipart.listParts(name)) listed.push(partNumber)
  assert.deepEqual(listed, [1, 2])
  const parts = [first, second].map(({ etag }, index) => ({ partNumber: index + 1, etag }))
  const { crc64 = '' } = await multipart.complete({ ...name, parts })
  const again = await multipart.complete({ ...name, parts, expectSize: PART + 10, expectCrc64: crc64 })
  assert.equal(again.crc64, crc64)
  await multipart.abort(name)
  assert.equal((await client.head('k')).size, PART + 10)
})

async function sent(
  { service }: Awaited<ReturnType<typeof startClient>>['started'],
  method: string,
  url: string,
  bytes: Uint8Array,
): Promise<{ status: number; etag: string }> {
  const { host, pathname, search } = new URL(url)
  let position = 0
  const body = {
    size: bytes.length,
    ready: async () => {},
    read: async (into: Uint8Array) => {
      const piece = bytes.subarray(position, position + into.length)
      into.set(piece)
      position += piece.length
      return piece.length
    },
  }
  const headers = { host, 'content-length': String(bytes.length) }
  const request = { method, scheme: 'http', host, target: pathname + search, headers, remoteAddress: '127.0.0.1', body }
  const answer = await service.handle({ ...request, scheme: 'http' })
  return { status: answer.status, etag: answer.headers.find(([name]) => name.toLowerCase() === 'etag')?.[1] ?? '' }
}
