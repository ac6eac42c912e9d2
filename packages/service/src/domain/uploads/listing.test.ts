import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, initiate, testDomain } from '../testing.js'
import { listUploads } from './listing.js'

test('uploads are listed by key, then by id; markers need not exist', async () => {
  const domain = await testDomain()
  const ids: [string, string][] = []
  for (const name of ['a', 'a', 'a', 'a/b', 'b']) ids.push([name, await initiate(domain, name)])
  const all = { bucket: BUCKET, prefix: '', delimiter: '', keyMarker: '', uploadIdMarker: '', maxUploads: 1000 }
  const list = async (more: Partial<typeof all>): Promise<[string, string][]> => {
    const { entries } = await listUploads(domain, { ...all, ...more })
    return entries.map((entry) =>
      entry.kind === 'upload' ? [entry.upload.key, entry.upload.uploadId] : [entry.prefix, ''],
    )
  }
  assert.deepEqual(await list({}), ids)
  assert.deepEqual(await list({ keyMarker: 'a' }), ids.slice(3))
  assert.deepEqual(await list({ keyMarker: 'a', uploadIdMarker: ids[1]?.[1] ?? '' }), ids.slice(2))
  assert.deepEqual(await list({ uploadIdMarker: ids[4]?.[1] ?? '' }), ids)
  assert.deepEqual(await list({ keyMarker: 'a', uploadIdMarker: '0' }), ids)
  assert.deepEqual(await list({ delimiter: '/', keyMarker: 'a' }), [['a/', ''], ids[4]])
  const page = await listUploads(domain, { ...all, maxUploads: 5 })
  assert.equal(page.isTruncated, false)
})
