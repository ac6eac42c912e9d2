import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { type BlobStore, type ByteRange, StorageError } from '@bindery/storage'
import { failingSource, isStorageError, seededRandom, sourceOf } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { openS3BlobStore, type S3BlobStore, type S3BlobStoreOptions } from './s3-blob-store.js'
import { startBindery, type TestStore } from './testing/bindery-server.js'
import { type Fault, type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.js'

const MIB = 1024 ** 2
const options = { owner: Buffer.from('owner') }
const content = randomBytes(13 * MIB + 5)

describe('an S3 store that fails', () => {
  let store: TestStore
  let proxy: FaultyProxy
  before(async () => {
    store = await startBindery()
    proxy = await startFaultyProxy(store.endpoint)
  })
  after(async () => {
    await proxy.close()
    await store.stop()
  })

  async function open(t: TestContext, more: Partial<S3BlobStoreOptions> = {}): Promise<S3BlobStore> {
    const place = more.place ?? (await store.place({ endpoint: proxy.endpoint }))
    proxy.plan = () => undefined
    const incarnation = randomBytes(8).toString('hex')
    const blobs = await openS3BlobStore({ place, incarnation, bufferBytes: 32 * MIB, ...more })
    atEnd(t, async () => {
      proxy.plan = () => undefined
      await blobs.close()
    })
    return blobs
  }

  test('whatever fails, a write is stored whole or not at all, and a read returns the right bytes or none', async (t) => {
    const random = seededRandom(t)
    const blobs = await open(t)
    const faults: Fault[] = ['refuse', 'loseAnswer', 'cutRequest', 'cutAnswer', 'changeAnswer', 'changeRequest']
    const chance = () => (random.below(8) === 0 ? faults[random.below(faults.length)] : undefined)
    const written = new Map<string, Buffer>()
    let failures = 0
    for (let round = 0; round < 60; round += 1) {
      proxy.plan = chance
      const size = [3_000, 70_000, MIB, 2 * MIB + 9, 5 * MIB, 12 * MIB + 1][random.below(6)] ?? 0
      const bytes = content.subarray(0, size)
      try {
        const { id } = await blobs.write(sourceOf(bytes, 300_000), options)
        written.set(id, bytes)
      } catch (error) {
        assert.ok(error instanceof StorageError, String(error))
        failures += 1
      }
      for (const [id, expected] of [...written].slice(-2)) {
        const start = random.below(expected.length)
        const range = { start, end: start + random.below(expected.length - start) + 1 }
        const read = await readAll(blobs, id, range).catch((error) => error)
        if (read instanceof Error) failures += 1
        else assert.ok(read.equals(expected.subarray(range.start, range.end)), id)
      }
    }
    proxy.plan = () => undefined
    t.diagnostic(`${written.size} written, ${failures} failures`)
    for (const [id, bytes] of written) assert.equal(md5(await readAll(blobs, id)), md5(bytes))
    const listed = new Set<string>()
    for await (const { id } of blobs.list()) listed.add(id)
    for (const id of written.keys()) assert.ok(listed.has(id), `${id} is not listed`)
  })

  test('requests that fail for the moment are repeated, and a lost answer of a Complete is found out', async (t) => {
    const blobs = await open(t)
    for (const fault of ['refuse', 'loseAnswer', 'cutRequest', 'changeRequest'] as const) {
      const failed = new Set<string>()
      proxy.plan = ({ method, target }) => {
        const kind = `${method} ${target.replace(/[0-9a-f]{12}/, '')}`
        if (method === 'GET' || failed.has(kind)) return undefined
        failed.add(kind)
        return fault
      }
      const outcome = await blobs.write(sourceOf(content), options).catch((error) => error)
      if (fault === 'changeRequest') assert.ok(outcome instanceof StorageError)
      else assert.equal(md5(await readAll(blobs, outcome.id)), md5(content), fault)
      assert.ok(failed.size > 0)
    }
  })

  test('a changed byte is read again, and reported if it is the same', async (t) => {
    const blobs = await open(t)
    const { id } = await blobs.write(sourceOf(content), options)
    let changes = 1
    proxy.plan = ({ method }) => (method === 'GET' && changes-- > 0 ? 'changeAnswer' : undefined)
    assert.equal(md5(await readAll(blobs, id)), md5(content))
    proxy.plan = ({ method }) => (method === 'GET' ? 'changeAnswer' : undefined)
    await assert.rejects(readAll(blobs, id), isStorageError('corrupt'))
    await assert.rejects(blobs.crc64(id, { start: 0, end: content.length }), isStorageError('corrupt'))
  })

  test('a read that was cut goes on with the next chunk', async (t) => {
    const blobs = await open(t)
    const { id } = await blobs.write(sourceOf(content), options)
    let cuts = 2
    proxy.plan = ({ method }) => (method === 'GET' && cuts-- > 0 ? 'cutAnswer' : undefined)
    const before = proxy.seen.length
    assert.equal(md5(await readAll(blobs, id)), md5(content))
    assert.equal(proxy.seen.length - before, 3)
  })

  test('a read whose answer is late is sent a second time', async (t) => {
    // the first one is never answered, and is not given up
    const blobs = await open(t, { hedgeMs: 100, silenceMs: 600_000 })
    const { id } = await blobs.write(sourceOf(content.subarray(0, MIB)), options)
    let late = 1
    proxy.plan = ({ method }) => (method === 'GET' && late-- > 0 ? 'silence' : undefined)
    assert.equal(md5(await readAll(blobs, id)), md5(content.subarray(0, MIB)))
  })

  test('a store that is silent is not waited for again and again', async (t) => {
    const blobs = await open(t, { silenceMs: 300, hedgeMs: 100 })
    const { id } = await blobs.write(sourceOf(content.subarray(0, MIB)), options)
    proxy.plan = () => 'silence'
    const before = proxy.seen.length
    await assert.rejects(blobs.write(sourceOf(content.subarray(0, MIB)), options), isStorageError('unavailable'))
    await assert.rejects(readAll(blobs, id), isStorageError('unavailable'))
    const methods = proxy.seen.slice(before).map((line) => line.split(' ')[0])
    assert.deepEqual(methods, ['PUT', 'DELETE', 'GET', 'GET'])
  })

  test('a list that never ends is refused', async (t) => {
    const blobs = await open(t)
    for (const kind of ['list-type', 'uploads']) {
      proxy.plan = ({ target }) => (target.includes(kind) ? 'emptyPage' : undefined)
      await assert.rejects(async () => {
        for await (const { id } of blobs.list()) assert.fail(id)
      }, isStorageError('unavailable'))
    }
  })

  test('a reader that stands still keeps no connection, and reads on afterwards', async (t) => {
    const blobs = await open(t, { pauseMs: 50 })
    const { id } = await blobs.write(sourceOf(content), options)
    const pieces: Buffer[] = []
    for await (const piece of blobs.read(id)) {
      pieces.push(Buffer.from(piece.bytes))
      piece.release()
      if (pieces.length === 1) while (proxy.running() > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.equal(md5(Buffer.concat(pieces)), md5(content))
  })

  test('blobs that are deleted at once take one request', async (t) => {
    const blobs = await open(t)
    const ids: string[] = []
    for (let index = 0; index < 20; index += 1) {
      ids.push((await blobs.write(sourceOf(content.subarray(0, 5_000)), options)).id)
    }
    const before = proxy.seen.length
    await Promise.all(ids.map((id) => blobs.delete(id)))
    assert.equal(proxy.seen.length - before, 1)
    for await (const { id } of blobs.list()) assert.fail(id)
  })

  test('an answer of success that ends with an error has deleted nothing', async (t) => {
    const blobs = await open(t)
    const ids: string[] = []
    for (let index = 0; index < 3; index += 1) {
      ids.push((await blobs.write(sourceOf(content.subarray(0, 5_000)), options)).id)
    }
    proxy.plan = ({ method }) => (method === 'POST' ? 'errorInAnswer' : undefined)
    for (const { status } of await Promise.allSettled(ids.map((id) => blobs.delete(id))))
      assert.equal(status, 'rejected')
    proxy.plan = () => undefined
    await Promise.all(ids.map((id) => blobs.delete(id)))
    for await (const { id } of blobs.list()) assert.fail(id)
  })

  test('a deletion that arrives late, after its repetition, harms no other blob', async (t) => {
    const blobs = await open(t)
    const bytes = content.subarray(0, 9_000)
    const { id } = await blobs.write(sourceOf(bytes), options)
    let lost = 1
    proxy.plan = ({ method }) => (method === 'DELETE' && lost-- > 0 ? 'late' : undefined)
    await blobs.delete(id)
    // the deletion after a write that failed arrives late too
    proxy.plan = ({ method }) => (method === 'PUT' ? 'refuse' : method === 'DELETE' ? 'late' : undefined)
    await assert.rejects(blobs.write(sourceOf(bytes), options), isStorageError('unavailable'))
    proxy.plan = () => undefined
    const later = await blobs.write(sourceOf(bytes), options)
    assert.equal(await proxy.deliver(), 2)
    assert.equal(md5(await readAll(blobs, later.id)), md5(bytes))
  })

  test('a blob that is taken over again after a failure stays, though requests of the first try arrive late', async (t) => {
    for (const size of [9_000, 13 * MIB]) {
      const source = await open(t)
      const place = await store.place({ endpoint: proxy.endpoint })
      const target = await open(t, { place })
      const bytes = content.subarray(0, size)
      const { id } = await source.write(sourceOf(bytes), options)
      proxy.plan = ({ method, target }) =>
        target.includes('?uploads') || method === 'GET'
          ? undefined
          : method === 'PUT' && !target.includes('partNumber=1')
            ? 'refuse'
            : 'late'
      await assert.rejects(target.adopt(await source.openStored(id), options.owner), isStorageError('unavailable'))
      proxy.plan = () => undefined
      const adopted = await target.adopt(await source.openStored(id), options.owner)
      await proxy.deliver()
      assert.equal(md5(await readAll(target, adopted)), md5(bytes))
      await target.close()
      assert.equal(md5(await readAll(await open(t, { place }), adopted)), md5(bytes))
    }
  })

  test('readers that take nothing leave connections to others, and to writes', async (t) => {
    const blobs = await open(t, { connections: 2, pauseMs: 600_000 })
    const { id } = await blobs.write(sourceOf(content), options)
    const readers = Array.from({ length: 5 }, () => blobs.read(id)[Symbol.asyncIterator]())
    for (const reader of readers) (await reader.next()).value?.release()
    await blobs.write(sourceOf(content.subarray(0, MIB)), options)
    for (const reader of readers) {
      let received = MIB
      for (let step = await reader.next(); step.done !== true; step = await reader.next()) {
        received += step.value.bytes.length
        step.value.release()
      }
      assert.equal(received, content.length)
    }
  })

  test('what a dead process left is listed: an unfinished upload as well, which a deletion aborts', async (t) => {
    const place = await store.place({ endpoint: proxy.endpoint })
    const dead = await open(t, { place })
    proxy.plan = ({ method, target }) => (method === 'DELETE' || target.includes('partNumber=2') ? 'refuse' : undefined)
    await assert.rejects(dead.write(sourceOf(content), options), isStorageError('unavailable'))
    const heir = await open(t, { place })
    const found: string[] = []
    for await (const entry of heir.list(dead.incarnation)) {
      assert.equal(entry.incarnation, dead.incarnation)
      assert.equal(await entry.hint(), undefined)
      found.push(entry.id)
    }
    assert.equal(found.length, 1)
    await assert.rejects(heir.crc64(found[0] ?? '', { start: 0, end: 0 }), isStorageError('notFound'))
    await heir.delete(found[0] ?? '')
    for await (const { id } of heir.list()) assert.fail(id)
  })

  test('the error of a source leaves neither an object nor an upload, at any size', async (t) => {
    const blobs = await open(t)
    for (const size of [0, 3_000, MIB, 5 * MIB, 11 * MIB]) {
      const error = new Error(`after ${size}`)
      await assert.rejects(blobs.write(failingSource(content.subarray(0, size), error), options), error)
    }
    for await (const { id } of blobs.list()) assert.fail(id)
  })

  test('a silent sender gives way when others wait for its memory', async (t) => {
    const blobs = await open(t, { bufferBytes: 10 * MIB, patienceMs: 300 })
    let isFirst = true
    const silent = {
      size: 5 * MIB,
      ready: () => (isFirst ? Promise.resolve() : new Promise<void>(() => {})),
      read: async (buffer: Uint8Array) => {
        isFirst = false
        buffer[0] = 1
        return 1
      },
    }
    const slow = assert.rejects(blobs.write(silent, options), isStorageError('unavailable'))
    while (isFirst) await new Promise((resolve) => setTimeout(resolve, 5))
    const { id } = await blobs.write(sourceOf(content.subarray(0, 5 * MIB)), options)
    await slow
    assert.equal(md5(await readAll(blobs, id)), md5(content.subarray(0, 5 * MIB)))
  })
})

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

async function readAll(store: BlobStore, id: string, range?: ByteRange): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of store.read(id, range)) {
    pieces.push(Buffer.from(piece.bytes))
    piece.release()
  }
  return Buffer.concat(pieces)
}
