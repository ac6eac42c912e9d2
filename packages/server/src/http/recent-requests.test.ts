import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answered, RecentRequests } from './recent-requests.js'

const log = { requestId: 'A', operation: 'GetObject', bucket: 'b', key: 'k', accessKeyId: 'id' }
const ANSWERED: Answered = {
  answer: { status: 200, log, body: undefined },
  method: 'GET',
  target: '/b/k?x-oss-signature=secret&x-oss-process=style',
  traceparent: undefined,
  userAgent: 'curl/8',
  remote: '10.0.0.1',
  bytesReceived: 0,
  bytesSent: 7,
  milliseconds: 1.234,
  headMilliseconds: 1,
}

const withLog = (more: object, body?: Uint8Array): Answered => ({
  ...ANSWERED,
  answer: { status: 403, log: { ...log, ...more }, body },
})

test('a request is remembered with its answer, and without what would sign another', () => {
  const recent = new RecentRequests()
  recent.note(ANSWERED)
  const [{ at, ...request } = { at: 0 }] = recent.since(0)
  assert.ok(Math.abs(Date.now() - at) < 60_000)
  assert.deepEqual(request, {
    ...log,
    milliseconds: 1.2,
    method: 'GET',
    target: '/b/k?x-oss-signature=…&x-oss-process=style',
    remoteAddress: '10.0.0.1',
    userAgent: 'curl/8',
    status: 200,
    code: undefined,
    cause: undefined,
    bytesReceived: 0,
    bytesSent: 7,
    document: undefined,
  })
  assert.deepEqual(recent.since(at + 1), [])
})

test('the document of a signature that did not match is kept, others are not', () => {
  const recent = new RecentRequests()
  const document = Buffer.from(
    '<Error><SignatureProvided>abc</SignatureProvided><StringToSign>GET\n</StringToSign></Error>',
  )
  recent.note(withLog({ code: 'SignatureDoesNotMatch' }, document))
  recent.note(withLog({ code: 'AccessDenied' }, document))
  const documents = recent.since(0).map((request) => request.document)
  assert.deepEqual(documents, [
    '<Error><SignatureProvided>…</SignatureProvided><StringToSign>GET\n</StringToSign></Error>',
    undefined,
  ])
})

test('the oldest of more than a thousand requests is forgotten, and reads of the list are not remembered', () => {
  const recent = new RecentRequests()
  for (let number = 0; number < 1_005; number += 1) recent.note(withLog({ requestId: String(number) }))
  recent.note(withLog({ operation: 'ListRequests' }))
  const ids = recent.since(0).map(({ requestId }) => Number(requestId))
  assert.equal(ids.length, 1_000)
  assert.equal(Math.min(...ids), 5)
})
