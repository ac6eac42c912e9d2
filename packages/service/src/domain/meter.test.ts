import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Meter } from './meter.js'
import { complete, initiate, part, testDomain } from './testing.js'

test('a replaced part, a made object and a repeated Complete are counted once, though transactions run again', async () => {
  const counts = { completed: [] as number[], again: 0, replaced: 0 }
  const meter: Meter = {
    completed: (parts) => void counts.completed.push(parts),
    answeredAgain: () => void counts.again++,
    replacedPart: () => void counts.replaced++,
    abortedInConsole: () => {},
  }
  const domain = { ...(await testDomain()), meter }
  const uploadId = await initiate(domain, 'k')
  await part(domain, 'k', uploadId, 1, Buffer.alloc(102_400, 'a'))
  await part(domain, 'k', uploadId, 2, 'one')
  assert.equal(counts.replaced, 0)
  await part(domain, 'k', uploadId, 2, 'other')
  await complete(domain, 'k', uploadId)
  await complete(domain, 'k', uploadId)
  assert.deepEqual(counts, { completed: [2], again: 1, replaced: 1 })
})
