// A gateway that loses the database, while its clients still reach it.

import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUCKET, rawClient } from '../crash/clients.mjs'
import { atEnd } from '../support/at-end.mjs'
import { startNetwork } from './network.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const BYTES = 40 * 1024 ** 2
/** A little more than the time for which a gateway may answer after it was last confirmed. */
const LEASE_MS = 23_000

/** The answer to a signed GET, of which nothing has been read. */
async function open({ endpoint, accessKeyId, accessKeySecret }, target) {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', accessKeySecret).update(`GET\n\n\n${date}\n${target}`).digest('base64')
  const headers = { Date: date, Authorization: `OSS ${accessKeyId}:${signature}` }
  const sent = request(new URL(target, endpoint), { headers, agent: false }).end()
  const [response] = await once(sent, 'response')
  return response
}

test('a gateway that is cut off ends its downloads before others count it as dead, and serves again afterwards', {
  skip: withoutPostgres(),
}, async (t) => {
  const world = await startWorld()
  const network = await startNetwork(world.postgres.port)
  atEnd(t, async () => {
    await world.dispose()
    network.close()
  })
  const url = world.url.replace(`:${world.postgres.port}/`, `:${network.port}/`)
  const gateway = await world.startGateway({ env: { BINDERY_METADATA: url } })
  const client = rawClient(gateway)
  await client.createBucket()
  await client.put('large', randomBytes(BYTES))
  const download = await open(gateway, `/${BUCKET}/large`)
  network.cut(true)
  await sleep(LEASE_MS)
  let received = 0
  await assert.rejects(async () => {
    for await (const piece of download) received += piece.length
  })
  assert.ok(received < BYTES, `${received} bytes`)
  const health = () => fetch(`${gateway.endpoint}/-/health/ready`)
  assert.equal((await health()).status, 503)
  network.cut(false)
  for (let tries = 0; (await health()).status !== 200; tries += 1) {
    assert.ok(tries < 300, 'it does not serve again')
    await sleep(100)
  }
  assert.equal((await client.get('large')).length, BYTES)
  client.agent.destroy()
})
