import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectRows } from '../domain/stored/keyspace.js'
import { BUCKET, sourceOf } from '../domain/testing.js'
import { type Scrubbed, scrub } from './scrub.js'
import { blobOf, blobOfPart, filled, run, type Store } from './testing.js'

async function scrubbed({
  domain,
}: Store): Promise<{ bytes: number; damaged: Extract<Scrubbed, { kind: 'damaged' }>[] }> {
  const damaged: Extract<Scrubbed, { kind: 'damaged' }>[] = []
  let bytes = 0
  for await (const found of scrub(domain)) {
    if (found.kind === 'damaged') damaged.push(found)
    else bytes += found.bytes
  }
  return { bytes, damaged }
}

test('a pass reads the bytes of every blob once, wherever it begins', async () => {
  const store = await filled()
  const { checked } = await run(store, { bytes: false })
  for (const first of [0, 127, 255]) {
    const domain = { ...store.domain, random: (length: number) => new Uint8Array(length).fill(first) }
    assert.deepEqual(await scrubbed({ ...store, domain }), { bytes: checked.bytes, damaged: [] })
  }
})

test('a damaged blob is reported with the names in its record', async () => {
  const store = await filled()
  const [ofObject, ofPart] = [await blobOf(store, 'plain'), await blobOfPart(store, store.joined, 2)]
  store.rotten.add(ofObject).add(ofPart)
  const { damaged } = await scrubbed(store)
  const facts = damaged.map((found) => found.facts).sort((a, b) => (a.blob ?? '').localeCompare(b.blob ?? ''))
  assert.deepEqual(facts, [
    { bucket: BUCKET, key: 'plain', blob: ofObject },
    { manifest: store.joined, partNumber: 2, blob: ofPart },
  ])
})

test('a blob that no record names is not reported, damaged or missing', async () => {
  const store = await filled()
  const { id } = await store.domain.blobs.write(sourceOf('unnamed'), {
    owner: objectRows.key({ bucket: BUCKET, key: 'never' }),
  })
  store.rotten.add(id)
  assert.deepEqual((await scrubbed(store)).damaged, [])
})
