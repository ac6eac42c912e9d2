import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAccessPoint } from '../domain/buckets/access-points.js'
import { entranceRows } from '../domain/stored/keyspace.js'
import { BUCKET } from '../domain/testing.js'
import { filled, remove, run } from './testing.js'

test('an audit finds a name that leads to an access point which no bucket lists, and a repair removes it', async () => {
  const store = await filled()
  const { metadata } = store.domain
  const stray = { entrance: 'point-1000000000000001' }
  await metadata.transact(async (tx) => entranceRows.set(tx, stray, { bucket: BUCKET, accessPoint: 'point' }))
  assert.deepEqual((await run(store)).kinds, ['entranceStray'])
  await run(store, { repair: true })
  assert.deepEqual((await run(store)).kinds, [])
  assert.equal(await metadata.read((reader) => entranceRows.read(reader, stray)), undefined)
})

test('an audit finds an access point to which its names do not lead, and a repair makes them lead there', async () => {
  const store = await filled()
  const { alias } = await createAccessPoint(store.domain, BUCKET, {
    accessPointName: 'point',
    networkOrigin: 'internet',
  })
  assert.deepEqual((await run(store)).kinds, [])
  await remove(store.domain, entranceRows.key({ entrance: alias }))
  assert.deepEqual((await run(store)).kinds, ['entranceMissing'])
  await run(store, { repair: true })
  assert.deepEqual((await run(store)).kinds, [])
})
