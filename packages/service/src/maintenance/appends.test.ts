import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendObject } from '../domain/objects/append-object.js'
import { copyObject } from '../domain/objects/copy-object.js'
import { BUCKET, key, named, OWNER, PLAIN, sourceOf, sweepAll } from '../domain/testing.js'
import { filled, run } from './testing.js'

test('appendable objects and their copies are sound, before and after joined parts are swept', async () => {
  const store = await filled()
  const { domain } = store
  const common = { bucket: BUCKET, owner: OWNER, contentMd5: undefined }
  const append = (position: number) =>
    appendObject(
      domain,
      { ...common, key: key('log'), position, acl: undefined, description: PLAIN },
      sourceOf('x'.repeat(100)),
    )
  let position = 0
  for (let time = 0; time < 130; time += 1) {
    position = (await append(position)).size
    if (time !== 60) continue
    const copy = { ...common, key: key('copy'), acl: 'default', forbidOverwrite: false, source: named('log') } as const
    await copyObject(domain, { ...copy, descriptionOf: () => PLAIN })
  }
  assert.deepEqual((await run(store)).kinds, [])
  await sweepAll(domain)
  assert.deepEqual((await run(store)).kinds, [])
})
