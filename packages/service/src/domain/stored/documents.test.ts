import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BucketSettings } from '@bindery/protocol'
import { StorageError } from '@bindery/storage'
import { changeDocument, findDocument } from '../buckets/documents.js'
import { BUCKET, testDomain } from '../testing.js'
import { documentRows } from './keyspace.js'

type Style = BucketSettings['style']['styles'][number]

const style = (name: string, content = 'image/resize,w_1'): Style => ({
  name,
  content,
  category: 'image',
  createTime: 0,
  lastModifyTime: 0,
})

async function domainWith(...styles: Style[]) {
  const domain = await testDomain()
  const set = (...changed: Style[]) =>
    changeDocument(domain, BUCKET, { kind: 'style', rowsMax: 9 }, () => ({ styles: changed }))
  await set(...styles)
  return { domain, set, find: async () => findDocument(domain, BUCKET, 'style') }
}

test('a document is parsed once while its row stays the same, and again when it changes', async () => {
  const { set, find } = await domainWith(style('a'))
  const first = await find()
  assert.equal(await find(), first)
  await set(style('b'))
  const changed = await find()
  assert.deepEqual(changed, { styles: [style('b')] })
  await set(style('b'))
  assert.equal(await find(), changed)
})

test('a document of several rows is parsed once, and again when one of them changes', async () => {
  const long = 'x'.repeat(150_000)
  const { domain, set, find } = await domainWith(style('a', long), style('b'))
  const first = await find()
  assert.equal(await find(), first)
  await set(style('a', long), style('c'))
  assert.deepEqual(await find(), { styles: [style('a', long), style('c')] })
  await domain.metadata.transact((tx) => documentRows.delete(tx, { bucket: BUCKET, document: 'style', page: 1 }))
  await assert.rejects(find, StorageError)
})

test("the stores of a process do not see each other's documents", async () => {
  const one = await domainWith(style('a'))
  const other = await domainWith(style('b'))
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(await one.find(), { styles: [style('a')] })
    assert.deepEqual(await other.find(), { styles: [style('b')] })
  }
})

test('requests share a document, so that none of them can change it', async () => {
  const { find } = await domainWith(style('a'))
  const found = (await find()) as unknown as { styles: { name: string }[] }
  assert.throws(() => found.styles.push({ name: 'b' }), TypeError)
  assert.throws(() => Object.assign(found.styles[0] ?? {}, { name: 'b' }), TypeError)
})
