import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, OTHER, type StartedService, startWithBucket } from '../../testing/index.js'

const configuration = (name: string, origin = '<NetworkOrigin>internet</NetworkOrigin>') =>
  `<CreateAccessPointConfiguration><AccessPointName>${name}</AccessPointName>${origin}</CreateAccessPointConfiguration>`
const VPC = '<NetworkOrigin>vpc</NetworkOrigin><VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration>'

function asking(started: StartedService, bucket = BUCKET) {
  const create = (name: string, origin?: string) =>
    call(started, { method: 'PUT', bucket, query: { accessPoint: '' }, body: configuration(name, origin) })
  const ask = (method: string, name: string, query = 'accessPoint', body?: string) =>
    call(started, {
      method,
      bucket,
      query: { [query]: '' },
      headers: { 'x-oss-access-point-name': name },
      ...(body !== undefined && { body }),
    })
  return { create, ask }
}

test('an access point is created once per account, described, and deleted', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'second' })
  const { create, ask } = asking(started)
  const made = await create('ap-01')
  assert.equal(made.status, 200, made.text)
  assert.equal(element(made.text, 'AccessPointArn'), 'acs:oss:cn-hangzhou:1000000000000001:accesspoint/ap-01')
  const alias = element(made.text, 'Alias')
  assert.match(alias ?? '', /^ap-01-[0-9a-f]{32}-ossalias$/)
  assert.equal(element((await asking(started, 'second').create('ap-01')).text, 'Code'), 'AccessPointAlreadyExists')
  const { text } = await ask('GET', 'ap-01')
  const shown = ['Bucket', 'AccountId', 'NetworkOrigin', 'CreationDate', 'Alias', 'Status'].map((name) =>
    element(text, name),
  )
  assert.deepEqual(shown, [BUCKET, '1000000000000001', 'internet', '1767600000', alias, 'enable'])
  assert.match(element(text, 'PublicEndpoint') ?? '', /^ap-01-1000000000000001\./)
  assert.equal((await ask('DELETE', 'ap-01')).status, 204)
  for (const method of ['GET', 'DELETE'])
    assert.equal(element((await ask(method, 'ap-01')).text, 'Code'), 'NoSuchAccessPoint')
  assert.equal((await create('ap-02', VPC)).status, 200)
  assert.equal(element((await ask('GET', 'ap-02')).text, 'VpcId'), 'vpc-1')
})

test('a wrong configuration is refused', async () => {
  const started = await startWithBucket()
  const { create } = asking(started)
  for (const [name, origin, code] of [
    ['AP', undefined, 'InvalidArgument'],
    ['a', undefined, 'InvalidArgument'],
    ['-ap', undefined, 'InvalidArgument'],
    ['ap-ossalias', undefined, 'InvalidArgument'],
    ['ap-01', '<NetworkOrigin>moon</NetworkOrigin>', 'MalformedXML'],
    ['ap-01', '<NetworkOrigin>vpc</NetworkOrigin>', 'MalformedXML'],
  ] as const) {
    const { status, text } = await create(name, origin)
    assert.deepEqual([status, element(text, 'Code')], [400, code], name)
  }
})

test('access points are listed in pages, of an account and of a bucket', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'second' })
  await call(started, { method: 'PUT', bucket: 'foreign', as: OTHER })
  await asking(started).create('ap-b')
  await asking(started).create('ap-c')
  await asking(started, 'second').create('ap-a')
  const list = (more: object, query: Record<string, string> = {}) =>
    call(started, { method: 'GET', query: { accessPoint: '', ...query }, ...more })
  const all = await list({})
  assert.deepEqual(elements(all.text, 'AccessPointName'), ['ap-a', 'ap-b', 'ap-c'])
  assert.deepEqual(elements(all.text, 'Bucket'), ['second', BUCKET, BUCKET])
  assert.deepEqual(elements((await list({ bucket: BUCKET })).text, 'AccessPointName'), ['ap-b', 'ap-c'])
  assert.deepEqual(elements((await list({ as: OTHER })).text, 'AccessPointName'), [])
  const first = await list({}, { 'max-keys': '2' })
  const token = element(first.text, 'NextContinuationToken') ?? ''
  assert.deepEqual([element(first.text, 'IsTruncated'), token], ['true', 'ap-b'])
  assert.deepEqual(elements((await list({}, { 'continuation-token': token })).text, 'AccessPointName'), ['ap-c'])
  assert.equal(element((await list({ bucket: 'missing' })).text, 'Code'), 'NoSuchBucket')
})

test('the policy of an access point comes back byte for byte, and goes with it', async () => {
  const started = await startWithBucket()
  const { create, ask } = asking(started)
  const arn = 'acs:oss:cn-hangzhou:1000000000000001:accesspoint/ap-01'
  const policy = `{"Version":"1","Statement":[{"Action":["oss:GetObject"],"Effect":"Deny","Principal":["20"],"Resource":["${arn}","${arn}/object/*"]}]}`
  assert.equal(element((await ask('PUT', 'ap-01', 'accessPointPolicy', policy)).text, 'Code'), 'NoSuchAccessPoint')
  await create('ap-01')
  assert.equal(element((await ask('GET', 'ap-01', 'accessPointPolicy')).text, 'Code'), 'NoSuchAccessPointPolicy')
  assert.equal(element((await ask('PUT', 'ap-01', 'accessPointPolicy', '{')).text, 'Code'), 'InvalidPolicyDocument')
  const set = await ask('PUT', 'ap-01', 'accessPointPolicy', policy)
  assert.equal(set.status, 200, set.text)
  assert.equal((await ask('GET', 'ap-01', 'accessPointPolicy')).text, policy)
  for (const _ of [1, 2]) assert.equal((await ask('DELETE', 'ap-01', 'accessPointPolicy')).status, 204)
  assert.equal(element((await ask('GET', 'ap-01', 'accessPointPolicy')).text, 'Code'), 'NoSuchAccessPointPolicy')
})

test('a bucket with access points is not deleted', async () => {
  const started = await startWithBucket()
  const { create, ask } = asking(started)
  await create('ap-01')
  const remove = () => call(started, { method: 'DELETE', bucket: BUCKET })
  assert.equal(element((await remove()).text, 'Code'), 'BucketNotEmpty')
  await ask('DELETE', 'ap-01')
  assert.equal((await remove()).status, 204)
})

test('the block of an access point refuses public policies for it, as those of its bucket and account do', async () => {
  const started = await startWithBucket()
  const { create, ask } = asking(started)
  await create('ap-01')
  await create('ap-02')
  const on =
    '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>'
  const block = (method: string, name: string | undefined, body?: string) => {
    const point = name === undefined ? {} : { 'x-oss-access-point-name': name }
    const query = { publicAccessBlock: undefined, ...point }
    return call(started, { method, bucket: BUCKET, query, ...(body !== undefined && { body }) })
  }
  const state = async (name?: string) => element((await block('GET', name)).text, 'BlockPublicAccess')
  const arn = 'acs:oss:cn-hangzhou:1000000000000001:accesspoint/ap-01'
  const open = JSON.stringify({
    Version: '1',
    Statement: [{ Action: ['oss:GetObject'], Effect: 'Allow', Principal: ['*'], Resource: [`${arn}/object/*`] }],
  })
  const setPolicy = async (name: string, policy = open) => {
    const { status, text } = await ask('PUT', name, 'accessPointPolicy', policy)
    return status === 200 ? '200' : `${status} ${element(text, 'Code')}`
  }
  assert.equal(await setPolicy('ap-01'), '200')
  assert.equal((await block('PUT', 'ap-01', on)).status, 200)
  assert.deepEqual([await state('ap-01'), await state('ap-02'), await state()], ['true', 'false', 'false'])
  assert.equal(element((await ask('GET', 'ap-01')).text, 'BlockPublicAccess'), 'true')
  assert.equal(await setPolicy('ap-01'), '403 AccessDenied')
  assert.equal(await setPolicy('ap-01', open.replace('"*"', '"20"')), '200')
  assert.equal(await setPolicy('ap-02'), '200')
  assert.equal((await block('PUT', undefined, on)).status, 200)
  assert.equal(await setPolicy('ap-02'), '403 AccessDenied')
  assert.equal((await block('DELETE', undefined)).status, 204)
  for (const _ of [1, 2]) assert.equal((await block('DELETE', 'ap-01')).status, 204)
  assert.equal(await state('ap-01'), 'false')
  assert.equal(await setPolicy('ap-01'), '200')
  for (const method of ['PUT', 'GET', 'DELETE']) {
    const { text } = await block(method, 'ap-03', method === 'PUT' ? on : undefined)
    assert.equal(element(text, 'Code'), 'NoSuchAccessPoint', method)
  }
})
