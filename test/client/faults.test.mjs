// The client library on bad days: a real server and real connections, with faults in between.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient, memoryStore } from '@bindery/client/node'
import { installServer } from '@bindery/testing'

const PROGRAM = fileURLToPath(new URL('upload-process.mjs', import.meta.url))
const PART = 100 * 1024
const BYTES = new Uint8Array(5 * PART + 17).map((_, index) => (index * 31) % 251)
const IN_PARTS = { key: 'film', multipartThreshold: 1, partSize: PART, parallel: 3 }
const QUICK = { baseDelayMs: 1, maxDelayMs: 2 }

const server = installServer({ before, after, beforeEach }, { buckets: ['demo'] })
const clients = []
let folder

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-client-faults-'))
})
after(async () => {
  for (const client of clients) client.close()
  await rm(folder, { recursive: true })
})

function open(options = {}) {
  const { endpoint, credentials } = server()
  const client = createClient({
    ...{ endpoint, bucket: 'demo', auth: { credentials }, checkpoints: memoryStore(), retry: QUICK },
    ...options,
  })
  clients.push(client)
  return client
}

async function isStored(client, key = 'film') {
  return Buffer.compare(await client.get(key), BYTES) === 0
}

function untilPart(task) {
  return new Promise((resolve) => task.on('progress', ({ parts }) => parts.done > 0 && resolve()))
}

const OPERATIONS = ['InitiateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']

test('a connection may break at any byte of a request or an answer', async () => {
  const client = open()
  const { faults, log } = server()
  for (const cut of [0, 1, 50, PART - 1, PART]) {
    faults.clear()
    for (const op of OPERATIONS) faults.add({ op, times: 1, then: { cutRequestAfter: cut } })
    await client.upload(BYTES, IN_PARTS).result
    assert.ok(await isStored(client), `requests were cut after ${cut} bytes`)
  }
  for (const cut of [0, 1, 30, 200]) {
    faults.clear()
    for (const op of [...OPERATIONS, 'HeadObject', 'ListObjectsV2', 'GetObject']) {
      faults.add({ op, times: 2, then: { cutAnswerAfter: cut, apply: true } })
    }
    await client.upload(BYTES, IN_PARTS).result
    const listed = []
    for await (const { key } of client.list()) listed.push(key)
    assert.deepEqual(listed, ['film'])
    assert.ok(await isStored(client), `answers were cut after ${cut} bytes`)
  }
  assert.ok(log.requests({ status: 0 }).length >= 5)
})

test('a storm of busy answers is survived', async () => {
  const { faults } = server()
  faults.add({ op: 'UploadPart', times: 12, then: { delayMs: 5, code: 'RequestTimeout' } })
  for (const op of OPERATIONS) faults.add({ op, times: 2, then: { status: 500 } })
  const client = open()
  const { retries } = await client.upload(BYTES, { ...IN_PARTS, parallel: 'auto' }).result
  assert.ok(retries >= 12, `${retries} retries`)
  assert.ok(await isStored(client))
})

test('every answer of Complete is lost, and the upload still ends once', async () => {
  const { faults, log } = server()
  faults.add({ op: 'CompleteMultipartUpload', times: 4, then: { apply: true, dropAnswer: true } })
  const client = open()
  const { crc64 } = await client.upload(BYTES, IN_PARTS).result
  assert.equal(crc64, (await client.head('film')).crc64)
  assert.equal(log.requests({ op: 'CompleteMultipartUpload', status: 200 }).length, 1)
})

const EXPIRED = { status: 403, code: 'SecurityTokenExpired' }

test('a token that expires while parts are sent is renewed once for all of them', async () => {
  const { faults, credentials, log } = server()
  for (const partNumber of [3, 4, 5]) {
    faults.add({ op: 'UploadPart', partNumber, times: 1, then: { delayMs: 500, ...EXPIRED } })
  }
  const refused = () => log.requests(EXPIRED).length
  const reasons = []
  const provider = async ({ reason }) => {
    reasons.push(reason)
    if (reason === 'rejected')
      for (let waits = 0; refused() < 3 && waits < 1_000; waits += 1)
        await new Promise((resolve) => setTimeout(resolve, 5))
    return { ...credentials }
  }
  const client = open({ auth: { credentials: provider } })
  await client.upload(BYTES, { ...IN_PARTS, parallel: 6 }).result
  assert.deepEqual(reasons, ['initial', 'rejected'])
  assert.ok(await isStored(client))
})

test('a clock that is wrong by hours in either direction is learnt from one refusal', async () => {
  for (const hours of [-5, 7]) {
    server().reset()
    server().clock.skew(hours * 3_600_000)
    const client = open()
    await client.upload(BYTES, IN_PARTS).result
    assert.ok(await isStored(client))
    assert.equal(server().log.requests({ code: 'RequestTimeTooSkewed' }).length, 1)
  }
})

test('parts that the server has lost are sent again, and never missing from an object', async () => {
  const client = open()
  const { faults } = server()
  const remove = faults.add({ op: 'UploadPart', partNumber: 1, then: { status: 400, code: 'InvalidArgument' } })
  const task = client.upload(BYTES, IN_PARTS)
  await assert.rejects(task.result, { code: 'InvalidArgument', partNumber: 1 })
  remove()
  const before = server().snapshot()
  const { uploadId } = task
  await client.upload(BYTES, IN_PARTS).result
  // the server is what it was before its last parts came
  server().restore(before)
  const again = await client.upload(BYTES, { ...IN_PARTS, resume: { uploadId } }).result
  assert.equal(again.uploadId, uploadId)
  assert.ok(await isStored(client))
})

test('an upload that vanished from the server begins again where its caller resumes it', async () => {
  const client = open()
  const task = client.upload(BYTES, { ...IN_PARTS, bytesPerSecond: 4 * PART })
  await untilPart(task)
  await client.abortUpload({ key: 'film', uploadId: task.uploadId })
  await assert.rejects(task.result, { code: 'NoSuchUpload' })
  task.setBandwidth(0)
  task.resume()
  const { reusedParts } = await task.result
  assert.equal(reusedParts, 0)
  assert.ok(await isStored(client))
})

test('a file that changes while it is sent is never completed', async () => {
  const client = open()
  const file = path.join(folder, 'growing')
  await writeFile(file, BYTES)
  const task = client.upload({ path: file }, { ...IN_PARTS, bytesPerSecond: 3 * PART })
  await untilPart(task)
  await appendFile(file, 'more')
  await assert.rejects(task.result, { code: 'SourceChanged' })
  await assert.rejects(client.head('film'), { status: 404 })
})

/** `parts`: after these many it does not go on. */
function startUpload(file, parts = '') {
  const { endpoint } = server()
  const child = spawn(process.execPath, [PROGRAM, endpoint, path.join(folder, 'state'), file, String(parts)], {
    env: { ...process.env, ...server().env() },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = []
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      child.emit('line')
    }
  })()
  const ended = Promise.all([once(child, 'exit'), reading]).then(() => lines.at(-1))
  const untilParts = async (count) => {
    while (lines.length < count) await once(child, 'line')
  }
  return { child, ended, untilParts }
}

test('a killed process leaves what another one continues, and a living one keeps others away', async () => {
  const file = path.join(folder, 'film')
  await writeFile(file, BYTES)
  const first = startUpload(file, 2)
  await first.untilParts(2)
  const second = startUpload(file)
  assert.equal(await second.ended, 'failed TransferLocked')
  first.child.kill('SIGKILL')
  await first.ended
  const [, parts, reused] = (await startUpload(file).ended).split(' ').map(Number)
  assert.equal(parts, 6)
  assert.ok(reused >= 2 && reused < 6, `${reused} parts were reused`)
  assert.ok(await isStored(open()))
})
