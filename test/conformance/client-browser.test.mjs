// The client library in Chromium: a page of another origin uploads a file in parts, and goes on after pauses and reloads.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from '@bindery/client'
import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'
import { startChromium } from './browser/chromium.mjs'
import { bundleOf, servePage } from './browser/page-server.mjs'

const PAGE = fileURLToPath(new URL('client/page.js', import.meta.url))
const BUCKET = 'client-browser'
const DATA = randomBytes(2_500_000)
const PARTS = Math.ceil(DATA.length / (256 * 1024))
/** Lets an upload stand still as soon as it has begun, from within the page: what comes from here may come when it has ended. */
const STANDING = '.then(() => void task().setBandwidth(1))'

let server
let owner
let folder
let file
let site
let chromium
/** How the application answers a request for a key. */
let keys = { refused: false, lifeMs: 3_600_000 }

before(async () => {
  server = await startServer()
  owner = createClient({
    endpoint: server.endpoint,
    bucket: BUCKET,
    auth: { credentials: keyOf() },
    checkpoints: false,
  })
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-client-browser-'))
  file = path.join(folder, 'film.bin')
  await writeFile(file, DATA)
  site = await startSite()
  await owner.createBucket(BUCKET)
  await allow(site.url)
  chromium = await startChromium()
})

after(async () => {
  await chromium?.stop()
  owner?.close()
  for (const part of [site, server]) await part?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

function keyOf() {
  return { accessKeyId: server.accessKeyId, accessKeySecret: server.accessKeySecret }
}

async function allow(origin) {
  const { endpoint, region } = server
  const setUp = new OSS({ endpoint, region: `oss-${region}`, ...keyOf(), sldEnable: true, secure: false })
  const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']
  const exposeHeader = ['ETag', 'x-oss-request-id', 'x-oss-hash-crc64ecma', 'x-oss-version-id', 'Date']
  await setUp.putBucketCORS(BUCKET, [
    { allowedOrigin: origin, allowedMethod: methods, allowedHeader: '*', exposeHeader, maxAgeSeconds: '600' },
  ])
}

async function startSite() {
  return servePage({
    page: '<!doctype html><input type="file" id="file"><script src="/page.js"></script>',
    scripts: { '/page.js': await bundleOf(PAGE) },
    answers: {
      '/settings': () => ({ endpoint: server.endpoint.replace('127.0.0.1', 'localhost'), bucket: BUCKET }),
      '/key': () => {
        const answer = { ...keyOf(), ...keys }
        keys = { ...keys, refused: false }
        return answer
      },
      '/sign': sign,
    },
    policies: { '/strict': "worker-src 'none'" },
  })
}

/** The backend of an application signs what its own rules allow. */
async function sign(body) {
  const signer = createClient({
    endpoint: server.endpoint.replace('127.0.0.1', 'localhost'),
    auth: { credentials: keyOf() },
    checkpoints: false,
  })
  const targets = JSON.parse(body)
  for (const { key } of targets) assert.ok(key.startsWith('signed/'))
  const urls = await signer.sign(targets)
  signer.close()
  return urls
}

async function openPage(url = site.url) {
  const page = await chromium.open(url)
  await page.choose('#file', file)
  return page
}

async function isStored(key) {
  return Buffer.compare(await owner.get(key), DATA) === 0
}

test('Chromium: a file is uploaded in parts, and a pause sends nothing', async () => {
  const page = await openPage()
  const slow = JSON.stringify({ bytesPerSecond: 2_000_000, parallel: 2 })
  const pausing = '.then(async (begun) => ({ begun, paused: await pauseAndWait() }))'
  const { begun, paused } = await page.evaluate(`begin('paused', 2, ${slow})${pausing}`)
  assert.ok(begun.committed > 0 && begun.committed < DATA.length)
  assert.deepEqual([paused.state, paused.sentMeanwhile], ['paused', 0])
  await page.evaluate('go()')
  assert.deepEqual(await page.evaluate('outcome()').then(({ size, parts }) => [size, parts]), [DATA.length, PARTS])
  const committed = await page.evaluate('seen.committed')
  assert.deepEqual(
    committed,
    committed.toSorted((one, other) => one - other),
  )
  assert.ok(await isStored('paused'))
})

test('Chromium: after a reload the same file goes on from the checkpoint in IndexedDB', async () => {
  const page = await openPage()
  const slow = JSON.stringify({ bytesPerSecond: 1_500_000, parallel: 2 })
  await page.navigate(`void begin('reloaded', 3, ${slow}).then(() => location.reload())`)
  const [[key]] = await page.evaluate('remembered()')
  assert.equal(key, 'reloaded')
  await page.choose('#file', file)
  await page.evaluate("begin('reloaded', 1)")
  const { parts, reusedParts, crc64 } = await page.evaluate('outcome()')
  assert.equal(parts, PARTS)
  assert.ok(reusedParts >= 3 && reusedParts < PARTS, `${reusedParts} parts were reused`)
  assert.equal(crc64, (await owner.head('reloaded')).crc64)
  assert.deepEqual(await page.evaluate('remembered()'), [])
  assert.ok(await isStored('reloaded'))
})

test('Chromium: a worker computes the checksums of parts, and the page itself where its policy forbids workers', async () => {
  // the last part is too small for the way to the worker
  const expected = { '/': PARTS - 1, '/strict': 0 }
  for (const [target, hashed] of Object.entries(expected)) {
    const page = await openPage(site.url + target)
    await page.evaluate(`begin('hashed', ${PARTS})`)
    const { crc64 } = await page.evaluate('outcome()')
    assert.equal(crc64, (await owner.head('hashed')).crc64)
    assert.deepEqual([target, (await page.evaluate('seen')).hashedInWorker], [target, hashed])
  }
})

test('Chromium: an upload runs in one of two tabs', async () => {
  const [one, other] = [await openPage(), await openPage()]
  await one.evaluate(`begin('tabs', 1, ${JSON.stringify({ bytesPerSecond: 1_000_000, parallel: 1 })})${STANDING}`)
  await assert.rejects(other.evaluate("begin('tabs', 1)"), /Another process or tab/)
  await one.evaluate('pauseAndWait().then(go)')
  await one.evaluate('outcome()')
  assert.ok(await isStored('tabs'))
})

test('Chromium: keys that end or are refused are renewed once for all parts', async () => {
  keys = { refused: true, lifeMs: 400 }
  const page = await openPage()
  await page.evaluate(`begin('renewed', 1, ${JSON.stringify({ bytesPerSecond: 2_000_000, parallel: 4 })})`)
  await page.evaluate('outcome()')
  const { keys: reasons, overlaps } = await page.evaluate('seen')
  assert.deepEqual(reasons.slice(0, 2), ['initial', 'rejected'])
  assert.ok(reasons.length > 2 && reasons.slice(2).every((reason) => reason === 'expiring'), reasons.join())
  assert.equal(overlaps, 0)
  assert.ok(await isStored('renewed'))
})

test('Chromium: a page without a key has its application sign many parts at once', async () => {
  const page = await openPage()
  const { size, parts, most, calls } = await page.evaluate("uploadSigned('signed/film')")
  assert.deepEqual([size, parts], [DATA.length, PARTS])
  assert.ok(most >= 4 && calls < parts, `${calls} calls, at most ${most} requests in one`)
  assert.ok(await isStored('signed/film'))
})

test('Chromium: after a reload an upload goes on by the handle of its file, without the user', async () => {
  const page = await openPage()
  const slow = JSON.stringify({ bytesPerSecond: 1_500_000, parallel: 2 })
  await page.navigate(`void beginByHandle('by-handle', 3, ${slow}).then(() => location.reload())`)
  const [{ key, reusedParts, needsSource }] = await page.evaluate('restoreAll()')
  assert.deepEqual([key, needsSource], ['by-handle', false])
  assert.ok(reusedParts >= 3 && reusedParts < PARTS, `${reusedParts} parts were reused`)
  assert.ok(await isStored('by-handle'))
})

test('Chromium: an upload waits while the browser is offline, and costs no attempts', async () => {
  const page = await openPage()
  const hasty = { bytesPerSecond: 2_000_000, parallel: 2, retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 } }
  await page.evaluate(`begin('offline', 2, ${JSON.stringify(hasty)})${STANDING}`)
  await page.setOffline(true)
  await page.evaluate('void task().setBandwidth(0)')
  while (!(await page.evaluate("seen.states.includes('offline')"))) await sleep(20)
  await sleep(300)
  await page.setOffline(false)
  assert.equal((await page.evaluate('outcome()')).size, DATA.length)
  assert.ok(await isStored('offline'))
})

test('Chromium: a folder that is dropped on the page is uploaded as it is', async () => {
  const dropped = path.join(folder, 'photos')
  await mkdir(path.join(dropped, '2026'), { recursive: true })
  await Promise.all(['a.txt', '2026/b.txt'].map((name) => writeFile(path.join(dropped, name), name)))
  const page = await openPage()
  await page.evaluate("awaitDrop('in/')")
  await page.drop(100, 100, dropped)
  assert.deepEqual((await page.evaluate('dropped')).toSorted(), ['in/photos/2026/b.txt', 'in/photos/a.txt'])
  assert.equal(Buffer.from(await owner.get('in/photos/2026/b.txt')).toString(), '2026/b.txt')
})
