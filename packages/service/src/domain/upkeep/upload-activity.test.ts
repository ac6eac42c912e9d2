import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, initiate, key, part, testDomain } from '../testing.js'
import { abortUpload } from '../uploads/uploads.js'
import { UploadActivity } from './upload-activity.js'

const DAY_MS = 24 * 3_600_000

async function setUp() {
  const clock = { now: Date.UTC(2026, 0, 5) }
  const domain = { ...(await testDomain()), clock: () => clock.now }
  return { clock, domain, activity: new UploadActivity(domain) }
}

test('the oldest incomplete upload is the one that was initiated first, whatever its key', async () => {
  const { clock, domain, activity } = await setUp()
  assert.equal((await activity.ages()).oldest, undefined)
  const first = await initiate(domain, 'z')
  clock.now += 1_000
  await initiate(domain, 'a')
  clock.now += 500
  assert.equal((await activity.ages()).oldest, 1_500)
  await abortUpload(domain, { bucket: BUCKET, key: key('z'), uploadId: first })
  assert.equal((await activity.ages()).oldest, 500)
})

test('an upload is active for a minute after its last part, whatever its number, and stalled after 7 days', async () => {
  const { clock, domain, activity } = await setUp()
  const upload = await initiate(domain, 'k')
  await part(domain, 'k', upload, 9, 'nine')
  assert.deepEqual((await activity.ages()).states, { active: 1, idle: 0, stalled: 0 })
  clock.now += 60_000
  assert.deepEqual((await activity.ages()).states, { active: 0, idle: 1, stalled: 0 })
  clock.now += 7 * DAY_MS
  assert.deepEqual((await activity.ages()).states, { active: 0, idle: 0, stalled: 1 })
  await part(domain, 'k', upload, 1, 'one')
  assert.deepEqual((await activity.ages()).states, { active: 1, idle: 0, stalled: 0 })
})

test('a process that sees an upload for the first time counts from its last part, and without one from its beginning', async () => {
  const { clock, domain } = await setUp()
  const upload = await initiate(domain, 'k')
  await initiate(domain, 'without-parts')
  clock.now += 3 * DAY_MS
  await part(domain, 'k', upload, 1, 'one')
  clock.now += 5 * DAY_MS
  assert.deepEqual((await new UploadActivity(domain).ages()).states, { active: 0, idle: 1, stalled: 1 })
})

test('of a part that came between two looks nothing is assumed but that it came after the first', async () => {
  const { clock, domain, activity } = await setUp()
  const upload = await initiate(domain, 'k')
  await part(domain, 'k', upload, 9, 'nine')
  await activity.ages()
  clock.now += 30 * 60_000
  await part(domain, 'k', upload, 1, 'one')
  clock.now += 30 * 60_000
  assert.deepEqual((await activity.ages()).states, { active: 0, idle: 1, stalled: 0 })
  clock.now += 30 * 60_000
  await part(domain, 'k', upload, 10, 'ten')
  assert.deepEqual((await activity.ages()).states, { active: 1, idle: 0, stalled: 0 })
})

test('uploads of many pages are all counted', async () => {
  const { domain, activity } = await setUp()
  for (let index = 0; index < 200; index += 1) await initiate(domain, `k${index}`)
  assert.equal((await activity.ages()).states.active, 200)
})
