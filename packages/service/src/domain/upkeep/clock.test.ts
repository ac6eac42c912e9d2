import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Domain } from '../domain.js'
import { deleteObject } from '../objects/objects.js'
import { BUCKET, blobCount, get, initiate, key, named, OWNER, part, put, sweepAll, testDomain } from '../testing.js'
import { completeUpload } from '../uploads/complete.js'

/** The same work under some clock, and its result. */
async function work(clock: (domain: Domain) => Domain): Promise<[kept: string, freed: number, blobs: number]> {
  const domain = clock(await testDomain())
  await put(domain, 'k', 'first')
  await put(domain, 'k', 'second')
  await put(domain, 'gone', 'bytes')
  await deleteObject(domain, named('gone'))
  const uploadId = await initiate(domain, 'u')
  await part(domain, 'u', uploadId, 1, 'old')
  await part(domain, 'u', uploadId, 1, 'new')
  const completion = { bucket: BUCKET, key: key('u'), uploadId, acl: 'default', forbidOverwrite: false } as const
  await completeUpload(domain, { ...completion, parts: 'all', requester: OWNER })
  const freed = await sweepAll(domain)
  return [`${await get(domain, 'k')} ${await get(domain, 'u')}`, freed, await blobCount(domain)]
}

test('P4: with a clock that runs backwards nothing is lost, and the same data are freed', async () => {
  const forwards = await work((domain) => domain)
  let now = Date.UTC(2026, 0, 1)
  const backwards = await work((domain) => ({ ...domain, clock: () => (now -= 3_600_000) }))
  assert.deepEqual(forwards, ['second new', 3, 2])
  assert.deepEqual(backwards, forwards)
})
