// Gateways over one database and one place for blobs, as their clients see them.

import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { BUCKET, rawClient, sdkClient } from '../crash/clients.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const PART_BYTES = 1_100_000

async function until(what, holds, seconds = 30) {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries === seconds * 10) assert.fail(`${what}: not after ${seconds} s`)
    await sleep(100)
  }
}

const PLACES = { 'a shared folder': async () => undefined, 'a bucket': startBinderyStore }

for (const [place, startBlobs] of Object.entries(PLACES)) {
  describe(`gateways over one database and ${place}`, { skip: withoutPostgres() }, () => testGateways(startBlobs))
}

function testGateways(startBlobs) {
  /** @type {import('./world.mjs').World} */
  let world
  /** @type {import('../support/start-server.mjs').StartedServer[]} */
  let gateways
  let bucket
  before(async () => {
    bucket = await startBlobs()
    world = await startWorld(bucket)
    gateways = await Promise.all([world.startGateway(), world.startGateway(), world.startGateway()])
    const raw = rawClient(gateways[0])
    await raw.createBucket()
    raw.agent.destroy()
  })
  after(async () => {
    await world.dispose()
    await bucket?.stop()
  })

  test('what one gateway acknowledged, the others return at once', async () => {
    const [one, other] = gateways.map(sdkClient)
    for (let round = 0; round < 20; round += 1) {
      const bytes = Buffer.from(`round ${round} ${'x'.repeat(round * 700)}`)
      await one.put('shared', bytes)
      assert.deepEqual(await other.get('shared'), bytes)
    }
  })

  test('what one gateway unlinks is freed, whichever sweeps, but not while another reads it', async () => {
    const [one, other] = gateways.map(sdkClient)
    const bytes = randomBytes(24 * PART_BYTES)
    await one.put('gone', bytes)
    const slow = await openFeed(gateways[1], `/${BUCKET}/gone`)
    await one.remove('gone')
    await assert.rejects(other.get('gone'), { status: 404 })
    const garbage = async () => Number((await runStatements(world.url, GARBAGE))[0]?.[0])
    await sleep(8_000)
    assert.ok((await garbage()) > 0, 'a blob that is being read is freed')
    const hash = createHash('md5')
    for await (const piece of slow) hash.update(piece)
    assert.equal(hash.digest('hex'), createHash('md5').update(bytes).digest('hex'))
    await until('no garbage', async () => (await garbage()) === 0, 60)
  })

  test('an upload goes through all gateways, and a killed one takes nothing acknowledged with it', async () => {
    const doomed = await world.startGateway()
    const clients = [doomed, ...gateways].map(sdkClient)
    const parts = Array.from({ length: 8 }, () => randomBytes(PART_BYTES))
    const uploadId = await clients[0].initiate('upload')
    const done = []
    const send = async (number, client) => {
      const etag = await client.part('upload', uploadId, number, parts[number - 1])
      done.push({ number, etag })
    }
    for (const number of [1, 2, 3, 4]) await send(number, clients[number % 2])
    const cut = send(5, clients[0]).catch(() => {})
    await doomed.kill()
    await cut
    const raw = rawClient(gateways[1])
    const listed = new Set((await raw.parts('upload', uploadId)).map(({ number }) => number))
    raw.agent.destroy()
    for (const { number } of done) assert.ok(listed.has(number), `part ${number}`)
    for (const number of [5, 6, 7, 8]) if (!done.some((part) => part.number === number)) await send(number, clients[2])
    await clients[3].complete(
      'upload',
      uploadId,
      done.sort((a, b) => a.number - b.number),
    )
    const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')
    for (const client of clients.slice(1)) assert.equal(md5(await client.get('upload')), md5(Buffer.concat(parts)))
  })

  test('of three gateways one runs each task, and each is ready', async () => {
    const [[leaders]] = await runStatements(world.url, LEADERS)
    assert.equal(leaders, '6')
    for (const { endpoint } of gateways) {
      const ready = await fetch(`${endpoint}/-/health/ready`)
      assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ok' }])
    }
  })

  test('a listener at one gateway hears of an upload at another', async () => {
    const [one, other] = gateways
    const feed = await openFeed(one, `/${BUCKET}/?uploads&x-oss-ext-events`)
    let text = ''
    feed.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
    const raw = rawClient(other)
    await raw.initiate('heard')
    raw.agent.destroy()
    await until('the event', async () => text.includes('"heard"'))
    feed.destroy()
  })

  test('a gateway with another master key does not start; without a root key it has that of the database', async () => {
    const other = randomBytes(32).toString('base64')
    await assert.rejects(
      world.startGateway({ env: { BINDERY_MASTER_KEYS: other } }),
      /with a master key that is not given/,
    )
    await assert.rejects(world.startGateway({ env: { BINDERY_MASTER_KEYS: '' } }), /set BINDERY_MASTER_KEYS/)
    const keyless = { BINDERY_ACCESS_KEY_ID: '', BINDERY_ACCESS_KEY_SECRET: '' }
    const kept = await world.startGateway({ env: keyless })
    assert.match(kept.accessKeyId, /^BK[A-Z2-7]{18}$/)
    const client = sdkClient(kept)
    await client.put('kept', Buffer.from('x'))
    await kept.stop()
  })

  test('a cluster is checked when its gateways have stopped, and not before', async () => {
    await sdkClient(gateways[0]).put('checked', randomBytes(PART_BYTES))
    await assert.rejects(world.fsck(), /gateways use postgres/)
    for (const gateway of gateways) await gateway.stop()
    const report = await world.fsck()
    assert.deepEqual(report.findings, {})
    assert.ok(report.checked.blobs > 0)
    const repaired = await world.fsck('--repair')
    assert.deepEqual([repaired.findings, repaired.checked.blobs], [{}, report.checked.blobs])
    gateways = await Promise.all(gateways.map(() => world.startGateway()))
  })

  test('a gateway whose database is away answers 503, is not ready, and recovers by itself', async () => {
    const [one] = gateways
    // this database does not write through: an immediate stop would lose commits, the sessions of gateways among them
    await world.postgres.stop('fast')
    const ready = await fetch(`${one.endpoint}/-/health/ready`)
    assert.equal(ready.status, 503)
    await world.postgres.start()
    await until('the gateway', async () => (await fetch(`${one.endpoint}/-/health/ready`)).status === 200)
    const client = sdkClient(one)
    await client.put('after', Buffer.from('x'))
    assert.equal((await client.get('after')).toString(), 'x')
  })
}

/** The answer to a signed GET, of which nothing has been read. The query must be in signing order. */
function openFeed({ endpoint, accessKeyId, accessKeySecret }, target) {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', accessKeySecret).update(`GET\n\n\n${date}\n${target}`).digest('base64')
  const headers = { Date: date, Authorization: `OSS ${accessKeyId}:${signature}` }
  return new Promise((resolve, reject) => {
    request(new URL(target, endpoint), { headers, agent: false }, resolve).on('error', reject).end()
  })
}

const GARBAGE = "SELECT count(*) FROM bindery.kv WHERE k >= 'g' AND k < 'h'"
const LEADERS = "SELECT count(*) FROM bindery.kv WHERE k >= 'q' AND k < 'r'"
