import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, runWith, startWith } from '../testing/support.js'

for (const workers of [1, 2]) {
  test(`the control actions of a server of ${workers} reach the receiver, signed, also those of its last moment`, async (t) => {
    const events: { readonly EventName: string; readonly Bucket: string; readonly Account: string }[] = []
    const receiver = createServer(async (request, response) => {
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers
      const body = await text(request)
      const signed = createHmac('sha256', 'a secret').update(`${id}.${time}.${body}`).digest('base64')
      assert.equal(signature, `v1,${signed}`)
      events.push(...JSON.parse(body).data.events)
      response.end()
    })
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
    atEnd(t, () => {
      receiver.close()
      receiver.closeAllConnections()
    })
    const flags = ['--audit-webhook', `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/audit`]
    const env = { BINDERY_AUDIT_WEBHOOK_SECRET: 'a secret' }
    const server = await startWith(t, newFolder(t), flags, env, workers)
    for (const args of [
      ['mb', 'oss://made'],
      ['bucket', 'acl', 'set', 'oss://made', 'public-read'],
      ['rb', 'oss://made'],
    ])
      assert.equal((await runWith(server, args)).code, 0)
    assert.equal(await server.stop(), 0)
    assert.deepEqual(events.map(({ EventName }) => EventName).sort(), ['DeleteBucket', 'PutBucket', 'PutBucketAcl'])
    assert.ok(events.every(({ Bucket, Account }) => Bucket === 'made' && Account === '1000000000000001'))
  })
}

test('a webhook without its secret, with a password in its URL or without a trail is refused', async (t) => {
  const folder = newFolder(t)
  const refusalOf = async (...flags: readonly string[]) => (await bindery('serve', folder, ...flags)).output
  assert.match(await refusalOf('--audit-webhook', 'https://audit.example'), /BINDERY_AUDIT_WEBHOOK_SECRET is missing/)
  assert.match(await refusalOf('--audit-webhook', 'https://a:b@audit.example'), /without a user and password/)
})
