import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindDomain } from '../domain/buckets/cnames.js'
import { boundDomainRows } from '../domain/stored/keyspace.js'
import { BUCKET } from '../domain/testing.js'
import { filled, remove, run } from './testing.js'

const DOMAIN = { domain: 'files.example.com' }

test('an audit finds a domain that leads to a bucket which does not list it, and a repair releases it', async () => {
  const store = await filled()
  const { metadata } = store.domain
  await metadata.transact(async (tx) => boundDomainRows.set(tx, DOMAIN, { bucket: BUCKET }))
  assert.deepEqual((await run(store)).kinds, ['domainStray'])
  await run(store, { repair: true })
  assert.deepEqual((await run(store)).kinds, [])
  assert.equal(await metadata.read((reader) => boundDomainRows.read(reader, DOMAIN)), undefined)
})

test('an audit finds a domain that does not lead to the bucket which lists it, and a repair binds it', async () => {
  const store = await filled()
  await bindDomain(store.domain, BUCKET, DOMAIN.domain, undefined)
  assert.deepEqual((await run(store)).kinds, [])
  await remove(store.domain, boundDomainRows.key(DOMAIN))
  assert.deepEqual((await run(store)).kinds, ['domainMissing'])
  await run(store, { repair: true })
  assert.deepEqual((await run(store)).kinds, [])
})
