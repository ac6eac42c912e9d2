import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, element, s3, startService } from './testing/index.js'

const LATER = '2026-02-05T08:00:00.000Z'

test('a bucket with object lock is one with ObjectWorm, and its versions are retained and held by either protocol', async () => {
  const started = await startService()
  const locked = { 'x-amz-bucket-object-lock-enabled': 'true' }
  assert.equal((await s3(started, { method: 'PUT', bucket: 'locked', headers: locked })).status, 200)
  const ask = (method: 'GET' | 'PUT' | 'DELETE', query: string, body = '', headers = {}) =>
    s3(started, { method, bucket: 'locked', key: 'k', query, body, headers })
  const config = await s3(started, { method: 'GET', bucket: 'locked', query: 'object-lock' })
  assert.match(config.text, /<ObjectLockConfiguration xmlns=[^>]+><ObjectLockEnabled>Enabled<\/ObjectLockEnabled>/)
  const suspend = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'
  const suspended = await s3(started, { method: 'PUT', bucket: 'locked', query: 'versioning', body: suspend })
  assert.deepEqual([suspended.status, element(suspended.text, 'Code')], [409, 'InvalidBucketState'])

  const put = await s3(started, {
    method: 'PUT',
    bucket: 'locked',
    key: 'k',
    body: 'x',
    headers: { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': LATER },
  })
  assert.equal(put.status, 200, put.text)
  const id = put.headers['x-amz-version-id']
  const head = await s3(started, { method: 'HEAD', bucket: 'locked', key: 'k' })
  assert.equal(head.headers['x-amz-object-lock-mode'], 'GOVERNANCE')
  const retention = await ask('GET', 'retention')
  assert.deepEqual([element(retention.text, 'Mode'), element(retention.text, 'RetainUntilDate')], ['GOVERNANCE', LATER])
  assert.equal(
    (await call(started, { method: 'HEAD', bucket: 'locked', key: 'k' })).headers['x-oss-object-worm-mode'],
    'GOVERNANCE',
  )

  assert.equal(element((await ask('DELETE', `versionId=${id}`)).text, 'Code'), 'AccessDenied')
  assert.equal((await ask('PUT', 'legal-hold', '<LegalHold><Status>ON</Status></LegalHold>')).status, 200)
  assert.equal(element((await ask('GET', 'legal-hold')).text, 'Status'), 'ON')
  const bypass = { 'x-amz-bypass-governance-retention': 'true' }
  assert.equal((await ask('DELETE', `versionId=${id}`, '', bypass)).status, 403)
  assert.equal((await ask('PUT', 'legal-hold', '<LegalHold><Status>OFF</Status></LegalHold>')).status, 200)
  assert.equal((await ask('DELETE', `versionId=${id}`, '', bypass)).status, 204)
})

test('a bucket without object lock refuses what needs it, and ignores the header that passes over it', async () => {
  const started = await startService()
  await s3(started, { method: 'PUT', bucket: 'plain' })
  const ask = (method: 'GET' | 'PUT' | 'DELETE', query: string, body = '', headers = {}) =>
    s3(started, { method, bucket: 'plain', key: 'k', query, body, headers })
  await ask('PUT', '', 'x')
  const refusals: readonly (readonly [answer: Promise<{ status: number; text: string }>, expected: string])[] = [
    [s3(started, { method: 'GET', bucket: 'plain', query: 'object-lock' }), '404 ObjectLockConfigurationNotFoundError'],
    [ask('GET', 'retention'), '404 NoSuchObjectLockConfiguration'],
    [ask('GET', 'legal-hold'), '404 NoSuchObjectLockConfiguration'],
    [ask('PUT', 'legal-hold', '<LegalHold><Status>ON</Status></LegalHold>'), '400 InvalidRequest'],
    [ask('PUT', '', 'x', { 'x-amz-object-lock-mode': 'GOVERNANCE' }), '400 InvalidRequest'],
    [
      s3(started, {
        method: 'PUT',
        bucket: 'plain',
        query: 'object-lock',
        body: '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
      }),
      '409 InvalidBucketState',
    ],
  ]
  for (const [answer, expected] of refusals) {
    const { status, text } = await answer
    assert.equal(`${status} ${element(text, 'Code')}`, expected)
  }
  assert.equal((await ask('DELETE', '', '', { 'x-amz-bypass-governance-retention': 'true' })).status, 204)
})
