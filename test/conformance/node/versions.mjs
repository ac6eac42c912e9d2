// Facts about versions, each in a bucket of its own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { refused } from './harness.mjs'

/** Calls `body` while the client uses a new bucket that keeps versions, and deletes that with all that it holds. */
async function withVersions(client, body) {
  const before = client.options.bucket
  const bucket = `${before.slice(0, 40)}-v${randomBytes(3).toString('hex')}`
  await client.putBucket(bucket)
  await client.putBucketVersioning(bucket, 'Enabled')
  client.useBucket(bucket)
  try {
    await body(client, bucket)
    for (const { name, versionId } of await versionsOf(client)) await client.delete(name, { versionId })
    await client.deleteBucket(bucket)
  } finally {
    client.useBucket(before)
  }
}

const idOf = ({ res }) => res.headers['x-oss-version-id']

/** All versions and delete markers, page by page. */
async function versionsOf(client, query = {}) {
  const found = []
  let next = {}
  do {
    const page = await client.getBucketVersions({ 'max-keys': 2, ...query, ...next })
    found.push(...(page.objects ?? []), ...(page.deleteMarker ?? []))
    next = page.isTruncated
      ? {
          keyMarker: page.NextKeyMarker ?? page.nextMarker,
          versionIdMarker: page.NextVersionIdMarker ?? page.nextVersionIdMarker,
        }
      : undefined
  } while (next !== undefined)
  return found
}

export const VERSION_FACTS = [
  [
    'versions are kept, read, listed, restored by a copy, and deleted one by one',
    (client) =>
      withVersions(client, async (own, bucket) => {
        assert.equal((await own.getBucketVersioning(bucket)).versionStatus, 'Enabled')
        const [first, second] = [
          idOf(await own.put('k', Buffer.from('first'))),
          idOf(await own.put('k', Buffer.from('second'))),
        ]
        assert.deepEqual([first.length, second.length], [64, 64])
        const textOf = async (versionId) => (await own.get('k', { versionId })).content.toString()
        assert.deepEqual([await textOf(), await textOf(first), await textOf(second)], ['second', 'first', 'second'])
        assert.equal(idOf(await own.head('k', { versionId: first })), first)
        const marker = await own.delete('k')
        assert.equal(marker.res.headers['x-oss-delete-marker'], 'true')
        await refused('NoSuchKey', own.get('k'))
        const ids = (await versionsOf(own)).map(({ versionId }) => versionId)
        assert.deepEqual(ids.sort(), [first, second, idOf(marker)].sort())
        await own.copy('k', 'k', { versionId: first })
        assert.equal(await textOf(), 'first')
        await own.deleteMulti([{ key: 'k', versionId: first }])
        await refused('NoSuchVersion', own.get('k', { versionId: first }))
        await refused('BucketNotEmpty', own.deleteBucket(bucket))
      }),
  ],
  [
    'a suspended bucket replaces its null version alone, and forbids no overwrite',
    (client) =>
      withVersions(client, async (own, bucket) => {
        const kept = idOf(await own.put('k', Buffer.from('kept')))
        await own.putBucketVersioning(bucket, 'Suspended')
        const headers = { 'x-oss-forbid-overwrite': 'true' }
        for (const body of ['one', 'two']) {
          assert.equal(idOf(await own.put('k', Buffer.from(body), { headers })), 'null')
        }
        assert.deepEqual((await versionsOf(own)).map(({ versionId }) => versionId).sort(), [kept, 'null'].sort())
        assert.equal(idOf(await own.delete('k')), 'null')
        assert.deepEqual((await versionsOf(own)).map(({ versionId }) => versionId).sort(), [kept, 'null'].sort())
      }),
  ],
  [
    'an upload in parts makes a version',
    (client) =>
      withVersions(client, async (own) => {
        const first = idOf(await own.put('parts', Buffer.from('first')))
        const completed = await own.multipartUpload('parts', Buffer.alloc(300 * 1024, 'x'), { partSize: 100 * 1024 })
        const version = idOf(completed)
        assert.equal(version.length, 64)
        assert.equal((await own.get('parts', { versionId: version })).content.length, 300 * 1024)
        assert.equal((await own.get('parts', { versionId: first })).content.toString(), 'first')
      }),
  ],
]
