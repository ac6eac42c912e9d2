import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, OTHER, type StartedService, startWithBucket } from '../../testing/index.js'

type Query = Readonly<Record<string, string | undefined>>

const ask = (started: StartedService, method: string, query: Query, body?: string) =>
  call(started, { method, bucket: BUCKET, query, ...(body !== undefined && { body }) })

async function codeOf(started: StartedService, method: string, query: Query, body?: string) {
  const { status, text } = await ask(started, method, query, body)
  return [status, element(text, 'Code'), element(text, 'EC')]
}

const style = (content: string) => `<Style><Content>${content}</Content></Style>`

test('styles are kept by name, at most 50, and one that is set again keeps the time of its creation', async () => {
  const started = await startWithBucket()
  assert.deepEqual(await codeOf(started, 'GET', { style: '', styleName: 'a' }), [404, 'NoSuchStyle', undefined])
  assert.equal((await ask(started, 'PUT', { style: '', styleName: 'b' }, style('image/resize,p_50'))).status, 200)
  await ask(started, 'PUT', { style: '', styleName: 'a', category: 'image' }, style('image/resize,p_10'))
  started.advance(5_000)
  await ask(started, 'PUT', { style: '', styleName: 'a' }, style('image/resize,p_20'))
  const { text } = await ask(started, 'GET', { style: '', styleName: 'a' })
  assert.equal(
    text.split('\n')[1],
    '<Style><Name>a</Name><Content>image/resize,p_20</Content><Category>image</Category><CreateTime>Mon, 05 Jan 2026 08:00:00 GMT</CreateTime><LastModifyTime>Mon, 05 Jan 2026 08:00:05 GMT</LastModifyTime></Style>',
  )
  assert.deepEqual(elements((await ask(started, 'GET', { style: '' })).text, 'Name'), ['b', 'a'])
  for (let index = 0; index < 48; index += 1) {
    await ask(started, 'PUT', { style: '', styleName: `s${index}` }, style('image/resize,p_50'))
  }
  const [status, code] = await codeOf(started, 'PUT', { style: '', styleName: 'more' }, style('image/resize,p_50'))
  assert.deepEqual([status, code], [400, 'InvalidArgument'])
  for (const _ of [1, 2]) assert.equal((await ask(started, 'DELETE', { style: '', styleName: 'a' })).status, 204)
  assert.deepEqual((await codeOf(started, 'GET', { style: '', styleName: 'a' }))[1], 'NoSuchStyle')
})

test('limits of requesters are kept by their ids, and listed in pages', async () => {
  const started = await startWithBucket()
  const put = (qosRequester: string, body = '<QoSConfiguration><TotalQps>7</TotalQps></QoSConfiguration>') =>
    codeOf(started, 'PUT', { requesterQosInfo: '', qosRequester }, body)
  for (const id of ['300', '100', '200']) assert.equal((await put(id))[0], 200)
  assert.deepEqual((await put('x')).slice(0, 2), [400, 'InvalidArgument'])
  const refused = '<QoSConfiguration><TotalQps>7</TotalQps><IntranetQps>8</IntranetQps></QoSConfiguration>'
  assert.deepEqual((await put('100', refused)).slice(0, 2), [400, 'InvalidArgument'])
  const one = await ask(started, 'GET', { requesterQosInfo: '', qosRequester: '200' })
  assert.match(one.text, /<RequesterQoSInfo><Requester>200<\/Requester><QoSConfiguration>.*<TotalQps>7<\/TotalQps>/)
  const list = (token?: string) =>
    ask(started, 'GET', { requesterQosInfo: '', 'max-keys': '2', ...(token && { 'continuation-token': token }) })
  const first = (await list()).text
  assert.deepEqual([elements(first, 'Requester'), element(first, 'IsTruncated')], [['100', '200'], 'true'])
  const last = (await list(element(first, 'NextContinuationToken'))).text
  assert.deepEqual([elements(last, 'Requester'), element(last, 'IsTruncated')], [['300'], 'false'])
  for (const _ of [1, 2]) {
    assert.equal((await ask(started, 'DELETE', { requesterQosInfo: '', qosRequester: '200' })).status, 204)
  }
  const gone = await codeOf(started, 'GET', { requesterQosInfo: '', qosRequester: '200' })
  assert.deepEqual(gone.slice(0, 2), [404, 'NoSuchBucketQosInfo'])
})

test('an account has no limits of bandwidth and requests', async () => {
  const started = await startWithBucket()
  const { status, text } = await call(started, { method: 'GET', query: { qosInfo: '' } })
  assert.deepEqual([status, element(text, 'Region'), element(text, 'TotalUploadBandwidth')], [200, 'cn-hangzhou', '-1'])
})

const replication = (inner: string) => `<ReplicationConfiguration><Rule>${inner}</Rule></ReplicationConfiguration>`
const destination = (bucket: string, location = 'oss-cn-hangzhou') =>
  `<Destination><Bucket>${bucket}</Bucket><Location>${location}</Location></Destination>`
const ADD = { replication: '', comp: 'add' }

test('a replication rule is kept, and never reports progress that was not made', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'target' })
  await call(started, { method: 'PUT', bucket: 'foreign', as: OTHER })
  assert.deepEqual((await codeOf(started, 'GET', { replication: '' })).slice(0, 2), [
    404,
    'NoSuchReplicationConfiguration',
  ])
  const added = await ask(
    started,
    'POST',
    ADD,
    replication(`<RTC><Status>enabled</Status></RTC>${destination('target')}`),
  )
  const id = added.headers['x-oss-replication-rule-id'] ?? ''
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  const read = (await ask(started, 'GET', { replication: '' })).text
  assert.deepEqual(
    ['ID', 'Action', 'HistoricalObjectReplication'].map((name) => element(read, name)),
    [id, 'ALL', 'enabled'],
  )
  assert.deepEqual(elements(read, 'Status'), ['starting', 'enabled'])
  const progress = (await ask(started, 'GET', { replicationProgress: '', 'rule-id': id })).text
  assert.equal(element(progress, 'Status'), 'starting')
  assert.equal(progress.includes('<Progress>'), false)
  const rtc = `<ReplicationRule><RTC><Status>disabled</Status></RTC><ID>${id}</ID></ReplicationRule>`
  assert.equal((await ask(started, 'PUT', { rtc: '' }, rtc)).status, 200)
  assert.deepEqual(elements((await ask(started, 'GET', { replication: '' })).text, 'Status'), ['starting', 'disabled'])
  assert.equal(element((await ask(started, 'GET', { bucketInfo: '' })).text, 'CrossRegionReplication'), 'Enabled')
  assert.equal(element((await ask(started, 'GET', { replicationLocation: '' })).text, 'Type'), 'internal')

  const refused = [
    [destination('target'), 'BucketReplicationAlreadyExist'],
    [destination(BUCKET), 'InvalidTargetBucket'],
    [destination('foreign'), 'InvalidTargetBucket'],
    [destination('nowhere'), 'InvalidTargetBucket'],
    [destination('target', 'mars'), 'BadReplicationLocation'],
    ['', 'MalformedXML'],
  ] as const
  for (const [inner, code] of refused) {
    assert.deepEqual((await codeOf(started, 'POST', ADD, replication(inner)))[1], code, inner)
  }
  // what is elsewhere is not known here
  const elsewhere = replication(`<ID>far</ID>${destination('away', 'oss-cn-beijing')}`)
  assert.equal((await ask(started, 'POST', ADD, elsewhere)).headers['x-oss-replication-rule-id'], 'far')

  const remove = (rule: string) =>
    codeOf(
      started,
      'POST',
      { replication: '', comp: 'delete' },
      `<ReplicationRules><ID>${rule}</ID></ReplicationRules>`,
    )
  assert.deepEqual((await remove('other'))[1], 'NoSuchReplicationRule')
  for (const rule of [id, 'far']) assert.deepEqual((await remove(rule))[0], 200)
  assert.deepEqual((await codeOf(started, 'GET', { replication: '' }))[0], 404)
})

test('the redundancy of a bucket changes once, from LRS to ZRS', async () => {
  const started = await startWithBucket()
  const begin = { redundancyTransition: '', 'x-oss-target-redundancy-type': 'ZRS' }
  const taskId = element((await ask(started, 'POST', begin)).text, 'TaskId') ?? ''
  assert.match(taskId, /^[0-9a-f]{32}$/)
  const task = { redundancyTransition: '', 'x-oss-redundancy-transition-taskid': taskId }
  const { text } = await ask(started, 'GET', task)
  assert.deepEqual(
    ['Bucket', 'TaskId', 'Status', 'CreateTime', 'ProcessPercentage'].map((name) => element(text, name)),
    [BUCKET, taskId, 'Finished', '2026-01-05T08:00:00.000Z', '100'],
  )
  assert.equal(element((await ask(started, 'GET', { bucketInfo: '' })).text, 'DataRedundancyType'), 'ZRS')
  assert.deepEqual(elements((await ask(started, 'GET', { redundancyTransition: '' })).text, 'TaskId'), [taskId])
  const ofAll = await call(started, { method: 'GET', query: { redundancyTransition: '' } })
  assert.deepEqual(elements(ofAll.text, 'TaskId'), [taskId])
  assert.deepEqual((await codeOf(started, 'POST', begin))[0], 409)
  assert.equal((await ask(started, 'DELETE', task)).status, 204)
  assert.deepEqual((await codeOf(started, 'GET', task))[1], 'BucketDataRedundancyTransitionTaskNotExist')
})

const inventory = (id: string, { bucket = BUCKET, frequency = 'Daily', role = 'acs:ram::1:role/r', more = '' } = {}) =>
  `<InventoryConfiguration><Id>${id}</Id><IsEnabled>true</IsEnabled>${more}` +
  `<Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>${role}</RoleArn><Bucket>acs:oss:::${bucket}</Bucket><Prefix>p</Prefix><Encryption><SSE-OSS></SSE-OSS></Encryption></OSSBucketDestination></Destination>` +
  `<Schedule>${frequency && `<Frequency>${frequency}</Frequency>`}</Schedule><IncludedObjectVersions>All</IncludedObjectVersions>` +
  '<OptionalFields><Field>Size</Field><Field>ETag</Field></OptionalFields></InventoryConfiguration>'

test('inventories are kept by id, listed by the hundred, and returned as they were put', async () => {
  const started = await startWithBucket()
  const of = (id: string) => ({ inventory: '', inventoryId: id })
  assert.deepEqual((await codeOf(started, 'GET', of('r')))[1], 'NoSuchInventory')
  const sent = inventory('r')
  assert.equal((await ask(started, 'PUT', of('r'), sent)).status, 200)
  assert.equal((await ask(started, 'GET', of('r'))).text.split('\n')[1], sent)
  const refused = [
    ['r', sent, [409, 'InventoryAlreadyExist', undefined]],
    ['s', sent, [400, 'InvalidArgument', undefined]],
    ['s', inventory('s', { frequency: '' }), [400, 'MalformedXML', '0020-00000017']],
    ['s', inventory('s', { role: '' }), [400, 'MalformedXML', '0020-00000014']],
    ['s', inventory('s', { bucket: 'No' }), [400, 'InvalidArgument', '0020-00000032']],
    ['s', inventory('s', { bucket: 'nowhere' }), [400, 'InvalidArgument', '0020-00000033']],
  ] as const
  for (const [id, body, expected] of refused) {
    assert.deepEqual(await codeOf(started, 'PUT', of(id), body), expected, body)
  }
  for (let index = 0; index < 101; index += 1) await ask(started, 'PUT', of(`i${index}`), inventory(`i${index}`))
  const first = (await ask(started, 'GET', { inventory: '' })).text
  assert.deepEqual([elements(first, 'Id').length, element(first, 'IsTruncated')], [100, 'true'])
  const token = element(first, 'NextContinuationToken') ?? ''
  const second = (await ask(started, 'GET', { inventory: '', 'continuation-token': token })).text
  assert.equal(new Set([...elements(first, 'Id'), ...elements(second, 'Id')]).size, 102)
  for (const _ of [1, 2]) assert.equal((await ask(started, 'DELETE', of('r'))).status, 204)
})
