import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { post, signedV1 } from '../../form/testing.js'
import {
  ask as askObject,
  BUCKET,
  call,
  complete as completeUpload,
  element,
  elements,
  idOf,
  initiate as initiateUpload,
  OTHER,
  put,
  type StartedService,
  s3,
  startVersioned,
  startWithBucket,
  type TestRequest,
  uploadPart,
} from '../../testing/index.js'

const DAY_MS = 86_400_000

function ask(started: StartedService, method: string, query: TestRequest['query'], body?: string) {
  return call(started, { method, bucket: BUCKET, ...(query && { query }), ...(body !== undefined && { body }) })
}

const days = (root: string, count: string | number) =>
  `<${root}><RetentionPeriodInDays>${count}</RetentionPeriodInDays></${root}>`

const initiate = (started: StartedService, count: string | number = 3) =>
  ask(started, 'POST', { worm: '' }, days('InitiateWormConfiguration', count))
const complete = (started: StartedService, wormId: string) => ask(started, 'POST', { wormId })
const extend = (started: StartedService, wormId: string, count: string | number) =>
  ask(started, 'POST', { wormExtend: '', wormId }, days('ExtendWormConfiguration', count))
const abort = (started: StartedService) => ask(started, 'DELETE', { worm: undefined })
const state = async (started: StartedService) => {
  const { text } = await ask(started, 'GET', { worm: undefined })
  return element(text, 'State') ?? element(text, 'Code')
}
const codeOf = ({ status, text }: { status: number; text: string }) => [status, element(text, 'Code')]

async function begun(): Promise<[StartedService, wormId: string]> {
  const started = await startWithBucket()
  const { status, headers, text } = await initiate(started)
  assert.equal(status, 200, text)
  return [started, headers['x-oss-worm-id'] ?? '']
}

test('a policy is in progress until it is locked, and shows until when', async () => {
  const [started, wormId] = await begun()
  assert.match(wormId, /^[0-9A-F]{32}$/)
  const { text } = await ask(started, 'GET', { worm: '' })
  assert.deepEqual(
    ['WormId', 'State', 'RetentionPeriodInDays', 'CreationDate', 'ExpirationDate'].map((name) => element(text, name)),
    [wormId, 'InProgress', '3', '2026-01-05T08:00:00.000Z', '2026-01-06T08:00:00.000Z'],
  )
  assert.deepEqual(codeOf(await initiate(started)), [409, 'WORMConfigurationAlreadyExists'])
  assert.equal((await complete(started, wormId)).status, 200)
  started.advance(2 * DAY_MS)
  const locked = (await ask(started, 'GET', { worm: '' })).text
  assert.deepEqual([element(locked, 'State'), element(locked, 'ExpirationDate')], ['Locked', undefined])
  assert.deepEqual(codeOf(await initiate(started)), [409, 'WORMConfigurationAlreadyExists'])
})

test('a policy can be aborted until it is locked, and never after', async () => {
  const [started] = await begun()
  assert.equal((await abort(started)).status, 204)
  assert.equal(await state(started), 'NoSuchWORMConfiguration')
  assert.equal((await abort(started)).status, 204)
  const { headers } = await initiate(started)
  await complete(started, headers['x-oss-worm-id'] ?? '')
  assert.deepEqual(codeOf(await abort(started)), [403, 'WORMConfigurationLocked'])
  assert.equal(await state(started), 'Locked')
})

test('a policy that is not completed within a day has expired: another can be started, and it cannot be locked', async () => {
  const [started, wormId] = await begun()
  started.advance(DAY_MS - 1)
  assert.equal(await state(started), 'InProgress')
  started.advance(1)
  assert.equal(await state(started), 'Expired')
  assert.deepEqual(codeOf(await complete(started, wormId)), [400, 'InvalidWORMConfiguration'])
  assert.equal((await initiate(started)).status, 200)
  assert.equal(await state(started), 'InProgress')
})

test('retention is lengthened once it is locked, and never shortened', async () => {
  const [started, wormId] = await begun()
  assert.deepEqual(codeOf(await extend(started, wormId, 5)), [400, 'InvalidWORMConfiguration'])
  await complete(started, wormId)
  for (const count of [1, 3]) {
    assert.deepEqual(codeOf(await extend(started, wormId, count)), [400, 'InvalidWORMConfiguration'])
  }
  assert.equal((await extend(started, wormId, 5)).status, 200)
  assert.equal(element((await ask(started, 'GET', { worm: '' })).text, 'RetentionPeriodInDays'), '5')
})

test('what is wrong with a policy is refused with its code', async () => {
  const started = await startWithBucket()
  for (const count of [0, 25_551, 'many']) {
    assert.deepEqual(codeOf(await initiate(started, count)), [400, 'InvalidArgument'], String(count))
  }
  assert.deepEqual(codeOf(await ask(started, 'POST', { worm: '' }, '<Other/>')), [400, 'MalformedXML'])
  for (const refused of [
    await complete(started, 'none'),
    await extend(started, 'none', 1),
    await complete(started, ''),
  ]) {
    assert.deepEqual(codeOf(refused), [404, 'NoSuchWORMConfiguration'])
  }
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query: { worm: '' }, as: OTHER })).status, 403)
  assert.equal((await initiate(started, 25_550)).status, 200)
})

test('in a bucket that keeps versions only the deletion of a version that is retained is refused', async () => {
  const started = await startVersioned()
  const first = idOf(await put(started, 'k', 'first'))
  await initiate(started)
  const second = idOf(await put(started, 'k', 'second'))
  const marker = idOf(await askObject(started, 'DELETE', 'k'))
  for (const version of [first, second]) {
    assert.deepEqual(codeOf(await askObject(started, 'DELETE', 'k', version)), [409, 'FileImmutable'])
  }
  assert.equal((await askObject(started, 'DELETE', 'k', marker)).status, 204)
  assert.equal((await askObject(started, 'GET', 'k')).text, 'second')
  started.advance(3 * DAY_MS)
  assert.equal((await askObject(started, 'DELETE', 'k', first)).status, 204)
})

test('versioning and retention go together unless versioning is suspended', async () => {
  const started = await startWithBucket()
  const set = (status: string) =>
    ask(
      started,
      'PUT',
      { versioning: '' },
      `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
    )
  await set('Suspended')
  assert.deepEqual(codeOf(await initiate(started)), [400, 'InvalidWORMConfiguration'])
  await set('Enabled')
  assert.equal((await initiate(started)).status, 200)
  assert.deepEqual(codeOf(await set('Suspended')), [400, 'InvalidWORMConfiguration'])
  await abort(started)
  assert.equal((await set('Suspended')).status, 200)
})

test('what a bucket retains is neither overwritten nor deleted, in whatever way, until its time is over', async () => {
  const started = await startWithBucket()
  const put = (key: string, headers = {}) => call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x', headers })
  const onto = (source: string, key: string) =>
    put(key, { 'x-oss-copy-source': `/${BUCKET}/${source}`, 'x-oss-metadata-directive': 'REPLACE' })
  const deleteMany = (...keys: string[]) => {
    const body = `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`
    const md5 = createHash('md5').update(body).digest('base64')
    return call(started, {
      method: 'POST',
      bucket: BUCKET,
      query: { delete: '' },
      body,
      headers: { 'content-md5': md5 },
    })
  }
  await put('kept')
  await put('source')
  const append = (position: number) =>
    call(started, {
      method: 'POST',
      bucket: BUCKET,
      key: 'log',
      query: { append: '', position: String(position) },
      body: 'x',
    })
  await append(0)
  const uploadId = await initiateUpload(started, 'kept')
  const { headers } = await initiate(started)
  const refusals = async () => {
    const part = await uploadPart(started, 'kept', uploadId, 1, 'part')
    return [
      await put('kept'),
      await onto('source', 'kept'),
      await onto('kept', 'kept'),
      await completeUpload(started, 'kept', uploadId, [[1, part.headers.etag]]),
      await call(started, { method: 'DELETE', bucket: BUCKET, key: 'kept' }),
      await call(started, { method: 'DELETE', bucket: BUCKET, key: 'kept', query: { versionId: 'null' } }),
      await call(started, {
        method: 'PUT',
        bucket: BUCKET,
        key: 'kept',
        query: { symlink: '' },
        headers: { 'x-oss-symlink-target': 'source' },
      }),
      await append(1),
    ]
  }
  for (const refused of await refusals()) assert.deepEqual(codeOf(refused), [409, 'FileImmutable'])
  for (const method of ['PUT', 'DELETE']) {
    const byS3 = await s3(started, { method, bucket: BUCKET, key: 'kept', ...(method === 'PUT' && { body: 'x' }) })
    assert.deepEqual(codeOf(byS3), [403, 'AccessDenied'])
  }
  const form = [['key', 'kept'], ...signedV1([['eq', '$key', 'kept']]), ['file', 'x', {}]] as const
  assert.equal((await post(started, form)).refusal, '409 FileImmutable')
  assert.deepEqual(codeOf(await call(started, { method: 'DELETE', bucket: BUCKET })), [409, 'BucketNotEmpty'])
  assert.deepEqual(codeOf(await put('kept', { 'x-oss-forbid-overwrite': 'true' })), [409, 'FileAlreadyExists'])
  await complete(started, headers['x-oss-worm-id'] ?? '')
  for (const refused of await refusals()) assert.deepEqual(codeOf(refused), [409, 'FileImmutable'])
  const many = await deleteMany('kept', 'not there')
  assert.deepEqual([many.status, elements(many.text, 'Key')], [200, ['not there']])
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'kept' })).text, 'x')
  assert.equal((await put('new')).status, 200)
  assert.equal((await onto('kept', 'another')).status, 200)
  started.advance(3 * DAY_MS)
  assert.equal((await put('kept')).status, 200)
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET, key: 'source' })).status, 204)
})

test('a policy that was aborted or has expired retains nothing', async () => {
  const [started] = await begun()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  const overwrite = async () => (await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'y' })).status
  assert.equal(await overwrite(), 409)
  await abort(started)
  assert.equal(await overwrite(), 200)
  await initiate(started)
  assert.equal(await overwrite(), 409)
  started.advance(DAY_MS)
  assert.equal(await overwrite(), 200)
})
