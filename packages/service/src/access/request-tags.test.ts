/** Conditions about the tags that a request gives an object look at those tags, wherever the request has them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, elements, Ram, type StartedService, s3, startWithBucket, untouchable } from '../testing/index.js'
import type { AccessKey } from './requester.js'

const BLUE = { StringEquals: { 'oss:RequestObjectTag/team': 'blue' } }
const NOT_BLUE = { StringNotEquals: { 'oss:RequestObjectTag/team': 'blue' } }
const all = (effect: 'Allow' | 'Deny', action: string, more: object = {}) => ({
  Effect: effect,
  Action: action,
  Resource: '*',
  ...more,
})
const tagging = (value: string) =>
  `<Tagging><TagSet><Tag><Key>team</Key><Value>${value}</Value></Tag></TagSet></Tagging>`

interface World {
  readonly started: StartedService
  readonly ram: Ram
  readonly user: AccessKey
}

async function start(): Promise<World> {
  const started = await startWithBucket()
  const ram = new Ram(started)
  const headers = { 'x-oss-tagging': 'team=red' }
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x', headers })
  return { started, ram, user: await ram.user('alice') }
}

const tagsOf = async ({ started }: World, key = 'k') =>
  elements((await call(started, { method: 'GET', bucket: BUCKET, key, query: { tagging: '' } })).text, 'Value')

const put = ({ started, user }: World, value: string, headers: Record<string, string> = {}) =>
  call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    query: { tagging: '' },
    body: tagging(value),
    headers,
    as: user,
  })

test('PutObjectTagging is decided by the tags of its body, and not by a header', async () => {
  const world = await start()
  const rules = [
    [all('Allow', 'oss:PutObjectTagging', { Condition: BLUE })],
    [all('Allow', 'oss:*'), all('Deny', 'oss:PutObjectTagging', { Condition: NOT_BLUE })],
  ]
  for (const statements of rules) {
    await world.ram.allow('alice', ...statements)
    for (const headers of [{}, { 'x-oss-tagging': 'team=blue' }]) {
      const refused = await put(world, 'green', headers)
      assert.deepEqual([refused.status, refused.log.refusal?.action], [403, 'oss:PutObjectTagging'])
    }
    assert.deepEqual(await tagsOf(world), ['red'])
    assert.equal((await put(world, 'blue', { 'x-oss-tagging': 'team=green' })).status, 200)
    assert.deepEqual(await tagsOf(world), ['blue'])
    await call(world.started, { method: 'PUT', bucket: BUCKET, key: 'k', query: { tagging: '' }, body: tagging('red') })
  }
})

test('PutObjectTagging of a version, and that of S3, are decided by the tags of the body too', async () => {
  const world = await start()
  const { started, ram, user } = world
  await ram.allow('alice', all('Allow', 'oss:PutObject*Tagging', { Condition: BLUE }))
  const headers = { 'x-amz-tagging': 'team=blue' }
  const byS3 = (value: string) =>
    s3(started, { method: 'PUT', bucket: BUCKET, key: 'k', query: 'tagging=', body: tagging(value), headers, as: user })
  const ofVersion = (value: string) => {
    const query = { tagging: '', versionId: 'null' }
    return call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query, body: tagging(value), as: user })
  }
  for (const set of [byS3, ofVersion]) {
    assert.equal((await set('green')).status, 403)
    assert.deepEqual(await tagsOf(world), ['red'])
    assert.equal((await set('blue')).status, 200)
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query: { tagging: '' }, body: tagging('red') })
  }
})

test('the body of PutObjectTagging stays unread where no tags could open it', async () => {
  const { started, ram, user } = await start()
  await ram.allow('alice', all('Allow', 'oss:PutObject', { Condition: BLUE }))
  const request = { method: 'PUT', bucket: BUCKET, key: 'k', query: { tagging: '' }, as: user }
  assert.equal((await call(started, { ...request, body: untouchable() })).status, 403)
})

test('a bucket policy about the tags of requests binds its owner too', async () => {
  const { started } = await start()
  const policy = all('Deny', 'oss:PutObjectTagging', { Principal: ['*'], Condition: NOT_BLUE })
  const body = JSON.stringify({ Version: '1', Statement: [policy] })
  await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })
  const set = (value: string) =>
    call(started, { method: 'PUT', bucket: BUCKET, key: 'k', query: { tagging: '' }, body: tagging(value) })
  assert.deepEqual([(await set('green')).status, (await set('blue')).status], [403, 200])
})

test('the tags in a header count for a copy only where they replace those of the source', async () => {
  const world = await start()
  const { started, ram, user } = world
  await ram.allow(
    'alice',
    all('Allow', 'oss:GetObject'),
    all('Allow', 'oss:PutObjectTagging'),
    all('Allow', 'oss:PutObject', { Condition: BLUE }),
  )
  const copy = (directive: Record<string, string>) => {
    const headers = { 'x-oss-copy-source': `/${BUCKET}/k`, 'x-oss-tagging': 'team=blue', ...directive }
    return call(started, { method: 'PUT', bucket: BUCKET, key: 'copy', headers, as: user })
  }
  assert.equal((await copy({})).status, 403)
  assert.equal((await copy({ 'x-oss-tagging-directive': 'Copy' })).status, 403)
  assert.equal((await copy({ 'x-oss-tagging-directive': 'Replace' })).status, 200)
  assert.deepEqual(await tagsOf(world, 'copy'), ['blue'])
})

test('the header counts for nothing in a request that gives no object any tags', async () => {
  const { started, ram, user } = await start()
  await ram.allow('alice', all('Allow', 'oss:*', { Condition: BLUE }))
  const request = { bucket: BUCKET, key: 'k', headers: { 'x-oss-tagging': 'team=blue' }, as: user }
  assert.equal((await call(started, { ...request, method: 'GET' })).status, 403)
  assert.equal((await call(started, { ...request, method: 'DELETE' })).status, 403)
  assert.equal((await call(started, { ...request, method: 'PUT', body: 'x' })).status, 200)
})
