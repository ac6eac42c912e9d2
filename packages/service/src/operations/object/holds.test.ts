import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  ask,
  BUCKET,
  call,
  complete,
  element,
  elements,
  idOf,
  initiate,
  listedVersions,
  listVersions,
  OTHER,
  put,
  type StartedService,
  s3,
  setVersioning,
  startVersioned,
  startWithBucket,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const DAY_MS = 86_400_000
// the clock of the tests begins at 08:00 of this day
const TODAY = '2026-01-05T08:00:00.000Z'
const TOMORROW = '2026-01-06T08:00:00.000Z'
const LATER = '2026-01-09T08:00:00.000Z'
const BYPASS = { 'x-oss-bypass-governance-retention': 'true' }

const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code')]
const IMMUTABLE = [409, 'FileImmutable']

function setObjectWorm(started: StartedService, rule = ''): Promise<TestResponse> {
  const body = `<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled>${rule}</ObjectWormConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { objectWorm: '' }, body })
}
const byDefault = (inner: string) => `<Rule><DefaultRetention>${inner}</DefaultRetention></Rule>`

async function startHeld(rule = ''): Promise<StartedService> {
  const started = await startVersioned()
  const { status, text } = await setObjectWorm(started, rule)
  assert.equal(status, 200, text)
  return started
}

const retain = (started: StartedService, key: string, mode: string, until: string, version?: string, headers = {}) =>
  ask(started, 'PUT', key, version, {
    query: { retention: '' },
    body: `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
    headers,
  })
const retentionOf = async (started: StartedService, key: string, version?: string) => {
  const { text } = await ask(started, 'GET', key, version, { query: { retention: '' } })
  return element(text, 'Code') ?? `${element(text, 'Mode')} ${element(text, 'RetainUntilDate')}`
}
const hold = (started: StartedService, key: string, status: string, version?: string) =>
  ask(started, 'PUT', key, version, {
    query: { legalHold: '' },
    body: `<LegalHold><Status>${status}</Status></LegalHold>`,
  })
const holdOf = async (started: StartedService, key: string, version?: string) => {
  const { text } = await ask(started, 'GET', key, version, { query: { legalHold: '' } })
  return element(text, 'Code') ?? element(text, 'Status')
}

function deleteMany(started: StartedService, versions: readonly (readonly [key: string, id: string])[], headers = {}) {
  const objects = versions.map(([key, id]) => `<Object><Key>${key}</Key><VersionId>${id}</VersionId></Object>`)
  const body = `<Delete>${objects.join('')}</Delete>`
  const md5 = createHash('md5').update(body).digest('base64')
  const all = { 'content-md5': md5, ...headers }
  return call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, body, headers: all })
}

test('ObjectWorm needs versioning and no other policy, is never disabled, and ends suspension and appends', async () => {
  const started = await startWithBucket()
  const get = () => call(started, { method: 'GET', bucket: BUCKET, query: { objectWorm: '' } })
  assert.deepEqual(codeOf(await get()), [404, 'NoSuchObjectWormConfiguration'])
  assert.deepEqual(codeOf(await setObjectWorm(started)), [409, 'InvalidBucketState'])
  await setVersioning(started, 'Enabled')
  const worm = '<InitiateWormConfiguration><RetentionPeriodInDays>1</RetentionPeriodInDays></InitiateWormConfiguration>'
  const initiateWorm = () => call(started, { method: 'POST', bucket: BUCKET, query: { worm: '' }, body: worm })
  await initiateWorm()
  assert.deepEqual(codeOf(await setObjectWorm(started)), [409, 'InvalidBucketState'])
  await call(started, { method: 'DELETE', bucket: BUCKET, query: { worm: '' } })
  const append = () =>
    call(started, { method: 'POST', bucket: BUCKET, key: 'log', query: { append: '', position: '0' }, body: 'x' })
  const rule = byDefault('<Mode>COMPLIANCE</Mode><Days>3</Days>')
  assert.equal((await setObjectWorm(started, rule)).status, 200)
  assert.ok((await get()).text.includes(rule))
  assert.deepEqual(codeOf(await initiateWorm()), [400, 'InvalidWORMConfiguration'])
  assert.deepEqual(codeOf(await append()), [400, 'OperationNotSupported'])
  await assert.rejects(setVersioning(started, 'Suspended'), /InvalidBucketState/)
  const suspended = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'
  const byS3 = await s3(started, { method: 'PUT', bucket: BUCKET, query: 'versioning', body: suspended })
  assert.deepEqual(codeOf(byS3), [409, 'InvalidBucketState'])
  const disabled = '<ObjectWormConfiguration><ObjectWormEnabled>Disabled</ObjectWormEnabled></ObjectWormConfiguration>'
  const query = { objectWorm: '' }
  const refused = await call(started, { method: 'PUT', bucket: BUCKET, query, body: disabled })
  assert.deepEqual(codeOf(refused), [400, 'MalformedXML'])
  for (const inner of ['', '<Days>1</Days><Years>1</Years>']) {
    const neither = await setObjectWorm(started, byDefault(`<Mode>COMPLIANCE</Mode>${inner}`))
    assert.deepEqual(codeOf(neither), [400, 'MalformedXML'])
  }
  const tooLong = await setObjectWorm(started, byDefault('<Mode>GOVERNANCE</Mode><Days>36501</Days>'))
  assert.deepEqual(codeOf(tooLong), [400, 'InvalidArgument'])
})

test('a retention is returned as it was set, can be lengthened, and ends with its date', async () => {
  const started = await startHeld()
  const id = idOf(await put(started, 'k', 'x'))
  assert.equal(await retentionOf(started, 'k'), 'NoSuchObjectRetentionConfiguration')
  assert.deepEqual(codeOf(await retain(started, 'k', 'COMPLIANCE', TODAY)), [400, 'InvalidArgument'])
  assert.deepEqual(codeOf(await retain(started, 'k', 'FOREVER', LATER)), [400, 'MalformedXML'])
  const set = await retain(started, 'k', 'COMPLIANCE', TOMORROW)
  assert.deepEqual([set.status, idOf(set)], [200, id])
  assert.equal(await retentionOf(started, 'k', id), `COMPLIANCE ${TOMORROW}`)
  const { headers } = await ask(started, 'HEAD', 'k')
  assert.equal(headers['x-oss-object-worm-mode'], 'COMPLIANCE')
  assert.equal(headers['x-oss-object-worm-retain-until-date'], TOMORROW)
  assert.equal(headers['x-oss-object-worm-legal-hold'], undefined)
  assert.equal((await retain(started, 'k', 'COMPLIANCE', LATER)).status, 200)
  for (const bypass of [{}, BYPASS]) {
    assert.deepEqual(codeOf(await retain(started, 'k', 'COMPLIANCE', TOMORROW, id, bypass)), IMMUTABLE)
    assert.deepEqual(codeOf(await retain(started, 'k', 'GOVERNANCE', LATER, id, bypass)), IMMUTABLE)
    assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id, { headers: bypass })), IMMUTABLE)
  }
  started.advance(4 * DAY_MS - 1)
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id)), IMMUTABLE)
  started.advance(1)
  assert.equal((await ask(started, 'DELETE', 'k', id)).status, 204)
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k')), [404, 'NoSuchKey'])
})

test('a retention in the mode GOVERNANCE gives way to a bypass, and to nothing else', async () => {
  const started = await startHeld()
  const id = idOf(await put(started, 'k', 'x'))
  await retain(started, 'k', 'GOVERNANCE', LATER)
  assert.deepEqual(codeOf(await retain(started, 'k', 'GOVERNANCE', TOMORROW)), IMMUTABLE)
  assert.deepEqual(codeOf(await retain(started, 'k', 'COMPLIANCE', LATER)), IMMUTABLE)
  assert.equal((await retain(started, 'k', 'GOVERNANCE', TOMORROW, id, BYPASS)).status, 200)
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id)), IMMUTABLE)
  const no = { headers: { 'x-oss-bypass-governance-retention': 'false' } }
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id, no)), IMMUTABLE)
  assert.equal((await ask(started, 'DELETE', 'k', id, { headers: BYPASS })).status, 204)
  const other = idOf(await put(started, 'other', 'x'))
  await retain(started, 'other', 'GOVERNANCE', LATER)
  assert.deepEqual(elements((await deleteMany(started, [['other', other]])).text, 'Key'), [])
  assert.deepEqual(elements((await deleteMany(started, [['other', other]], BYPASS)).text, 'Key'), ['other'])
  const byS3 = idOf(await put(started, 's3', 'x'))
  await retain(started, 's3', 'GOVERNANCE', LATER)
  const s3Delete = (headers = {}) =>
    s3(started, { method: 'DELETE', bucket: BUCKET, key: 's3', query: `versionId=${byS3}`, headers })
  assert.deepEqual(codeOf(await s3Delete()), [403, 'AccessDenied'])
  assert.equal((await s3Delete({ 'x-amz-bypass-governance-retention': 'true' })).status, 204)
})

test('who may delete versions may not bypass their retention without an action of its own', async () => {
  const started = await startHeld()
  const id = idOf(await put(started, 'k', 'x'))
  await retain(started, 'k', 'GOVERNANCE', LATER)
  const allow = async (...actions: string[]) => {
    const statement = {
      Effect: 'Allow',
      Principal: ['1000000000000002'],
      Action: actions,
      Resource: ['acs:oss:*:*:bkt/*'],
    }
    const body = JSON.stringify({ Version: '1', Statement: [statement] })
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })).status, 200)
  }
  const remove = () =>
    call(started, {
      method: 'DELETE',
      bucket: BUCKET,
      key: 'k',
      query: { versionId: id },
      headers: BYPASS,
      as: OTHER,
    })
  await allow('oss:DeleteObjectVersion')
  assert.deepEqual(codeOf(await remove()), [403, 'AccessDenied'])
  await allow('oss:DeleteObjectVersion', 'oss:BypassGovernanceRetention')
  assert.equal((await remove()).status, 204)
})

test('a legal hold is independent of retention, and is off after it was taken back', async () => {
  const started = await startHeld()
  const id = idOf(await put(started, 'k', 'x'))
  assert.equal(await holdOf(started, 'k'), 'NoSuchObjectLegalHoldConfiguration')
  const set = await hold(started, 'k', 'ON')
  assert.deepEqual([set.status, idOf(set), await holdOf(started, 'k', id)], [200, id, 'ON'])
  assert.equal((await ask(started, 'GET', 'k')).headers['x-oss-object-worm-legal-hold'], 'ON')
  await retain(started, 'k', 'GOVERNANCE', TOMORROW)
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id, { headers: BYPASS })), IMMUTABLE)
  started.advance(9 * DAY_MS)
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', id)), IMMUTABLE)
  assert.deepEqual(codeOf(await hold(started, 'k', 'MAYBE')), [400, 'MalformedXML'])
  await hold(started, 'k', 'OFF')
  assert.equal(await holdOf(started, 'k'), 'OFF')
  assert.equal((await ask(started, 'HEAD', 'k')).headers['x-oss-object-worm-legal-hold'], undefined)
  assert.equal((await ask(started, 'DELETE', 'k', id)).status, 204)
})

test('new versions are held as their request or their bucket demands; copies do not inherit, and markers carry nothing', async () => {
  const started = await startHeld(byDefault('<Mode>GOVERNANCE</Mode><Days>2</Days>'))
  const own = {
    'x-oss-object-worm-mode': 'COMPLIANCE',
    'x-oss-object-worm-retain-until-date': LATER,
    'x-oss-object-worm-legal-hold': 'ON',
  }
  const bucketWide = 'GOVERNANCE 2026-01-07T08:00:00.000Z'
  const shown = async (key: string) => [await retentionOf(started, key), await holdOf(started, key)]
  const unheld = [bucketWide, 'NoSuchObjectLegalHoldConfiguration']
  const held = [`COMPLIANCE ${LATER}`, 'ON']

  await put(started, 'plain', 'x')
  assert.deepEqual(await shown('plain'), unheld)
  await put(started, 'held', 'x', { headers: own })
  assert.deepEqual(await shown('held'), held)

  const source = { 'x-oss-copy-source': `/${BUCKET}/held` }
  await put(started, 'copy', '', { headers: source })
  assert.deepEqual(await shown('copy'), unheld)
  await put(started, 'held copy', '', { headers: { ...source, ...own } })
  assert.deepEqual(await shown('held copy'), held)

  const link = { 'x-oss-symlink-target': 'plain' }
  await put(started, 'link', '', { query: { symlink: '' }, headers: { ...link, ...own } })
  assert.deepEqual(await shown('link'), held)

  for (const headers of [{}, own]) {
    const uploadId = await initiate(started, 'parts', { headers })
    const { headers: part } = await uploadPart(started, 'parts', uploadId, 1)
    await complete(started, 'parts', uploadId, [[1, part.etag]])
    assert.deepEqual(await shown('parts'), headers === own ? held : unheld)
  }
  await s3(started, { method: 'PUT', bucket: BUCKET, key: 'by s3', body: 'x' })
  assert.deepEqual(await shown('by s3'), unheld)
  const { headers } = await s3(started, { method: 'HEAD', bucket: BUCKET, key: 'by s3' })
  assert.equal(headers['x-amz-object-lock-mode'], 'GOVERNANCE')
  assert.equal(headers['x-amz-object-lock-retain-until-date'], '2026-01-07T08:00:00.000Z')

  const marker = idOf(await ask(started, 'DELETE', 'plain'))
  const ofMarker = await ask(started, 'GET', 'plain', marker, { query: { retention: '' } })
  assert.deepEqual(codeOf(ofMarker), [405, 'MethodNotAllowed'])
  assert.equal((await ask(started, 'DELETE', 'plain', marker)).status, 204)
})

test('a default of years is of the calendar, and objects from before it keep their own', async () => {
  const started = await startHeld()
  await put(started, 'before', 'x')
  await setObjectWorm(started, byDefault('<Mode>COMPLIANCE</Mode><Years>1</Years>'))
  await put(started, 'after', 'x')
  assert.equal(await retentionOf(started, 'before'), 'NoSuchObjectRetentionConfiguration')
  assert.equal(await retentionOf(started, 'after'), 'COMPLIANCE 2027-01-05T08:00:00.000Z')
})

test('holds that are incomplete, over already, or without ObjectWorm are refused, and nothing is stored', async () => {
  const started = await startHeld()
  const refused = async (headers: Record<string, string>, code: string) => {
    const answer = await put(started, 'k', 'x', { headers })
    assert.deepEqual(codeOf(answer), [400, code], JSON.stringify(headers))
  }
  await refused({ 'x-oss-object-worm-mode': 'COMPLIANCE' }, 'InvalidArgument')
  await refused({ 'x-oss-object-worm-retain-until-date': LATER }, 'InvalidArgument')
  await refused(
    { 'x-oss-object-worm-mode': 'COMPLIANCE', 'x-oss-object-worm-retain-until-date': TODAY },
    'InvalidArgument',
  )
  await refused({ 'x-oss-object-worm-legal-hold': 'on' }, 'InvalidArgument')
  assert.deepEqual(listedVersions(await listVersions(started)), [])

  const without = await startVersioned()
  await put(without, 'k', 'x')
  const direct = await put(without, 'k', 'y', { headers: { 'x-oss-object-worm-legal-hold': 'ON' } })
  assert.deepEqual(codeOf(direct), [400, 'InvalidRequest'])
  assert.deepEqual(codeOf(await hold(without, 'k', 'ON')), [400, 'InvalidRequest'])
  assert.deepEqual(codeOf(await retain(without, 'k', 'COMPLIANCE', LATER)), [400, 'InvalidRequest'])
})

test('no path overwrites or deletes a version that is held', async () => {
  const started = await startHeld()
  const kept = new Map<string, string>()
  for (const [key, held] of [
    ['retained', (id: string) => retain(started, 'retained', 'COMPLIANCE', '2026-02-05T08:00:00.000Z', id)],
    ['on hold', (id: string) => hold(started, 'on hold', 'ON', id)],
  ] as const) {
    const id = idOf(await put(started, key, 'kept'))
    assert.equal((await held(id)).status, 200)
    kept.set(key, id)
  }
  const aged = '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>'
  const rules = `<Rule><ID>r</ID><Prefix></Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>${aged}</Rule>`
  const body = `<LifecycleConfiguration>${rules}</LifecycleConfiguration>`
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { lifecycle: '' }, body })).status, 200)

  for (const [key, id] of kept) {
    await put(started, 'source', 'other')
    const uploadId = await initiate(started, key)
    const { headers: part } = await uploadPart(started, key, uploadId, 1)
    const over = [
      () => put(started, key, 'overwritten'),
      () => put(started, key, '', { headers: { 'x-oss-copy-source': `/${BUCKET}/source` } }),
      () => put(started, key, '', { headers: { 'x-oss-copy-source': `/${BUCKET}/${encodeURIComponent(key)}` } }),
      () => put(started, key, '', { query: { symlink: '' }, headers: { 'x-oss-symlink-target': 'source' } }),
      () => complete(started, key, uploadId, [[1, part.etag]]),
      () => s3(started, { method: 'PUT', bucket: BUCKET, key, body: 'overwritten' }),
      () => ask(started, 'DELETE', key),
      () => s3(started, { method: 'DELETE', bucket: BUCKET, key }),
    ]
    for (const overwrite of over) assert.ok((await overwrite()).status < 300)
    assert.deepEqual(codeOf(await ask(started, 'DELETE', key, id)), IMMUTABLE)
    assert.deepEqual(elements((await deleteMany(started, [[key, id]])).text, 'Key'), [])
    const byS3 = await s3(started, { method: 'DELETE', bucket: BUCKET, key, query: `versionId=${id}` })
    assert.deepEqual(codeOf(byS3), [403, 'AccessDenied'])
    const s3Body = `<Delete><Object><Key>${key}</Key><VersionId>${id}</VersionId></Object></Delete>`
    const headers = { 'content-md5': createHash('md5').update(s3Body).digest('base64') }
    const manyByS3 = await s3(started, { method: 'POST', bucket: BUCKET, query: 'delete', body: s3Body, headers })
    assert.deepEqual([element(manyByS3.text, 'Code'), elements(manyByS3.text, 'Deleted')], ['AccessDenied', []])
    const appended = await ask(started, 'POST', key, undefined, { query: { append: '', position: '0' }, body: 'x' })
    assert.deepEqual(codeOf(appended), [400, 'OperationNotSupported'])
  }

  started.advance(3 * DAY_MS)
  for await (const _ of started.service.applyLifecycle());
  started.advance(3 * DAY_MS)
  for await (const _ of started.service.applyLifecycle());
  for (const [key, id] of kept) assert.equal((await ask(started, 'GET', key, id)).text, 'kept')
  const versions = listedVersions(await listVersions(started))
  const held = [...kept].map(([key, id]) => `${key} ${id}`)
  assert.deepEqual(
    versions.filter((one) => !one.startsWith('!')).sort(),
    held.sort(),
    'rules removed everything but what is held',
  )
  assert.deepEqual(codeOf(await call(started, { method: 'DELETE', bucket: BUCKET })), [409, 'BucketNotEmpty'])

  // and what no longer is held goes
  started.advance(30 * DAY_MS)
  await hold(started, 'on hold', 'OFF', kept.get('on hold'))
  for await (const _ of started.service.applyLifecycle());
  assert.deepEqual(
    listedVersions(await listVersions(started)).filter((one) => !one.startsWith('!')),
    [],
  )
})
