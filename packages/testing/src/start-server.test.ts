import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { bytesTarget, createClient, type OssError } from '@bindery/client'
import { atEnd, newFolder } from '../../../test/support/at-end.mjs'
import { installServer } from './install-server.js'
import { startServer, type TestServer } from './start-server.js'

const PART = 100 * 1024

function clientOf({ endpoint, credentials }: TestServer, retry = {}) {
  return createClient({
    ...{ endpoint, bucket: 'demo', checkpoints: false as const },
    auth: { credentials },
    retry: { baseDelayMs: 1, maxDelayMs: 2, ...retry },
  })
}

const server = installServer({ before, after, beforeEach }, { buckets: ['demo'] })
let opened: ReturnType<typeof clientOf> | undefined
const client = () => {
  opened ??= clientOf(server())
  return opened
}
after(() => opened?.close())

const bytes = new Uint8Array(5 * PART).map((_, index) => index % 251)
const upload = (key: string, options = {}) =>
  client().upload(bytes, { key, multipartThreshold: 1, partSize: PART, ...options })

test('a server starts with less than 300 ms of the processor, with its buckets', async (t) => {
  const times: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage()
    const started = await startServer({ buckets: ['demo', 'other'] })
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1_000)
    atEnd(t, started.stop)
    const own = clientOf(started)
    assert.equal((await own.put('k', 'x')).size, 1)
    assert.equal((await own.put('k', 'x', { bucket: 'other' })).size, 1)
    own.close()
  }
  assert.ok(Math.min(...times) < 300, times.join())
})

test('a server with a folder keeps its data, and has no snapshots', async (t) => {
  const folder = newFolder(t, 'bindery-testing-')
  for (const round of ['first', 'second']) {
    const started = await startServer({ buckets: ['demo'], storage: { folder } })
    atEnd(t, started.stop)
    const own = clientOf(started)
    atEnd(t, () => own.close())
    if (round === 'first') await own.put('kept', 'by the disk')
    started.faults.add({ op: 'GetObject', times: 1, then: { status: 503 } })
    assert.equal(Buffer.from(await own.get('kept')).toString(), 'by the disk')
    assert.deepEqual(
      started.log.requests({ op: 'GetObject' }).map(({ status }) => status),
      [503, 206],
    )
    assert.throws(() => started.snapshot(), TypeError)
    assert.throws(() => started.reset(), TypeError)
    await assert.rejects(startServer({ storage: { folder } }), { name: 'Failure' })
    await started.stop()
  }
})

test('a reset brings back the state after the start, a snapshot that of its moment', async () => {
  await client().put('kept', 'before')
  const snapshot = server().snapshot()
  await client().put('kept', 'after')
  await client().put('new', 'x')
  for (let round = 0; round < 2; round += 1) {
    server().restore(snapshot)
    assert.equal(Buffer.from(await client().get('kept')).toString(), 'before')
    await assert.rejects(client().head('new'), { status: 404 })
    await client().delete('kept')
  }
  server().reset()
  await assert.rejects(client().head('kept'), { status: 404 })
  await upload('again').result
  assert.deepEqual(await client().get('again'), bytes)
})

test('requests are recorded with their operation, size and outcome', async () => {
  await upload('k', { parallel: 1 }).result
  const parts = server().log.requests({ op: 'UploadPart' })
  assert.deepEqual(
    parts.map(({ partNumber, bytes: size, status }) => [partNumber, size, status]),
    [1, 2, 3, 4, 5].map((number) => [number, PART, 200]),
  )
  server().log.clear()
  assert.deepEqual(server().log.requests(), [])
})

describe('faults', () => {
  test('an error is answered as often as a rule states, for what it matches', async () => {
    const { faults, log } = server()
    faults.add({ op: 'UploadPart', partNumber: 3, times: 2, then: { status: 503, code: 'ServiceUnavailable' } })
    const { retries } = await upload('k').result
    assert.equal(retries, 2)
    assert.equal(log.requests({ op: 'UploadPart', status: 503 }).length, 2)
    assert.deepEqual(faults.list()[0]?.matched, 3)
  })

  test('the answer of a Complete is lost after the work was done', async () => {
    const { faults, log } = server()
    faults.add({ op: 'CompleteMultipartUpload', times: 1, then: { apply: true, dropAnswer: true } })
    assert.equal((await upload('k').result).size, bytes.length)
    assert.deepEqual(
      log.requests({ op: 'CompleteMultipartUpload' }).map(({ status }) => status),
      [0, 200],
    )
  })

  test('a connection breaks before a request is seen, within its body, and within its answer', async () => {
    const { faults } = server()
    faults.add({ op: 'UploadPart', partNumber: 1, times: 1, then: { dropAnswer: true } })
    faults.add({ op: 'UploadPart', partNumber: 2, times: 1, then: { cutRequestAfter: 50_000 } })
    faults.add({ op: 'InitiateMultipartUpload', times: 1, then: { cutAnswerAfter: 20 } })
    faults.add({ op: 'GetObject', times: 1, then: { cutAnswerAfter: 1000 } })
    const { retries } = await upload('k').result
    assert.equal(retries, 2)
    assert.deepEqual((await client().download(bytesTarget(), { key: 'k' }).result).value, bytes)
  })

  test('bytes change on their way, and the client notices', async () => {
    const { faults, log } = server()
    faults.add({ op: 'UploadPart', partNumber: 4, times: 1, then: { corruptByte: 7 } })
    await upload('k').result
    assert.equal(log.requests({ op: 'UploadPart', partNumber: 4 }).length, 2)
    faults.add({ op: 'GetObject', then: { corruptByte: 3 } })
    await assert.rejects(client().get('k'), { code: 'ChecksumMismatch' })
  })

  test('a body that stalls is cut by its sender, and one that trickles is not', async () => {
    const { faults } = server()
    faults.add({ op: 'UploadPart', partNumber: 1, times: 1, then: { stallAfter: 10_000 } })
    faults.add({ op: 'UploadPart', partNumber: 2, then: { bytesPerSecond: 300_000 } })
    const errors = new Set<string | undefined>()
    const task = upload('k', { retry: { stallTimeoutMs: 2_000, baseDelayMs: 1, maxDelayMs: 2 } })
    task.on('part', ({ state, error }) => {
      if (state === 'retrying') errors.add(error?.code)
    })
    assert.equal((await task.result).retries, 1)
    assert.deepEqual([...errors], ['Stalled'])
  })

  test('one request brings its own fault', async () => {
    const headers = { 'x-bindery-fault': JSON.stringify({ status: 403, code: 'AccessDenied' }) }
    const error = await client()
      .put('k', 'x', { headers })
      .catch((thrown: OssError) => thrown)
    assert.equal((error as OssError).code, 'AccessDenied')
  })

  test('a rule that means nothing is refused', () => {
    const { faults } = server()
    assert.throws(() => faults.add({ op: 'UploadPart', then: { status: 418 } }), /OSS has no error/)
    assert.throws(
      () => faults.add({ op: 'UploadPart', then: { dropAnwser: true } as never }),
      /a fault has no dropAnwser/,
    )
  })
})

test('the clock of the server is ahead, and a client that learns it goes on', async () => {
  server().clock.skew(3_600_000)
  const own = clientOf(server())
  await own.put('k', 'x')
  own.close()
  assert.deepEqual(
    server()
      .log.requests({ op: 'PutObject' })
      .map(({ code, status }) => code ?? status),
    ['RequestTimeTooSkewed', 200],
  )
})

test('a temporary key works until it ends, and a client that gets another one for it goes on', async () => {
  const { endpoint, sts, clock } = server()
  const lives = [60, 3_600]
  const reasons: string[] = []
  const credentials = ({ reason }: { readonly reason: string }) => {
    reasons.push(reason)
    const { expiration: _, ...key } = sts.issue({ ttlSeconds: lives.shift() ?? 0 })
    return key
  }
  const own = createClient({ endpoint, bucket: 'demo', auth: { credentials }, checkpoints: false })
  await own.put('k', 'x')
  clock.skew(120_000)
  await own.put('k', 'y')
  own.close()
  assert.deepEqual(reasons, ['initial', 'rejected'])
  assert.ok(Math.abs(sts.issue().expiration.getTime() - clock.now() - 3_600_000) < 60_000)
})
