// The master keys of a cluster are replaced, without and with data that were encrypted under the old ones.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { openClusterKeys } from '../../packages/server/dist/gateway/cluster-keys.js'
import { BUCKET, rawClient } from '../crash/clients.mjs'
import { encryptionOf } from '../crash/contents.mjs'
import { atEnd } from '../support/at-end.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const BYTES = 150_000

test('after a rewrap of a cluster at rest its data are read under the new master key alone', {
  skip: withoutPostgres(),
}, async (t) => {
  const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const store = await startBinderyStore()
  const world = await startWorld({ ...store, masterKeys: old })
  atEnd(t, async () => {
    await world.dispose()
    await store.stop()
  })
  const under = (keys) => ({ env: { BINDERY_MASTER_KEYS: keys }, args: ['--buckets', BUCKET] })
  const contents = new Map(KEYS.map((key) => [key, randomBytes(BYTES)]))
  const first = await world.startGateway(under(old))
  const writing = rawClient(first)
  for (const [key, bytes] of contents) await writing.put(key, bytes)
  writing.agent.destroy()
  await first.stop()
  const both = world.withVariables({ BINDERY_MASTER_KEYS: `${next},${old}` })
  const { code, output } = await both.bindery('keys', 'rewrap')
  assert.equal(code, 0, output)
  assert.match(output, /^[1-9]\d* records/m)
  await assert.rejects(world.startGateway(under(old)), /with a master key that is not given/)
  const last = await world.startGateway(under(next))
  const reading = rawClient(last)
  for (const [key, bytes] of contents) assert.ok((await reading.get(key)).equals(bytes), key)
  reading.agent.destroy()
})

test('of two commands that change the keys of a cluster at once, the later one is refused, and no key is lost', {
  skip: withoutPostgres(),
}, async (t) => {
  const world = await startWorld()
  atEnd(t, () => world.dispose())
  await (await world.startGateway()).stop()
  const config = {
    metadata: world.url,
    blobs: world.variables.BINDERY_BLOBS,
    masterKeys: world.variables.BINDERY_MASTER_KEYS,
  }
  const homes = await Promise.all([openClusterKeys(config), openClusterKeys(config)])
  atEnd(t, () => Promise.all(homes.map((home) => home.close())))
  const rings = await Promise.all(homes.map((home) => home.ring()))
  const changes = homes.map((home, index) => {
    const [master] = home.masters
    return rings[index].with('', { master, now: Date.now(), random: randomBytes })
  })
  await homes[0].writeRing(changes[0].ring)
  await assert.rejects(homes[1].writeRing(changes[1].ring), { kind: 'keysChanged' })
  const { code, output } = await world.bindery('keys', 'list')
  assert.equal(code, 0, output)
  assert.ok(output.includes(changes[0].key.id))
  assert.ok(!output.includes(changes[1].key.id))
})

/** Keys whose objects the clients encrypt, and one that they do not. */
const KEYS = Array.from({ length: 12 }, (_, index) => `${index}/0`)
assert.ok(KEYS.some((key) => encryptionOf(key) !== undefined))
