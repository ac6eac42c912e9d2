// Everything moves from a data folder to a cluster and back, with the built commands, while servers serve.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BUCKET, rawClient } from '../crash/clients.mjs'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))
const PART_BYTES = 1_100_000
const MASTER_KEYS = randomBytes(32).toString('base64')

describe('migration', { skip: withoutPostgres() }, () => {
  const root = mkdtempSync(join(tmpdir(), 'bindery-migrate-'))
  const folder = (name) => join(root, name)
  let store
  before(async () => {
    store = await startBinderyStore()
  })
  after(async () => {
    await store.stop()
    rmSync(root, { recursive: true, force: true })
  })

  /** A cluster with a place of its own in the bucket, and the master keys of the folders. */
  async function emptyCluster(t, name) {
    const [url, parameters] = store.blobs.split('?')
    const world = await startWorld({ ...store, blobs: `${url}-${name}?${parameters}`, masterKeys: MASTER_KEYS })
    atEnd(t, () => world.dispose())
    return world
  }

  async function startFolder(t, name) {
    const server = await startServer({
      folder: folder(name),
      args: ['--workers', '2', '--buckets', BUCKET],
      env: { BINDERY_MASTER_KEYS: MASTER_KEYS },
    })
    atEnd(t, () => server.kill())
    return server
  }

  test('everything moves to a cluster and back, while servers go on serving', async (t) => {
    const server = await startFolder(t, 'moving')
    const world = await emptyCluster(t, 'moving')
    const expected = await fill(server)
    const prepared = await world.bindery('migrate', folder('moving'), 'cluster', '--prepare', '--json')
    assert.equal(prepared.code, 0, prepared.output)
    await assert.rejects(world.startGateway(), /is being filled from/)
    const writer = startWriter(server)
    await sleep(500)
    const moved = await world.bindery('migrate', folder('moving'), 'cluster', '--bytes', '--json')
    assert.equal(moved.code, 0, moved.output)
    const report = JSON.parse(moved.output.trim().split('\n').at(-1))
    assert.deepEqual([report.copied.damaged, report.audit.findings], [0, {}])
    const { acknowledged, refusals } = await writer.stop()
    assert.ok(acknowledged.size > 0 && refusals.length > 0)
    for (const status of refusals) assert.equal(status, 503)
    for (const [key, bytes] of acknowledged) expected.objects.set(key, bytes)
    await compare(server, expected)
    await server.stop()
    await assert.rejects(startFolder(t, 'moving'), /has moved to/)

    const gateway = await world.startGateway()
    await compare(gateway, expected)
    const client = rawClient(gateway)
    const last = randomBytes(PART_BYTES)
    const etag = await client.part('open', expected.open.uploadId, 2, last)
    await client.complete('open', expected.open.uploadId, [expected.open.part, { number: 2, etag }])
    expected.objects.set('open', Buffer.concat([expected.open.bytes, last]))
    client.agent.destroy()
    const back = await world.bindery('migrate', 'cluster', folder('back'), '--bytes', '--json')
    assert.equal(back.code, 0, back.output)
    assert.equal(await statusOfPut(gateway), 503)
    await compare(gateway, expected)
    await gateway.stop()
    await assert.rejects(world.startGateway(), /has moved to/)
    const again = await startFolder(t, 'back')
    assert.equal(again.accessKeyId, server.accessKeyId)
    await compare(again, expected)
    assert.equal(await statusOfPut(again), 200)

    assert.equal((await world.bindery('migrate', 'cluster', folder('back'), '--undo')).code, 0)
    const thawed = await world.startGateway()
    assert.equal(await statusOfPut(thawed), 200)
    const undone = await world.bindery('migrate', folder('moving'), 'cluster', '--undo')
    assert.deepEqual([undone.code, undone.output.includes('accepts writes again')], [0, true], undone.output)
    assert.equal(await statusOfPut(await startFolder(t, 'moving')), 200)
  })

  test('an interrupted migration is continued, and copies nothing twice', async (t) => {
    const server = await startFolder(t, 'cut')
    const world = await emptyCluster(t, 'cut')
    const expected = await fill(server)
    const client = rawClient(server)
    for (let number = 0; number < 300; number += 1) await client.put(`many/${number}`, randomBytes(20_000))
    client.agent.destroy()
    const child = spawn(process.execPath, [COMMAND, 'migrate', folder('cut'), 'cluster'], {
      env: world.variables,
      stdio: 'ignore',
    })
    const isOver = new Promise((resolve) => child.once('exit', resolve))
    await until(async () => (await world.rows()) > 100)
    child.kill('SIGKILL')
    await isOver
    const foreign = await startFolder(t, 'foreign')
    const other = await world.bindery('migrate', foreign.folder, 'cluster')
    assert.match(other.output, /is being filled from .*cut/)
    const moved = await world.bindery('migrate', folder('cut'), 'cluster', '--json')
    assert.equal(moved.code, 0, moved.output)
    const { copied } = JSON.parse(moved.output.trim().split('\n').at(-1))
    assert.ok(copied.blobs < 300, `${copied.blobs} blobs were copied again`)
    await compare(await world.startGateway(), expected)
    const repeated = await world.bindery('migrate', folder('cut'), 'cluster')
    assert.match(repeated.output, /gateways use|is not empty/)
  })

  test('a backup of a cluster that is being used is its state at one moment, for a folder or a new cluster', async (t) => {
    const world = await emptyCluster(t, 'backed-up')
    const gateway = await world.startGateway({ args: ['--buckets', BUCKET] })
    const expected = await fill(gateway)
    const writer = startWriter(gateway)
    await sleep(300)
    const made = await world.bindery('backup', 'cluster', folder('backup'), '--bytes')
    assert.equal(made.code, 0, made.output)
    const { acknowledged } = await writer.stop()
    assert.ok(acknowledged.size > 0)
    const restored = await emptyCluster(t, 'restored')
    const filled = await restored.bindery('restore', folder('backup'), 'cluster', '--bytes')
    assert.equal(filled.code, 0, filled.output)
    await compare(await restored.startGateway(), expected)
    assert.equal((await restored.bindery('restore', folder('backup'), folder('as-folder'))).code, 0)
    await compare(await startFolder(t, 'as-folder'), expected)
  })

  test('a cluster without the master keys of the folder is not filled', async (t) => {
    const server = await startServer({ folder: folder('sealed'), args: ['--workers', '1'] })
    atEnd(t, () => server.kill())
    const world = await emptyCluster(t, 'sealed')
    const refused = await world.bindery('migrate', folder('sealed'), 'cluster')
    assert.match(refused.output, /needs the master keys of .*sealed/)
    const keys = `${MASTER_KEYS},${readFileSync(join(folder('sealed'), 'master-keys'), 'utf8')
      .trim()
      .replaceAll('\n', ',')}`
    const moved = await world
      .withVariables({ BINDERY_MASTER_KEYS: keys })
      .bindery('migrate', folder('sealed'), 'cluster')
    assert.equal(moved.code, 0, moved.output)
  })
})

/** Objects of all sizes and forms, plain and encrypted, and an open upload. */
async function fill(server) {
  const client = rawClient(server)
  const objects = new Map()
  for (const size of [0, 100, 3_000, 9_000, 300_000, 1_048_576, 3_500_000]) {
    for (const name of ['a', 'b', 'c', 'd']) {
      objects.set(`${name}-${size}`, randomBytes(size))
      await client.put(`${name}-${size}`, objects.get(`${name}-${size}`))
    }
  }
  for (const key of ['joined-1', 'joined-2', 'joined-3']) {
    const uploadId = await client.initiate(key)
    const parts = [1, 2, 3].map((number) => ({ number, bytes: randomBytes(PART_BYTES) }))
    const listed = []
    for (const { number, bytes } of parts)
      listed.push({ number, etag: await client.part(key, uploadId, number, bytes) })
    await client.complete(key, uploadId, listed)
    objects.set(key, Buffer.concat(parts.map(({ bytes }) => bytes)))
  }
  for (const key of ['a-300000', 'joined-2']) {
    await client.copy(`copy-of-${key}`, key)
    objects.set(`copy-of-${key}`, objects.get(key))
  }
  await client.remove('b-9000')
  objects.delete('b-9000')
  const uploadId = await client.initiate('open')
  const bytes = randomBytes(PART_BYTES)
  const open = { uploadId, bytes, part: { number: 1, etag: await client.part('open', uploadId, 1, bytes) } }
  client.agent.destroy()
  return { objects, open }
}

async function compare(server, { objects }) {
  const client = rawClient(server)
  const names = new Set(await client.keys())
  for (const [key, bytes] of objects) {
    assert.ok(names.has(key), key)
    assert.ok((await client.get(key)).equals(bytes), key)
  }
  client.agent.destroy()
}

async function statusOfPut(server) {
  const client = rawClient(server)
  try {
    await client.put('probe', Buffer.from('probe'))
    return 200
  } catch ({ status }) {
    return status
  } finally {
    client.agent.destroy()
  }
}

/** Puts objects until it is stopped; remembers what was acknowledged and refused. */
function startWriter(server) {
  const client = rawClient(server)
  const acknowledged = new Map()
  const refusals = []
  let isOver = false
  const running = (async () => {
    for (let number = 0; !isOver; number += 1) {
      const bytes = randomBytes(number % 2 === 0 ? 500 : 20_000)
      try {
        await client.put(`written/${number}`, bytes)
        acknowledged.set(`written/${number}`, bytes)
      } catch ({ status }) {
        refusals.push(status)
        await sleep(50)
      }
    }
  })()
  return {
    async stop() {
      isOver = true
      await running
      client.agent.destroy()
      return { acknowledged, refusals }
    },
  }
}

async function until(holds) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return
    await sleep(50)
  }
  assert.fail('not within 30 s')
}
