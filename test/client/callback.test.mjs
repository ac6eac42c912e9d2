// Uploads with a callback, to an application that listens on this machine.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { createClient } from '@bindery/client/node'
import { installServer } from '@bindery/testing'
import { atEnd } from '../support/at-end.mjs'

const server = installServer({ before, after, beforeEach }, { buckets: ['demo'] })
const PART = 100 * 1024
// biome-ignore lint/suspicious/noTemplateCurlyInString: variables of callbacks
const CALLBACK_BODY = 'bucket=${bucket}&object=${object}&size=${size}&by=${x:by}'

/** An application that remembers its requests, and answers each in the same way. */
async function startApplication(t) {
  const application = { received: [], status: 200, answer: '{"Status":"OK"}' }
  const listener = createServer(async (request, response) => {
    const { method, url, headers } = request
    application.received.push({ method, url, type: headers['content-type'], body: await text(request) })
    const head = { 'content-type': 'application/json', 'content-length': application.answer.length }
    response.writeHead(application.status, head).end(application.answer)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  atEnd(t, () => listener.close())
  return Object.assign(application, { url: `http://127.0.0.1:${listener.address().port}` })
}

function open(t) {
  const { endpoint, credentials } = server()
  const client = createClient({ endpoint, bucket: 'demo', auth: { credentials }, checkpoints: false })
  atEnd(t, () => client.close())
  return client
}

test('an upload in one request and one in parts call the application once, and return its answer', async (t) => {
  const application = await startApplication(t)
  const client = open(t)
  const callback = { url: `${application.url}/stored`, body: CALLBACK_BODY, vars: { by: 'anna' } }
  for (const multipartThreshold of [undefined, 1]) {
    const bytes = new Uint8Array(3 * PART)
    const options = { key: 'a b', callback, partSize: PART, ...(multipartThreshold && { multipartThreshold }) }
    const result = await client.upload(bytes, options).result
    assert.deepEqual([result.callback, result.parts], [{ Status: 'OK' }, multipartThreshold ? 3 : 1])
  }
  const expected = {
    method: 'POST',
    url: '/stored',
    type: 'application/x-www-form-urlencoded',
    body: `bucket=demo&object=a%20b&size=${3 * PART}&by=anna`,
  }
  assert.deepEqual(application.received, [expected, expected])
})

test('a Complete whose answer was lost returns the first answer of the application, which is called once', async (t) => {
  const application = await startApplication(t)
  server().faults.add({ op: 'CompleteMultipartUpload', times: 1, then: { apply: true, dropAnswer: true } })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of callbacks
  const callback = { url: application.url, body: '{"key":${object}}', contentType: 'application/json' }
  const options = { key: 'k', callback, partSize: PART, multipartThreshold: 1 }
  const { callback: answer } = await open(t).upload(new Uint8Array(2 * PART), options).result
  assert.deepEqual([answer, application.received.length], [{ Status: 'OK' }, 1])
  assert.deepEqual(JSON.parse(application.received[0].body), { key: 'k' })
})

test('an application that fails is reported, although the object is stored; the next of several is called', async (t) => {
  const [broken, sound] = [await startApplication(t), await startApplication(t)]
  Object.assign(broken, { status: 500 })
  const client = open(t)
  const callback = { url: broken.url, body: 'a=b' }
  await assert.rejects(client.put('k', 'x', { callback }), { code: 'CallbackFailed', status: 203 })
  assert.equal((await client.head('k')).size, 1)
  const both = { ...callback, url: [broken.url, sound.url] }
  assert.deepEqual((await client.put('k', 'x', { callback: both })).callback, { Status: 'OK' })
})
