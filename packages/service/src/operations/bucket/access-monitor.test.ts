import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, type StartedService, startWithBucket } from '../../testing/index.js'

const DAY_MS = 86_400_000
const KB_64 = 'x'.repeat(65_536)

function monitor(started: StartedService, status: 'Enabled' | 'Disabled') {
  const body = `<AccessMonitorConfiguration><Status>${status}</Status></AccessMonitorConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { accessmonitor: '' }, body })
}

function rules(started: StartedService, inner: string) {
  const body = `<LifecycleConfiguration><Rule><ID>r</ID><Prefix></Prefix><Status>Enabled</Status>${inner}</Rule></LifecycleConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { lifecycle: '' }, body })
}

const move = (days: number, more = '', storageClass = 'IA') =>
  `<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass><IsAccessTime>true</IsAccessTime>${more}</Transition>`
const RETURNS = '<ReturnToStdWhenVisit>true</ReturnToStdWhenVisit>'

const put = (started: StartedService, key: string, body = KB_64) =>
  call(started, { method: 'PUT', bucket: BUCKET, key, body })

/** Reads an object, and lets the server write that it was read. */
async function read(started: StartedService, key: string): Promise<void> {
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key })).status, 200)
  await started.service.keepNotes()
}

async function lastAccess(started: StartedService, key: string): Promise<string | undefined> {
  const meta = await call(started, { method: 'HEAD', bucket: BUCKET, key, query: { objectMeta: '' } })
  return meta.headers['x-oss-last-access-time']
}

async function classOf(started: StartedService, key: string): Promise<string | undefined> {
  return (await call(started, { method: 'HEAD', bucket: BUCKET, key })).headers['x-oss-storage-class']
}

async function applyRules({ service }: StartedService): Promise<string[]> {
  const moved: string[] = []
  for await (const done of service.applyLifecycle()) if (done.kind === 'moved') moved.push(done.key)
  return moved
}

test('an object shows its last read, or when access was first recorded, or when it was written', async () => {
  const started = await startWithBucket()
  await put(started, 'old')
  assert.equal(await lastAccess(started, 'old'), undefined)
  started.advance(60_000)
  await monitor(started, 'Enabled')
  assert.equal(await lastAccess(started, 'old'), 'Mon, 05 Jan 2026 08:01:00 GMT')
  started.advance(60_000)
  await put(started, 'new')
  assert.equal(await lastAccess(started, 'new'), 'Mon, 05 Jan 2026 08:02:00 GMT')
  started.advance(DAY_MS)
  await read(started, 'new')
  assert.equal(await lastAccess(started, 'new'), 'Tue, 06 Jan 2026 08:02:00 GMT')
  await monitor(started, 'Disabled')
  assert.equal(await lastAccess(started, 'new'), undefined)
  await monitor(started, 'Enabled')
  started.advance(60_000)
  assert.equal(await lastAccess(started, 'new'), 'Tue, 06 Jan 2026 08:02:00 GMT', 'it starts over')
})

test('only the first read of a day is written, and reads of nothing but the head do not count', async () => {
  const started = await startWithBucket()
  await put(started, 'k')
  await monitor(started, 'Enabled')
  await read(started, 'k')
  started.advance(DAY_MS - 1_000)
  await read(started, 'k')
  assert.equal(await lastAccess(started, 'k'), 'Mon, 05 Jan 2026 08:00:00 GMT')
  started.advance(1_000)
  await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  await call(started, { method: 'GET', bucket: BUCKET })
  await started.service.keepNotes()
  assert.equal(await lastAccess(started, 'k'), 'Mon, 05 Jan 2026 08:00:00 GMT')
  await read(started, 'k')
  assert.equal(await lastAccess(started, 'k'), 'Tue, 06 Jan 2026 08:00:00 GMT')
  const { headers } = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(headers['last-modified'], 'Mon, 05 Jan 2026 08:00:00 GMT')
})

test('a read through a symlink is one of its target too; one of a replaced object counts for nothing', async () => {
  const started = await startWithBucket()
  await put(started, 'target')
  const headers = { 'x-oss-symlink-target': 'target' }
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'link', query: { symlink: '' }, headers })
  await monitor(started, 'Enabled')
  started.advance(2 * DAY_MS)
  await read(started, 'link')
  assert.equal(await lastAccess(started, 'target'), 'Wed, 07 Jan 2026 08:00:00 GMT')
  started.advance(2 * DAY_MS)
  await call(started, { method: 'GET', bucket: BUCKET, key: 'target' })
  await put(started, 'target')
  started.advance(2 * DAY_MS)
  await started.service.keepNotes()
  assert.equal(await lastAccess(started, 'target'), 'Fri, 09 Jan 2026 08:00:00 GMT')
})

test('a rule moves what was not read for its days, and a read brings it back where the rule demands it', async () => {
  const started = await startWithBucket()
  await monitor(started, 'Enabled')
  for (const key of ['read', 'left', 'small']) await put(started, key, key === 'small' ? 'x' : KB_64)
  assert.equal((await rules(started, move(3, RETURNS))).status, 200)
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { lifecycle: '' } })
  assert.equal(element(text, 'AtimeBase'), String(Date.UTC(2026, 0, 5, 8) / 1000))
  started.advance(2 * DAY_MS)
  await read(started, 'read')
  started.advance(2 * DAY_MS)
  assert.deepEqual(await applyRules(started), ['left'])
  assert.deepEqual(await applyRules(started), [])
  assert.equal(await classOf(started, 'left'), 'IA')
  await read(started, 'left')
  assert.equal(await classOf(started, 'left'), 'Standard')
  assert.deepEqual(await applyRules(started), [], 'it was just read')
  started.advance(4 * DAY_MS)
  assert.deepEqual((await applyRules(started)).sort(), ['left', 'read'])
})

test('without ReturnToStdWhenVisit an object stays, and AllowSmallFile moves small ones', async () => {
  const started = await startWithBucket()
  await monitor(started, 'Enabled')
  await put(started, 'small', 'x')
  await rules(started, move(1, '<AllowSmallFile>true</AllowSmallFile>'))
  started.advance(2 * DAY_MS)
  assert.deepEqual(await applyRules(started), ['small'])
  await read(started, 'small')
  assert.equal(await classOf(started, 'small'), 'IA')
})

test('access is recorded as long as a rule depends on it', async () => {
  const started = await startWithBucket()
  assert.equal(element((await rules(started, move(1))).text, 'Code'), 'MalformedXML')
  await monitor(started, 'Enabled')
  assert.equal(
    element((await rules(started, move(1).replace('<IsAccessTime>true</IsAccessTime>', RETURNS))).text, 'Code'),
    'MalformedXML',
  )
  await rules(started, move(1))
  const refused = await monitor(started, 'Disabled')
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'AccessMonitorDisableNotAllowed'])
  await call(started, { method: 'DELETE', bucket: BUCKET, query: { lifecycle: '' } })
  assert.equal((await monitor(started, 'Disabled')).status, 200)
})
