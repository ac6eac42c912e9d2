// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how OSS writes variables
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Callbacks } from '../options.js'
import {
  BUCKET,
  call,
  complete,
  element,
  elements,
  jsonInBase64 as encode,
  initiate,
  startWithBucket,
} from '../testing/index.js'

const CALLBACK = encode({ callbackUrl: 'app.example/done', callbackBody: '${object} ${x:who}' })
const QUERY = { policy: '', comp: 'callback' }

const policies = (...items: string[]) =>
  `<BucketCallbackPolicy>${items.map((item) => `<PolicyItem>${item}</PolicyItem>`).join('')}</BucketCallbackPolicy>`
const item = (name: string, callback: string, variables?: string) =>
  `<PolicyName>${name}</PolicyName><Callback>${callback}</Callback>${variables === undefined ? '' : `<CallbackVar>${variables}</CallbackVar>`}`

/** Callbacks that record their bodies and connect to nothing. */
async function start() {
  const made: string[] = []
  const body = Buffer.from('{}')
  const callbacks: Callbacks = {
    find: async () => ({
      post: async (request) => {
        made.push(Buffer.from(request.body).toString())
        return { kind: 'answered', status: 200, contentType: 'application/json', contentLength: body.length, body }
      },
    }),
    signer: async () => () => '',
    publicKeyUrl: () => 'http://key.example/',
  }
  const started = await startWithBucket({ callbacks })
  const set = (method: string, document?: string) =>
    call(started, { method, bucket: BUCKET, query: QUERY, ...(document !== undefined && { body: document }) })
  return { started, made, set }
}

test('callbacks are kept as they were set, and what is wrong with them is refused', async () => {
  const { set } = await start()
  const unset = await set('GET')
  assert.deepEqual([unset.status, element(unset.text, 'Code')], [404, 'BucketCallbackPolicyNotExist'])
  const variables = encode({ 'x:who': 'me' })
  assert.equal((await set('PUT', policies(item('one', CALLBACK), item('two', CALLBACK, variables)))).status, 200)
  const { text } = await set('GET')
  assert.deepEqual(elements(text, 'PolicyName'), ['one', 'two'])
  assert.deepEqual(elements(text, 'Callback'), [CALLBACK, CALLBACK])
  assert.deepEqual(elements(text, 'CallbackVar'), [variables])
  const refused: [string, string][] = [
    [policies(item('one', CALLBACK), item('one', CALLBACK)), 'MalformedXML'],
    [policies(item('', CALLBACK)), 'MalformedXML'],
    [policies(item('one', '*')), 'InvalidArgument'],
    [policies(item('one', encode({ callbackUrl: 'app.example' }))), 'InvalidArgument'],
    [policies(item('one', encode({ callbackPolicy: 'two' }))), 'InvalidArgument'],
    [policies(item('one', CALLBACK, encode({ 'x:who': {} }))), 'InvalidArgument'],
  ]
  for (const [document, code] of refused) {
    const answer = await set('PUT', document)
    assert.deepEqual([answer.status, element(answer.text, 'Code')], [400, code], document)
  }
  assert.equal((await set('PUT', policies())).status, 200)
  assert.equal((await set('DELETE')).status, 204)
  assert.equal((await set('GET')).status, 404)
})

test('an upload names a callback of its bucket, with the variables of either', async () => {
  const { started, made, set } = await start()
  await set('PUT', policies(item('plain', CALLBACK, ''), item('full', CALLBACK, encode({ 'x:who': 'policy' }))))
  const put = (name: string, more: Record<string, string> = {}) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      key: 'k',
      headers: { 'x-oss-callback': encode({ callbackPolicy: name }), ...more },
      body: 'x',
    })
  assert.equal((await put('plain')).text, '{}')
  assert.equal((await put('full')).status, 200)
  assert.equal((await put('full', { 'x-oss-callback-var': encode({ 'x:who': 'request' }) })).status, 200)
  const uploadId = await initiate(started, 'm')
  const query = { callback: encode({ callbackPolicy: 'full' }) }
  assert.equal((await complete(started, 'm', uploadId, [], { query })).status, 200)
  assert.deepEqual(made, ['k ', 'k policy', 'k request', 'm policy'])
})

test('a name that the bucket does not have is refused before anything is stored', async () => {
  const { started, made } = await start()
  const headers = { 'x-oss-callback': encode({ callbackPolicy: 'none' }) }
  const refused = await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', headers, body: 'x' })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'InvalidArgument'])
  assert.deepEqual(
    ['ArgumentName', 'ArgumentValue'].map((name) => element(refused.text, name)),
    ['callbackPolicy', 'none'],
  )
  assert.equal((await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })).status, 404)
  assert.deepEqual(made, [])
})
