import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCountedStore } from '@bindery/storage/testing'
import {
  ask,
  BUCKET,
  call,
  complete,
  documentRows,
  elements,
  idOf,
  initiate,
  put,
  type StartedService,
  s3,
  setVersioning,
  startVersioned,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'

const DAY_MS = 86_400_000

const rule = (id: string, actions: string, { prefix = '', more = '', status = 'Enabled' } = {}) =>
  `<Rule><ID>${id}</ID><Prefix>${prefix}</Prefix>${more}<Status>${status}</Status>${actions}</Rule>`
const expires = (days: number) => `<Expiration><Days>${days}</Days></Expiration>`
const moves = (days: number, storageClass: string) =>
  `<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass></Transition>`

async function setRules(started: StartedService, ...rules: string[]): Promise<void> {
  const body = `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`
  const headers = { 'x-oss-allow-same-action-overlap': 'true' }
  const { status, text } = await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    query: { lifecycle: '' },
    body,
    headers,
  })
  assert.equal(status, 200, text)
}

const shown = (day: string, id: string) => `expiry-date="${day} 00:00:00 GMT", rule-id="${id}"`

// the clock of the tests begins on Monday, 5 January 2026, at 08:00
test('every answer about an object shows when it expires, and by which rule', async () => {
  const started = await startWithBucket()
  await setRules(started, rule('a rule', expires(1)))
  const expected = shown('Wed, 07 Jan 2026', 'a%20rule')
  const expirationOf = ({ headers }: { readonly headers: Record<string, string | undefined> }) =>
    headers['x-oss-expiration']
  assert.equal(expirationOf(await put(started, 'k', 'x')), expected)
  assert.equal(expirationOf(await ask(started, 'GET', 'k')), expected)
  assert.equal(expirationOf(await ask(started, 'HEAD', 'k')), expected)
  const uploadId = await initiate(started, 'parts')
  const { headers: part } = await uploadPart(started, 'parts', uploadId, 1)
  assert.equal(expirationOf(await complete(started, 'parts', uploadId, [[1, part.etag]])), expected)
  const meta = await ask(started, 'HEAD', 'k', undefined, { query: { objectMeta: '' } })
  assert.equal(expirationOf(meta), undefined)
  for (const method of ['PUT', 'GET', 'HEAD']) {
    const { headers } = await s3(started, { method, bucket: BUCKET, key: 'k', ...(method === 'PUT' && { body: 'x' }) })
    assert.equal(headers['x-amz-expiration'], expected)
  }
})

test('only rules that delete the object are shown: the longest prefix, then the earliest date', async () => {
  const started = await startWithBucket()
  const dated = '<Expiration><CreatedBeforeDate>2026-01-10T00:00:00.000Z</CreatedBeforeDate></Expiration>'
  const tagged = '<Tag><Key>k</Key><Value>v</Value></Tag>'
  await setRules(
    started,
    rule('off', expires(1), { status: 'Disabled' }),
    rule('moves', moves(1, 'IA')),
    rule('far', expires(9), { prefix: 'logs/' }),
    rule('nearer', expires(20), { prefix: 'logs/a' }),
    rule('dated', dated, { prefix: 'dated/' }),
    rule('tagged', expires(3), { prefix: 'logs/', more: tagged }),
  )
  const of = async (key: string, headers: Record<string, string> = {}) =>
    (await put(started, key, 'x', { headers })).headers['x-oss-expiration']
  assert.equal(await of('other'), undefined)
  assert.equal(await of('logs/b'), shown('Thu, 15 Jan 2026', 'far'))
  assert.equal(await of('logs/b', { 'x-oss-tagging': 'k=v' }), shown('Fri, 09 Jan 2026', 'tagged'))
  assert.equal(await of('logs/a', { 'x-oss-tagging': 'k=v' }), shown('Mon, 26 Jan 2026', 'nearer'))
  assert.equal(await of('dated/x'), shown('Sat, 10 Jan 2026', 'dated'))
  started.advance(6 * DAY_MS)
  assert.equal(await of('dated/x'), undefined)
})

test('a version that a request names shows no expiration while its bucket keeps versions', async () => {
  const started = await startVersioned()
  await setRules(started, rule('r', expires(1)))
  const version = idOf(await put(started, 'k', 'x'))
  const expected = shown('Wed, 07 Jan 2026', 'r')
  assert.equal((await ask(started, 'GET', 'k')).headers['x-oss-expiration'], expected)
  assert.equal((await ask(started, 'GET', 'k', version)).headers['x-oss-expiration'], undefined)
  assert.equal((await ask(started, 'HEAD', 'k', version)).headers['x-oss-expiration'], undefined)
  await setVersioning(started, 'Suspended')
  assert.equal((await ask(started, 'GET', 'k', version)).headers['x-oss-expiration'], expected)
})

test('a symlink expires by its own time and size, whatever its target', async () => {
  const started = await startWithBucket()
  await setRules(started, rule('links', expires(1), { prefix: 'link' }))
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'link',
    query: { symlink: '' },
    headers: { 'x-oss-symlink-target': 'k' },
  })
  started.advance(2 * DAY_MS)
  assert.equal((await put(started, 'k', 'x')).headers['x-oss-expiration'], undefined)
  assert.equal((await ask(started, 'GET', 'link')).headers['x-oss-expiration'], shown('Wed, 07 Jan 2026', 'links'))
})

test('an object that a rule moved to a cold archive shows when, in heads and in listings', async () => {
  const started = await startWithBucket()
  await setRules(started, rule('r', moves(1, 'ColdArchive')), rule('s', moves(1, 'IA'), { prefix: 'i' }))
  await put(started, 'k', 'x'.repeat(70_000))
  started.advance(3 * DAY_MS)
  const transitionTime = async (query = {}) =>
    (await ask(started, 'HEAD', 'k', undefined, { query })).headers['x-oss-transition-time']
  assert.equal(await transitionTime(), undefined)
  for await (const one of started.service.applyLifecycle()) assert.equal(one.kind, 'moved')
  assert.equal(await transitionTime(), 'Thu, 08 Jan 2026 08:00:00 GMT')
  assert.equal(await transitionTime({ objectMeta: '' }), 'Thu, 08 Jan 2026 08:00:00 GMT')
  for (const query of [{}, { 'list-type': '2' }, { versions: '' }]) {
    const { text } = await call(started, { method: 'GET', bucket: BUCKET, query })
    assert.deepEqual(elements(text, 'TransitionTime'), ['2026-01-08T08:00:00.000Z'])
  }
  const { headers } = await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.includes('transition')),
    [],
  )
})

test('rules cost no round trip of their own, and damaged ones fail no request', async () => {
  const { store: metadata, count } = createCountedStore()
  const started = await startWithBucket({ metadata })
  await put(started, 'k', 'x')
  const before = await count(() => ask(started, 'GET', 'k'))
  await setRules(started, rule('r', expires(1)))
  const after = await count(() => ask(started, 'GET', 'k'))
  // reads of one state that wait for one another are counted singly: the document's name is in the bucket's record
  assert.ok(after - before <= 1, `${after} and ${before}`)
  await metadata.transact(async (tx) => {
    tx.set(documentRows.key({ bucket: BUCKET, document: 'lifecycle', page: 0 }), new Uint8Array([1, 0x7b]))
  })
  const { status, headers } = await ask(started, 'GET', 'k')
  assert.deepEqual([status, headers['x-oss-expiration']], [200, undefined])
})
