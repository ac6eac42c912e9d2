import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  BUCKET,
  call,
  element,
  idOf,
  put,
  type StartedService,
  startVersioned,
  startWithBucket,
  type TestResponse,
} from '../../testing/index.js'

const DAY_MS = 86_400_000
const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code')]

const archive = (started: StartedService, key: string, storageClass = 'Archive') =>
  put(started, key, 'archived', { headers: { 'x-oss-storage-class': storageClass } })
const restore = (started: StartedService, key: string, inner?: string, version?: string) =>
  ask(started, 'POST', key, version, {
    query: { restore: '' },
    ...(inner !== undefined && { body: `<RestoreRequest>${inner}</RestoreRequest>` }),
  })
const clean = (started: StartedService, key: string) =>
  ask(started, 'POST', key, undefined, { query: { cleanRestoredObject: '' } })
const restoreOf = async (started: StartedService, key: string) =>
  (await ask(started, 'HEAD', key)).headers['x-oss-restore']

test('an archived object is readable only after its restore, and until that expires', async () => {
  const started = await startWithBucket()
  await archive(started, 'k')
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k')), [403, 'InvalidObjectState'])
  assert.equal(await restoreOf(started, 'k'), undefined)
  assert.equal((await restore(started, 'k', '<Days>2</Days>')).status, 202)
  assert.equal(await restoreOf(started, 'k'), 'ongoing-request="true"')
  started.advance(1_000)
  assert.deepEqual(codeOf(await restore(started, 'k')), [409, 'RestoreAlreadyInProgress'])
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k')), [403, 'InvalidObjectState'])
  started.advance(1_000)
  assert.equal((await ask(started, 'GET', 'k')).text, 'archived')
  assert.equal(await restoreOf(started, 'k'), 'ongoing-request="false", expiry-date="Wed, 07 Jan 2026 08:00:02 GMT"')
  assert.equal((await restore(started, 'k', '<Days>3</Days>')).status, 200)
  started.advance(3 * DAY_MS - 1)
  assert.equal((await ask(started, 'GET', 'k')).status, 200)
  started.advance(1)
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k')), [403, 'InvalidObjectState'])
})

test('an object whose restore has expired is restored again', async () => {
  const started = await startWithBucket()
  await archive(started, 'k')
  await restore(started, 'k', '<Days>1</Days>')
  started.advance(2_000 + 3 * DAY_MS)
  assert.equal((await restore(started, 'k', '<Days>1</Days>')).status, 202)
  assert.equal(await restoreOf(started, 'k'), 'ongoing-request="true"')
  started.advance(2_000)
  assert.equal((await ask(started, 'GET', 'k')).text, 'archived')
  started.advance(DAY_MS)
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k')), [403, 'InvalidObjectState'])
})

test('the colder classes restore by tiers, and no class beyond its days', async () => {
  const started = await startWithBucket()
  for (const [storageClass, inner, expected] of [
    ['ColdArchive', '<Days>2</Days><JobParameters><Tier>Bulk</Tier></JobParameters>', [202, undefined]],
    ['DeepColdArchive', '<JobParameters><Tier>Expedited</Tier></JobParameters>', [202, undefined]],
    ['DeepColdArchive', '<JobParameters><Tier>Bulk</Tier></JobParameters>', [400, 'InvalidArgument']],
    ['ColdArchive', '<JobParameters><Tier>Fast</Tier></JobParameters>', [400, 'InvalidArgument']],
    ['ColdArchive', '<Days>366</Days>', [400, 'InvalidArgument']],
    ['Archive', '<Days>8</Days>', [400, 'InvalidArgument']],
    ['Archive', '<JobParameters><Tier>Expedited</Tier></JobParameters>', [400, 'MalformedXML']],
    ['Archive', '<JobParameters><Tier>Standard</Tier></JobParameters>', [400, 'MalformedXML']],
    ['Standard', '', [400, 'OperationNotSupported']],
    ['IA', '', [400, 'OperationNotSupported']],
  ] as const) {
    await archive(started, 'k', storageClass)
    const response = await restore(started, 'k', inner)
    assert.deepEqual(codeOf(response), expected, `${storageClass} ${inner}`)
    if (response.status === 202) {
      assert.equal(response.headers['x-oss-object-restore-priority'], element(inner, 'Tier'))
      started.advance(5_000)
      assert.equal((await ask(started, 'GET', 'k')).status, 200)
    }
  }
  assert.deepEqual(codeOf(await restore(started, 'missing')), [404, 'NoSuchKey'])
})

test('what no restore takes is refused with its EC', async () => {
  const started = await startWithBucket()
  const ecOf = async (storageClass: string, inner: string) => {
    await archive(started, 'k', storageClass)
    const { status, headers } = await restore(started, 'k', inner)
    return [status, headers['x-oss-ec']]
  }
  for (const days of [0, -1, 8]) {
    assert.deepEqual(await ecOf('Archive', `<Days>${days}</Days>`), [400, '0016-00000708'], String(days))
  }
  for (const days of [0, 366, 'x']) {
    assert.deepEqual(await ecOf('ColdArchive', `<Days>${days}</Days>`), [400, '0016-00000704'], String(days))
  }
  const glacier = '<GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters>'
  assert.deepEqual(await ecOf('ColdArchive', glacier), [400, '0016-00000709'])
  assert.deepEqual(await ecOf('ColdArchive', '<OutputLocation/>'), [400, '0016-00000710'])
  assert.deepEqual(await ecOf('ColdArchive', '<Type>SELECT</Type>'), [400, '0016-00000713'])
})

test('a restore that runs is hastened by a faster tier, and by no other', async () => {
  const started = await startWithBucket()
  await archive(started, 'k', 'DeepColdArchive')
  const by = async (tier: string) => {
    const { status, headers } = await restore(started, 'k', `<JobParameters><Tier>${tier}</Tier></JobParameters>`)
    return [status, headers['x-oss-ec'] ?? headers['x-oss-object-restore-priority']]
  }
  assert.deepEqual(await by('Standard'), [202, 'Standard'])
  assert.deepEqual(await by('Standard'), [409, '0016-00000701'])
  assert.deepEqual(await by('Expedited'), [202, 'Expedited'])
  assert.deepEqual(await by('Expedited'), [409, '0016-00000701'])
  assert.deepEqual(await by('Standard'), [409, '0016-00000715'])
  started.advance(4_000)
  assert.equal((await ask(started, 'GET', 'k')).status, 200)
  assert.deepEqual(await by('Standard'), [200, 'Standard'])
})

test('nothing reads an archived object, but everything else is done to it', async () => {
  const started = await startWithBucket()
  await archive(started, 'k')
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'link',
    query: { symlink: '' },
    headers: { 'x-oss-symlink-target': 'k' },
  })
  const copied = await put(started, 'copy', '', { headers: { 'x-oss-copy-source': `/${BUCKET}/k` } })
  assert.deepEqual(codeOf(copied), [403, 'InvalidObjectState'])
  assert.deepEqual(codeOf(await ask(started, 'GET', 'link')), [403, 'InvalidObjectState'])
  for (const key of ['k', 'link']) assert.equal((await ask(started, 'HEAD', key)).status, 200)
  const acl = await ask(started, 'PUT', 'k', undefined, {
    query: { acl: '' },
    headers: { 'x-oss-object-acl': 'private' },
  })
  assert.equal(acl.status, 200)
  assert.equal((await ask(started, 'DELETE', 'k')).status, 204)
})

test('a restore is cleaned once it has finished, and each version is restored by itself', async () => {
  const started = await startVersioned()
  const first = idOf(await archive(started, 'k'))
  await archive(started, 'k')
  assert.deepEqual(codeOf(await clean(started, 'k')), [409, 'ArchiveRestoreFileStale'])
  await restore(started, 'k')
  assert.deepEqual(codeOf(await clean(started, 'k')), [409, 'ArchiveRestoreNotFinished'])
  started.advance(2_000)
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k', first)), [403, 'InvalidObjectState'])
  assert.equal((await ask(started, 'GET', 'k')).status, 200)
  assert.equal((await clean(started, 'k')).status, 200)
  assert.equal((await ask(started, 'GET', 'k')).status, 403)
  assert.equal((await restore(started, 'k', undefined, first)).status, 202)
})

test('a bucket may let Archive be read without a restore, and no colder class', async () => {
  const started = await startWithBucket()
  const body = '<ArchiveDirectReadConfiguration><Enabled>true</Enabled></ArchiveDirectReadConfiguration>'
  await call(started, { method: 'PUT', bucket: BUCKET, query: { bucketArchiveDirectRead: '' }, body })
  await archive(started, 'k')
  await archive(started, 'cold', 'ColdArchive')
  assert.deepEqual([(await ask(started, 'GET', 'k')).status, (await ask(started, 'GET', 'cold')).status], [200, 403])
})
