import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, element, elements, startService } from '../../testing/index.js'

test('the one region of the server is described with the endpoint by which it was reached, others do not exist', async () => {
  const started = await startService()
  for (const regions of [undefined, '', 'oss-cn-hangzhou']) {
    const { status, text } = await call(started, { method: 'GET', query: { regions } })
    assert.equal(status, 200, text)
    assert.deepEqual(elements(text, 'Region'), ['oss-cn-hangzhou'])
    for (const name of ['InternetEndpoint', 'InternalEndpoint', 'AccelerateEndpoint']) {
      assert.match(element(text, name) ?? '', /./, name)
    }
  }
  const { status, text } = await call(started, { method: 'GET', query: { regions: 'oss-nowhere' } })
  assert.deepEqual(
    [status, ...['Code', 'Message', 'Region', 'EC'].map((name) => element(text, name))],
    [404, 'NoSuchRegion', 'oss-nowhere', 'oss-nowhere', undefined],
  )
})

test('buckets are listed by their tags and resource groups', async () => {
  const started = await startService()
  const create = (bucket: string, headers: Record<string, string>) => call(started, { method: 'PUT', bucket, headers })
  await create('aaa', { 'x-oss-bucket-tagging': 'team=red&stage=test' })
  await create('bbb', { 'x-oss-bucket-tagging': 'team=blue', 'x-oss-resource-group-id': 'rg-1' })
  await create('ccc', {})
  const list = async (query: Record<string, string>, headers: Record<string, string> = {}) => {
    const { status, text } = await call(started, { method: 'GET', query, headers })
    return status === 200 ? elements(text, 'Name') : [element(text, 'Code'), element(text, 'ArgumentName')]
  }
  assert.deepEqual(await list({ 'tag-key': 'team' }), ['aaa', 'bbb'])
  assert.deepEqual(await list({ 'tag-key': 'team', 'tag-value': 'blue' }), ['bbb'])
  assert.deepEqual(await list({ 'tag-key': 'team', 'tag-value': 'green' }), [])
  assert.deepEqual(await list({ tagging: '"team":"red","stage":"test"' }), ['aaa'])
  assert.deepEqual(await list({ tagging: '"team":"red","stage":"live"' }), [])
  assert.deepEqual(await list({ tagging: '"team":"blue"', prefix: 'a' }), [])
  assert.deepEqual(await list({ 'tag-value': 'blue' }), ['InvalidArgument', 'tag-value'])
  for (const tagging of ['team', '"team":"red",', '"team"="red"', '"team":"red" "a":"b"']) {
    assert.deepEqual(await list({ tagging }), ['InvalidArgument', 'tagging'], tagging)
  }
  assert.deepEqual(await list({}, { 'x-oss-resource-group-id': 'rg-1' }), ['bbb'])
  assert.deepEqual(await list({}, { 'x-oss-resource-group-id': '' }), ['aaa', 'ccc'])
  assert.deepEqual(await list({}, { 'x-oss-resource-group-id': 'rg-2' }), [])
})

test('the resource group of a listed bucket is shown where the request names one', async () => {
  const started = await startService()
  await call(started, { method: 'PUT', bucket: 'aaa' })
  assert.doesNotMatch((await call(started, { method: 'GET' })).text, /ResourceGroupId/)
  const { text } = await call(started, { method: 'GET', headers: { 'x-oss-resource-group-id': '' } })
  assert.equal(element(text, 'ResourceGroupId'), 'rg-default-id')
})
