import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { startTestedServer } from './start-tested-server.js'

async function start(t: TestContext) {
  const server = await startTestedServer({ flags: ['--buckets', 'demo'] })
  atEnd(t, () => server.stop())
  const send = async (method: string, path: string, body?: unknown, headers = {}) => {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(`${server.endpoint}${path}`, init)
    return { status: response.status, text: await response.text() }
  }
  return { ...server, send }
}

test('rules are set, listed and removed over HTTP, and the requests are recorded', async (t) => {
  const { send } = await start(t)
  const rules = [{ op: 'GetObject', match: '^a/', times: 1, then: { code: 'SlowDown' } }]
  assert.equal((await send('PUT', '/-/test/faults', rules)).status, 200)
  assert.equal((await send('GET', '/demo/b')).status, 403)
  const met = await send('GET', '/demo/a/1')
  assert.deepEqual([met.status, /<Code>SlowDown</.test(met.text)], [503, true])
  assert.equal((await send('GET', '/demo/a/1')).status, 403)
  assert.deepEqual(JSON.parse((await send('GET', '/-/test/faults')).text), [{ rule: rules[0], matched: 2 }])
  const { text } = await send('GET', '/-/test/requests')
  assert.deepEqual(
    (JSON.parse(text) as { key: string; status: number }[]).map(({ key, status }) => [key, status]),
    [
      ['b', 403],
      ['a/1', 503],
      ['a/1', 403],
    ],
  )
  await send('DELETE', '/-/test/faults')
  assert.equal((await send('GET', '/-/test/faults')).text, '[]\n')
})

test('a header injects a fault into its request, and nonsense is refused before it hides in a test', async (t) => {
  const { send } = await start(t)
  const fault = { 'x-bindery-fault': JSON.stringify({ status: 404 }) }
  assert.equal((await send('GET', '/demo/a', undefined, fault)).status, 404)
  const wrong = { 'x-bindery-fault': JSON.stringify({ statsu: 404 }) }
  assert.deepEqual(await send('GET', '/demo/a', undefined, wrong), {
    status: 400,
    text: '{"error":"a fault has no statsu"}\n',
  })
  assert.equal((await send('POST', '/-/test/faults', { then: {}, opp: 'GetObject' })).status, 400)
  assert.equal((await send('PUT', '/-/test/clock', { skewMs: 'x' })).status, 400)
  assert.equal((await send('GET', '/-/test/nothing')).status, 404)
})

test('a page of another site cannot change the rules', async (t) => {
  const { send } = await start(t)
  const origin = { origin: 'https://stranger.example', 'sec-fetch-site': 'cross-site' }
  assert.equal((await send('PUT', '/-/test/faults', [], origin)).status, 403)
})

test('where an answer is dropped, not one byte of it is sent', async (t) => {
  const { endpoint, testMode } = await start(t)
  testMode.faults.add({ op: 'GetObject', then: { apply: true, dropAnswer: true } })
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
  let received = 0
  socket.on('data', (bytes) => {
    received += bytes.length
  })
  socket.write('GET /demo/k HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  await once(socket, 'close')
  assert.equal(received, 0)
  assert.deepEqual(
    testMode.requests.map(({ op, status }) => [op, status]),
    [['GetObject', 0]],
  )
})

test('the clock of the server is that of the test', async (t) => {
  const { send, testMode } = await start(t)
  await send('PUT', '/-/test/clock', { skewMs: 86_400_000 })
  const { now } = JSON.parse((await send('GET', '/-/test/clock')).text) as { now: number }
  assert.ok(Math.abs(now - Date.now() - 86_400_000) < 5_000)
  assert.equal(testMode.skewMs, 86_400_000)
})
