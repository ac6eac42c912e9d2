import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '@bindery/service'
import { BUCKET, call, element, elements, initiate, type TestResponse, uploadPart } from '@bindery/service/testing'
import type { FileOperations } from '@bindery/storage-local'
import type { Fault } from './faulty-files.js'
import { createWorld, get, LARGE, prepare, put, READS, SMALL, type World, WRITES } from './world.js'

/** Often enough to notice a buffer or descriptor that is lost each time. */
const TIMES = 6
/**
 * Packs that may be open afterwards and were not before: the replacement of one whose sync failed, and two that were
 * read.
 */
const PACKS_MORE = 3

function outcomeOf({ status, text }: TestResponse): string {
  return `${status} ${element(text, 'Code')}`
}

/** Everything works, and no more files are open than before. */
async function requireHealthy(world: World, openBefore: number): Promise<void> {
  const { started, files } = world
  files.faults = {}
  for (const body of [SMALL, LARGE]) {
    assert.equal((await put(started, 'after', body)).status, 200)
    assert.ok(body.equals((await get(started, 'after')).bytes))
  }
  assert.ok(SMALL.equals((await get(started, 'small')).bytes))
  assert.ok(LARGE.equals((await get(started, 'large')).bytes))
  for (let more = true; more; ) more = (await started.service.sweep()).more
  const most = openBefore + PACKS_MORE
  // files that are not read again close by themselves
  for (const end = performance.now() + 30_000; files.openCount > most && performance.now() < end; ) await sleep(100)
  assert.ok(files.openCount <= most, `${files.openCount} files are open, and ${openBefore} were`)
}

async function suffer(
  world: World,
  faults: World['files']['faults'],
  requests: readonly (keyof typeof WRITES | keyof typeof READS)[],
) {
  const outcomes: { readonly name: string; readonly answer: TestResponse }[] = []
  for (let time = 0; time < TIMES; time += 1) {
    for (const name of requests) {
      world.files.faults = faults
      const answer = await { ...WRITES, ...READS }[name](world)
      world.files.faults = {}
      outcomes.push({ name, answer })
    }
  }
  return outcomes
}

const WRITING: readonly (keyof typeof WRITES)[] = Object.keys(WRITES) as (keyof typeof WRITES)[]
const READING: readonly (keyof typeof READS)[] = Object.keys(READS) as (keyof typeof READS)[]

describe('a disk that fails while a request writes', () => {
  const failures: readonly (readonly [operations: readonly (keyof FileOperations)[], code: string])[] = [
    [['write', 'hashAndWrite'], 'EIO'],
    [['write', 'hashAndWrite'], 'ENOSPC'],
    [['allocate', 'write', 'hashAndWrite'], 'EDQUOT'],
    [['syncData'], 'EIO'],
    [['syncData'], 'ENOSPC'],
  ]
  for (const [operations, code] of failures) {
    test(`${code} of ${operations.join(', ')} is answered 503 ServiceUnavailable, and the next request succeeds`, async (t) => {
      const world = await createWorld(t)
      await prepare(world)
      const open = world.files.openCount
      const faults = Object.fromEntries(operations.map((operation): [string, Fault] => [operation, code]))
      for (const { name, answer } of await suffer(world, faults, WRITING)) {
        assert.equal(outcomeOf(answer), '503 ServiceUnavailable', name)
        assert.equal(answer.headers['retry-after'], '1')
      }
      await requireHealthy(world, open)
    })
  }

  test('EMFILE while creating a file is answered 503 ServiceUnavailable, and the next request succeeds', async (t) => {
    const world = await createWorld(t)
    await prepare(world)
    const open = world.files.openCount
    const large = ['PutObject of a large object', 'UploadPart'] as const
    for (const { name, answer } of await suffer(world, { create: 'EMFILE' }, large)) {
      assert.equal(outcomeOf(answer), '503 ServiceUnavailable', name)
    }
    await requireHealthy(world, open)
  })
})

describe('a disk that fails while a request reads', () => {
  for (const [faults, expected] of [
    [{ read: 'EIO' }, '503 ServiceUnavailable'],
    [{ read: 'rot' }, '500 InternalError'],
  ] as const) {
    test(`${faults.read} is ${expected}, and passes`, async (t) => {
      const world = await createWorld(t)
      await prepare(world)
      const open = world.files.openCount
      for (const { name, answer } of await suffer(world, faults, READING))
        assert.equal(outcomeOf(answer), expected, name)
      await requireHealthy(world, open)
    })
  }

  test('EMFILE while opening a file is answered 503 ServiceUnavailable, and the next request succeeds', async (t) => {
    const world = await createWorld(t)
    await prepare(world)
    const open = world.files.openCount
    const large = ['GetObject of a large object', 'GetObject of a range'] as const
    for (const { name, answer } of await suffer(world, { open: 'EMFILE' }, large)) {
      assert.equal(outcomeOf(answer), '503 ServiceUnavailable', name)
    }
    await requireHealthy(world, open)
  })
})

test('a slow disk delays requests and fails none', async (t) => {
  const world = await createWorld(t)
  await prepare(world)
  const open = world.files.openCount
  world.files.faults = { write: 20, hashAndWrite: 20, syncData: 50, read: 20, create: 20, open: 20, close: 20 }
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, index) => {
      const key = `slow-${index % 6}`
      return index % 3 === 0 ? get(world.started, 'large') : put(world.started, key, index % 2 === 0 ? SMALL : LARGE)
    }),
  )
  for (const answer of answers) assert.equal(answer.status, 200, answer.text.slice(0, 300))
  await requireHealthy(world, open)
})

test('a disk that is full up to its reserve refuses bodies and copies, and still reads, lists, deletes and aborts', async (t) => {
  const world = await createWorld(t)
  const { started, files } = world
  await prepare(world)
  const open = files.openCount
  const uploadId = await initiate(started, 'begun')
  await uploadPart(started, 'begun', uploadId, 1, SMALL)
  files.freeBytes = 1024
  await notice(world)
  for (const { name, answer } of await suffer(world, {}, WRITING)) {
    assert.equal(outcomeOf(answer), '503 ServiceUnavailable', name)
  }
  for (const name of READING) assert.ok((await READS[name](world)).status < 300, name)
  const listed = await call(started, { method: 'GET', bucket: BUCKET })
  assert.deepEqual(elements(listed.text, 'Key'), ['large', 'small'])
  const parts = await call(started, { method: 'GET', bucket: BUCKET, key: 'begun', query: { uploadId } })
  assert.deepEqual(elements(parts.text, 'PartNumber'), ['1'])
  const aborted = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'begun', query: { uploadId } })
  assert.equal(aborted.status, 204)
  await put(started, 'gone', SMALL)
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET, key: 'gone' })).status, 204)
  assert.equal((await started.service.sweep()).waiting, 0)
  files.freeBytes = undefined
  await requireHealthy(world, open)
})

/** Writes until the store checks the free space again, which it does not do for each request. */
async function notice({ started }: World): Promise<void> {
  for (let bytes = 0; bytes < 64 * 1024 * 1024; bytes += LARGE.length) {
    if ((await put(started, 'large', LARGE)).status === 503) return
  }
  assert.fail('the free space was never checked')
}

const HOUR_MS = 3_600_000

test('a clock that jumps back and forth decides no order and frees nothing that is in use', async (t) => {
  let now = Date.UTC(2026, 0, 5, 8)
  const world = await createWorld(t, { clock: () => now })
  const started = { ...world.started, now: () => now }
  const jumps = [HOUR_MS, -2 * HOUR_MS, 400 * 24 * HOUR_MS, -800 * 24 * HOUR_MS, 1, -1]
  for (const [index, jump] of jumps.entries()) {
    const content = Buffer.alloc(5000 + index, 'x')
    assert.equal((await put(started, 'key', content)).status, 200)
    const uploadId = await initiate(started, 'joined')
    now += jump
    const part = await uploadPart(started, 'joined', uploadId, 1, content)
    now -= 2 * jump
    await started.service.sweep()
    const query = { uploadId }
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`
    assert.equal((await call(started, { method: 'POST', bucket: BUCKET, key: 'joined', query, body })).status, 200)
    now += 3 * jump
    assert.equal((await put(started, 'key', content.subarray(1))).status, 200)
    for (let more = true; more; ) more = (await started.service.sweep()).more
    assert.ok(content.subarray(1).equals((await get(started, 'key')).bytes))
    assert.ok(content.equals((await get(started, 'joined')).bytes))
  }
  const findings: unknown[] = []
  const { metadata, blobs } = started
  const random = (length: number) => new Uint8Array(length)
  await audit({ metadata, blobs, random, bytes: true, onFinding: (finding) => findings.push(finding) })
  assert.deepEqual(findings, [])
})
