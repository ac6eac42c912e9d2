import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { AuditWebhook } from './audit-webhook.js'

const SECRET = `whsec_${Buffer.from('a secret of some bytes').toString('base64')}`

interface Message {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly data: { readonly dropped: number; readonly events: readonly { readonly RequestId: string }[] }
}

/** A receiver that answers with the statuses in turn, and then with 204. */
async function receive(t: TestContext, ...statuses: number[]) {
  const messages: Message[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    messages.push({ headers: request.headers, body, data: JSON.parse(body).data })
    response.writeHead(statuses.shift() ?? 204).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  atEnd(t, () => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/audit`, messages }
}

function webhookTo(url: string): AuditWebhook {
  return new AuditWebhook({ url, secret: SECRET, log: pino({ level: 'silent' }), pauseMs: 5, collectMs: 5 })
}

function event(requestId: string, padding = '') {
  const actor = { account: '1', accessKeyId: 'k' }
  const entry = { account: '1', at: 0, requestId, operation: 'PutBucket', actor, remoteAddress: '127.0.0.1' }
  return { ...entry, ...(padding === '' ? {} : { after: { padding } }) }
}

const idsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ data }) => data.events.map(({ RequestId }) => RequestId))
const metric = (webhook: AuditWebhook, name: string) =>
  webhook.values().find((one) => one.name === `bindery_audit_webhook_${name}`)?.values[0]?.value

test('control actions arrive together, and their signature is that of Standard Webhooks', async (t) => {
  const { url, messages } = await receive(t)
  const webhook = webhookTo(url)
  for (const id of ['A', 'B', 'C']) webhook.add(event(id))
  await webhook.close()
  assert.deepEqual(idsOf(messages), ['A', 'B', 'C'])
  const [message] = messages
  assert.ok(message !== undefined && messages.length === 1)
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = message.headers
  const signed = createHmac('sha256', 'a secret of some bytes').update(`${id}.${time}.${message.body}`)
  assert.equal(signature, `v1,${signed.digest('base64')}`)
  assert.ok(Math.abs(Number(time) - Date.now() / 1_000) < 60)
  assert.equal(metric(webhook, 'sent_total'), 3)
})

test('a message that was refused is repeated with its id, and those after it follow in their order', async (t) => {
  const { url, messages } = await receive(t, 500, 302, 404)
  const webhook = webhookTo(url)
  webhook.add(event('A'))
  while (messages.length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  for (let count = 0; count < 250; count += 1) webhook.add(event(`B${count}`))
  await webhook.close()
  assert.equal(new Set(messages.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size, 1)
  assert.equal(new Set(messages.map(({ headers }) => headers['webhook-id'])).size, messages.length - 3)
  const expected = Array.from({ length: 250 }, (_, count) => `B${count}`)
  assert.deepEqual(idsOf(messages), ['A', 'A', 'A', 'A', ...expected])
  assert.ok(messages.every(({ data }) => data.events.length <= 100))
})

test('what has no room while the receiver is away is left out and counted, and never waited for', async (t) => {
  const { url, messages } = await receive(t, 503, 503)
  const webhook = webhookTo(url)
  const padding = 'x'.repeat(20_000)
  for (let count = 0; count < 500; count += 1) webhook.add(event(`A${count}`, padding))
  const dropped = metric(webhook, 'dropped_total') ?? 0
  assert.ok(dropped > 50 && dropped < 150, String(dropped))
  while ((metric(webhook, 'waiting') ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  await webhook.close()
  const taken = messages.slice(2)
  assert.equal(idsOf(taken).length, 500 - dropped)
  assert.deepEqual(
    taken.map(({ data }) => data.dropped),
    [dropped, ...new Array<number>(taken.length - 1).fill(0)],
  )
  assert.ok(taken.every(({ body }) => body.length < 300_000))
})

test('a receiver that is away delays the end of a process by one attempt', async () => {
  const webhook = webhookTo('http://127.0.0.1:1/')
  webhook.add(event('A'))
  const before = performance.now()
  await webhook.close()
  assert.ok(performance.now() - before < 4_000)
  assert.equal(metric(webhook, 'waiting'), 1)
})
