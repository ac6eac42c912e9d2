import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex } from '@bindery/bytes'
import { createMemoryMetadataStore } from '@bindery/storage'
import { withDamagedRows } from '@bindery/storage/testing'
import { documentRows } from '../domain/stored/keyspace.js'
import {
  BUCKET,
  call,
  complete,
  element,
  initiate,
  OTHER,
  ROOT,
  type StartedService,
  s3,
  startWithBucket,
  uploadPart,
} from '../testing/index.js'

/** A clock that sleeping and the test move. */
async function startTimed(options: { readonly processes?: () => number } = {}) {
  let now = Date.UTC(2026, 0, 5, 8)
  let slept = 0
  const clock = () => now
  const sleep = async (milliseconds: number) => {
    slept += milliseconds
    now += milliseconds
  }
  const started = { ...(await startWithBucket({ clock, sleep, ...options })), now: clock }
  return {
    started,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    slept: () => slept,
  }
}

const configuration = (limits: Readonly<Record<string, number>>) =>
  `<QoSConfiguration>${Object.entries(limits)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</QoSConfiguration>`

async function limit(started: StartedService, limits: Readonly<Record<string, number>>, requester?: string) {
  const query = requester === undefined ? { qosInfo: '' } : { requesterQosInfo: '', qosRequester: requester }
  const set = await call(started, { method: 'PUT', bucket: BUCKET, query, body: configuration(limits) })
  assert.equal(set.status, 200, set.text)
}

const head = (started: StartedService, more: object = {}) =>
  call(started, { method: 'GET', bucket: BUCKET, query: { location: '' }, ...more })

test('a bucket whose limits are damaged is served without them, the damage is reported, and they can be set again', async () => {
  const { store, damage } = withDamagedRows(createMemoryMetadataStore())
  const reported: string[] = []
  const started = await startWithBucket({ metadata: store, onDamage: ({ row }) => reported.push(row) })
  await limit(started, { TotalQps: 0 })
  assert.equal((await head(started)).status, 503)
  const row = documentRows.key({ bucket: BUCKET, document: 'qosInfo', page: 0 })
  damage(row)
  for (let times = 0; times < 3; times += 1) assert.equal((await head(started)).status, 200)
  assert.deepEqual(reported, [hex(row)])
  await limit(started, { TotalQps: 0 })
  assert.equal((await head(started)).status, 503)
})

test('a bucket takes so many requests per second, and a request about the limit is always taken', async () => {
  const { started, pass } = await startTimed()
  await limit(started, { TotalQps: 3 })
  const statuses = async (count: number) => {
    const all: number[] = []
    for (let index = 0; index < count; index += 1) all.push((await head(started)).status)
    return all
  }
  assert.deepEqual(await statuses(5), [200, 200, 200, 503, 503])
  pass(10_000)
  assert.deepEqual(await statuses(5), [200, 200, 200, 503, 503])
  pass(334)
  assert.deepEqual(await statuses(2), [200, 503])
  const refused = await head(started)
  assert.deepEqual(
    [element(refused.text, 'Code'), element(refused.text, 'Message')],
    ['TotalQpsLimitExceeded', 'Max total qps limit is exceeded.'],
  )
  const lifted = await call(started, { method: 'DELETE', bucket: BUCKET, query: { qosInfo: '' } })
  assert.equal(lifted.status, 204)
  assert.deepEqual(await statuses(3), [200, 200, 200])
})

test('a bucket that takes no requests still shows and changes its limits', async () => {
  const { started } = await startTimed()
  await limit(started, { TotalQps: 0, IntranetQps: 0, ExtranetQps: 0 })
  assert.equal((await head(started)).status, 503)
  const shown = await call(started, { method: 'GET', bucket: BUCKET, query: { qosInfo: '' } })
  assert.equal(element(shown.text, 'TotalQps'), '0')
  await limit(started, { TotalQps: -1 })
  assert.equal((await head(started)).status, 200)
})

test('each process of a server takes its share of the requests', async () => {
  const { started, pass } = await startTimed({ processes: () => 2 })
  await limit(started, { TotalQps: 4 })
  pass(10_000)
  const statuses: number[] = []
  for (let index = 0; index < 4; index += 1) statuses.push((await head(started)).status)
  assert.deepEqual(statuses, [200, 200, 503, 503])
})

test('a process that comes or goes grants no further requests', async () => {
  let processes = 1
  const { started } = await startTimed({ processes: () => processes })
  await limit(started, { TotalQps: 4 })
  const statuses: number[] = []
  for (let index = 0; index < 12; index += 1) {
    processes = 1 + (index % 2)
    statuses.push((await head(started)).status)
  }
  assert.ok(statuses.filter((status) => status === 200).length <= 5, statuses.join())
})

test('a limit of one requester binds no other, and internal endpoints have limits of their own', async () => {
  const { started } = await startTimed()
  await call(started, { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' } })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  await limit(started, { TotalQps: 0, IntranetQps: 0, ExtranetQps: 0 }, OTHER.account.id)
  const read = (more: object) => call(started, { method: 'GET', bucket: BUCKET, key: 'k', ...more })
  assert.equal((await read({ as: OTHER })).status, 503)
  assert.deepEqual([(await read({ as: ROOT })).status, (await read({ as: 'anonymous' })).status], [200, 200])
  await limit(started, { ExtranetQps: 0 })
  assert.equal((await read({})).status, 503)
  const inside = await read({ host: `${BUCKET}.oss-cn-hangzhou-internal.aliyuncs.com`, style: 'host' })
  assert.equal(inside.status, 200, inside.text)
})

test('the bytes of all requests to a bucket share its bandwidth, in each direction', async () => {
  const { started, slept } = await startTimed()
  await limit(started, { TotalUploadBandwidth: 1 })
  const body = new Uint8Array(12_500_000)
  const put = (key: string) => call(started, { method: 'PUT', bucket: BUCKET, key, body })
  const [one, other] = await Promise.all([put('a'), put('b')])
  assert.deepEqual([one.status, other.status], [200, 200])
  // two bodies of a tenth of a gigabit; nothing waits for their last pieces
  assert.ok(slept() >= 190, String(slept()))
  assert.ok(Number(one.headers['x-oss-qos-delay-time']) > 0)
  const uploadId = await initiate(started, 'm')
  const before = slept()
  assert.equal((await uploadPart(started, 'm', uploadId, 1, body)).status, 200)
  assert.ok(slept() - before >= 100)
  assert.equal((await complete(started, 'm', uploadId, [])).status, 200)
  const uploaded = slept()
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'a' })).bytes.length, body.length)
  assert.equal(slept(), uploaded)
  await limit(started, { TotalDownloadBandwidth: 0, IntranetDownloadBandwidth: 0, ExtranetDownloadBandwidth: 0 })
  const refused = await call(started, { method: 'GET', bucket: BUCKET, key: 'a' })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [503, 'DownloadTrafficRateLimitExceeded'])
})

test('a part of an object that is read by its number moves at the bandwidth of its bucket, too', async () => {
  const { started, slept } = await startTimed()
  const uploadId = await initiate(started, 'm')
  const { headers } = await uploadPart(started, 'm', uploadId, 1, new Uint8Array(12_500_000))
  await complete(started, 'm', uploadId, [[1, headers.etag]])
  await limit(started, { TotalDownloadBandwidth: 1 })
  const before = slept()
  const read = () => s3(started, { method: 'GET', bucket: BUCKET, key: 'm', query: 'partNumber=1' })
  const answer = await read()
  assert.deepEqual([answer.status, answer.bytes.length], [206, 12_500_000], answer.text.slice(0, 400))
  assert.ok(slept() - before >= 100)
  await limit(started, { TotalDownloadBandwidth: 0, IntranetDownloadBandwidth: 0, ExtranetDownloadBandwidth: 0 })
  assert.equal((await read()).status, 503)
})

test('a strict quota refuses what would exceed it, and a deletion makes room; a warning refuses nothing', async () => {
  const started = await startWithBucket()
  const quota = (bytes: number, mode: string) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { quota: '' },
      body: `<QuotaConfiguration><StorageQuota>${bytes}</StorageQuota><Mode>${mode}</Mode></QuotaConfiguration>`,
    })
  const put = (key: string, bytes: number) =>
    call(started, { method: 'PUT', bucket: BUCKET, key, body: new Uint8Array(bytes) })
  assert.equal((await quota(100, 'Strict')).status, 200)
  assert.equal((await put('a', 60)).status, 200)
  const refused = await put('b', 41)
  assert.deepEqual(
    [refused.status, element(refused.text, 'Code'), refused.headers['x-oss-ec']],
    [403, 'QuotaExceeded', '0004-00090001'],
  )
  assert.equal((await put('b', 40)).status, 200)
  const copy = { 'x-oss-copy-source': `/${BUCKET}/a` }
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'c', headers: copy })).status, 403)
  const append = { append: '', position: '0' }
  assert.equal(
    (await call(started, { method: 'POST', bucket: BUCKET, key: 'd', query: append, body: 'x' })).status,
    403,
  )
  const uploadId = await initiate(started, 'm')
  assert.equal((await uploadPart(started, 'm', uploadId, 1, 'x')).status, 403)
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET, key: 'b' })).status, 204)
  assert.equal((await uploadPart(started, 'm', uploadId, 1, new Uint8Array(40))).status, 200)
  assert.equal((await put('b', 1)).status, 403)
  assert.equal((await complete(started, 'm', uploadId, [])).status, 200)
  await quota(1, 'Warning')
  assert.equal((await put('b', 1)).status, 200)
})

test('a quota limits objects, incomplete uploads and the bytes of these, each by itself', async () => {
  const started = await startWithBucket()
  const set = async (mode: string, limits: string) => {
    const body = `<QuotaConfiguration><StorageQuota>1000000000</StorageQuota><Mode>${mode}</Mode>${limits}</QuotaConfiguration>`
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { quota: '' }, body })).status, 200)
  }
  const put = (key: string) => call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x' })
  const begin = (key: string) => call(started, { method: 'POST', bucket: BUCKET, key, query: { uploads: '' } })
  await set('Strict', '<ExtObjects>2</ExtObjects><ExtUploads>1</ExtUploads><ExtPartBytes>10</ExtPartBytes>')
  const shown = (await call(started, { method: 'GET', bucket: BUCKET, query: { quota: '' } })).text
  assert.deepEqual(
    ['ExtObjects', 'ExtUploads', 'ExtPartBytes'].map((name) => element(shown, name)),
    ['2', '1', '10'],
  )
  for (const key of ['a', 'b', 'a']) assert.equal((await put(key)).status, 200, key)
  const third = await put('c')
  assert.deepEqual(
    [third.status, element(third.text, 'Code'), element(third.text, 'Message')],
    [403, 'QuotaExceeded', 'The bucket may have 2 objects, and the request would exceed that.'],
  )
  const copy = { 'x-oss-copy-source': `/${BUCKET}/a` }
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, key: 'd', headers: copy })).status, 403)
  const uploadId = await initiate(started, 'm')
  const second = await begin('n')
  assert.deepEqual([second.status, element(second.text, 'Code')], [403, 'QuotaExceeded'])
  assert.equal((await uploadPart(started, 'm', uploadId, 1, '12345678')).status, 200)
  assert.equal((await uploadPart(started, 'm', uploadId, 2, 'abc')).status, 403)
  assert.equal((await complete(started, 'm', uploadId, [])).status, 403)
  await call(started, { method: 'DELETE', bucket: BUCKET, key: 'a' })
  assert.equal((await complete(started, 'm', uploadId, [])).status, 200)
  const byS3 = { method: 'PUT', bucket: BUCKET, body: 'x' }
  assert.equal((await s3(started, { ...byS3, key: 'e' })).status, 403)
  assert.equal((await s3(started, { ...byS3, key: 'b' })).status, 200)
  await set('Warning', '<ExtObjects>0</ExtObjects><ExtUploads>0</ExtUploads>')
  assert.deepEqual([(await put('c')).status, (await begin('n')).status], [200, 200])
})

test('a capacity in gigabytes refuses as a quota does, and -1 removes it', async () => {
  const started = await startWithBucket()
  const capacity = (gigabytes: number) =>
    call(started, {
      method: 'PUT',
      bucket: BUCKET,
      query: { qos: '' },
      body: `<BucketUserQos><StorageCapacity>${gigabytes}</StorageCapacity></BucketUserQos>`,
    })
  const put = () => call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  assert.equal((await capacity(0)).status, 200)
  assert.equal(element((await put()).text, 'Code'), 'QuotaExceeded')
  assert.equal((await capacity(1)).status, 200)
  assert.equal((await put()).status, 200)
  await capacity(-1)
  assert.equal((await put()).status, 200)
})
