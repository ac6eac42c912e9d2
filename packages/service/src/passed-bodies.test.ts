import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BlobStore, createMemoryBlobStore, type LentBytes } from '@bindery/storage'
import { bytesOf } from './domain/testing.js'
import { BUCKET, call, send, startWithBucket } from './testing/index.js'

/** A store whose bytes can be passed; its passes leave everything to `next`. */
function passing(blobs: BlobStore): { readonly blobs: BlobStore; readonly passes: () => number } {
  let passes = 0
  return {
    passes: () => passes,
    blobs: {
      ...blobs,
      passNow(id, range) {
        passes += 1
        const pieces = blobs.read(id, range)[Symbol.asyncIterator]()
        return {
          left: range.end - range.start,
          pass: (_, passed) => passed(0),
          next: async (): Promise<LentBytes | undefined> => {
            const { done, value } = await pieces.next()
            return done === true ? undefined : value
          },
          release: async () => void (await pieces.return?.()),
        }
      },
    },
  }
}

test('D4: what is being passed to a socket is not freed before it has ended, the first time and when it is repeated', async () => {
  const { blobs, passes } = passing(createMemoryBlobStore())
  const started = await startWithBucket({ blobs })
  const content = 'bytes that are passed'.repeat(1000)
  const get = { method: 'GET', bucket: BUCKET, key: 'k', passes: true }
  for (const before of [0, 1, 2, 3]) {
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: content })
    for (let round = 0; round < before; round += 1) await call(started, get)
    const { body } = await send(started, get)
    await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k' })
    for (let round = 0; round < 3; round += 1) assert.equal((await started.service.sweep()).freed, 0)
    assert.ok(body !== undefined && !(body instanceof Uint8Array))
    assert.equal((await bytesOf(body)).toString(), content)
    let freed = 0
    for (let round = 0; round < 3; round += 1) freed += (await started.service.sweep()).freed
    assert.equal(freed, 1)
  }
  assert.equal(passes(), 1 + 2 + 3 + 4)
})

test('a passed body that is dropped releases its object', async () => {
  const { blobs } = passing(createMemoryBlobStore())
  const started = await startWithBucket({ blobs })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'dropped'.repeat(1000) })
  const { body } = await send(started, { method: 'GET', bucket: BUCKET, key: 'k', passes: true })
  assert.ok(body !== undefined && !(body instanceof Uint8Array))
  await body[Symbol.asyncIterator]().return?.()
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'k' })
  let freed = 0
  for (let round = 0; round < 3; round += 1) freed += (await started.service.sweep()).freed
  assert.equal(freed, 1)
})
