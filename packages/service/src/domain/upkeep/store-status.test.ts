import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, initiate, key, testDomain } from '../testing.js'
import { abortUpload } from '../uploads/uploads.js'
import { oldestUpload } from './store-status.js'

test('the oldest incomplete upload is the one that was initiated first, whatever its key', async () => {
  let now = Date.UTC(2026, 0, 5)
  const domain = { ...(await testDomain()), clock: () => now }
  assert.equal(await oldestUpload(domain), undefined)
  const first = await initiate(domain, 'z')
  now += 1_000
  await initiate(domain, 'a')
  assert.equal(await oldestUpload(domain), now - 1_000)
  await abortUpload(domain, { bucket: BUCKET, key: key('z'), uploadId: first })
  assert.equal(await oldestUpload(domain), now)
})
