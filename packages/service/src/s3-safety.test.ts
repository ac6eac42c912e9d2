/** Requests of S3 that must not have a larger effect than their sender meant. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  put,
  Ram,
  type S3Request,
  type StartedService,
  s3,
  setVersioning,
  startWithBucket,
} from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, ...request })

/** Status and code of a refusal. */
async function refusal(answer: ReturnType<typeof s3>): Promise<string> {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code') ?? ''}`.trim()
}

const isThere = async (started: StartedService, key = 'k') =>
  (await asS3(started, { method: 'HEAD', key })).status === 200

function deleteAll(started: StartedService, objects: string) {
  const body = `<Delete>${objects}</Delete>`
  const md5 = createHash('md5').update(body).digest('base64')
  return asS3(started, { method: 'POST', query: 'delete', body, headers: { 'content-md5': md5 } })
}

describe('a deletion under conditions', () => {
  test('deletes only an object of the size and the time that it states', async () => {
    const started = await startWithBucket()
    await asS3(started, { method: 'PUT', key: 'k', body: 'abcde' })
    const { headers } = await asS3(started, { method: 'HEAD', key: 'k' })
    const remove = (conditions: Record<string, string>) =>
      refusal(asS3(started, { method: 'DELETE', key: 'k', headers: conditions }))
    const failing: readonly Record<string, string>[] = [
      { 'x-amz-if-match-size': '6' },
      { 'x-amz-if-match-last-modified-time': 'Wed, 01 Jan 2020 00:00:00 GMT' },
      { 'x-amz-if-match-size': '5', 'x-amz-if-match-last-modified-time': '2020-01-01T00:00:00Z' },
    ]
    for (const conditions of failing) {
      assert.equal(await remove(conditions), '412 PreconditionFailed', JSON.stringify(conditions))
    }
    assert.equal(await remove({ 'x-amz-if-match-size': 'x' }), '400 InvalidArgument')
    assert.equal(await isThere(started), true)
    const modified = headers['last-modified'] ?? ''
    assert.equal(await remove({ 'x-amz-if-match-size': '5', 'x-amz-if-match-last-modified-time': modified }), '204')
    assert.equal(await remove({ 'x-amz-if-match-size': '5' }), '204', 'a missing object counts as deleted')
  })

  test('reports the entries of a list whose conditions fail, and deletes the others', async () => {
    const started = await startWithBucket()
    for (const key of ['a', 'b', 'c']) await asS3(started, { method: 'PUT', key, body: 'abcde' })
    const { text } = await deleteAll(
      started,
      `<Object><Key>a</Key><Size>6</Size></Object>
       <Object><Key>b</Key><LastModifiedTime>Wed, 01 Jan 2020 00:00:00 GMT</LastModifiedTime></Object>
       <Object><Key>c</Key><Size>5</Size></Object>`,
    )
    assert.deepEqual(elements(text, 'Code'), ['PreconditionFailed', 'PreconditionFailed'])
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((key) => isThere(started, key))), [true, true, false])
  })

  test('finds no tag on a key whose newest version is a delete marker', async () => {
    const started = await startWithBucket()
    await setVersioning(started, 'Enabled')
    await put(started, 'k', 'x')
    await asS3(started, { method: 'DELETE', key: 'k' })
    const remove = (key: string) => refusal(asS3(started, { method: 'DELETE', key, headers: { 'if-match': '*' } }))
    assert.equal(await remove('k'), '412 PreconditionFailed')
    assert.equal(await remove('never'), '404 NoSuchKey')
  })

  test('with an id that no version can have fails for its key alone', async () => {
    const started = await startWithBucket()
    await setVersioning(started, 'Enabled')
    for (const key of ['a', 'b']) await put(started, key, 'x')
    const { status, text } = await deleteAll(
      started,
      '<Object><Key>a</Key><VersionId>garbage</VersionId></Object><Object><Key>b</Key></Object>',
    )
    assert.equal(status, 200, text)
    assert.deepEqual([elements(text, 'Code'), elements(text, 'Key')], [['NoSuchVersion'], ['b', 'a']])
  })
})

describe('a condition or a mode that is not served', () => {
  test('is refused, and changes nothing', async () => {
    const started = await startWithBucket()
    await asS3(started, { method: 'PUT', key: 'k', body: 'whole' })
    const append = asS3(started, { method: 'PUT', key: 'k', body: 'x', headers: { 'x-amz-write-offset-bytes': '5' } })
    assert.equal(await refusal(append), '501 NotImplemented')
    assert.equal((await asS3(started, { method: 'GET', key: 'k' })).text, 'whole')

    const begun = await asS3(started, { method: 'POST', key: 'u', query: 'uploads' })
    const upload = { key: 'u', query: `uploadId=${element(begun.text, 'UploadId')}` }
    const conditions = { 'x-amz-if-match-initiated-time': 'Wed, 01 Jan 2020 00:00:00 GMT' }
    assert.equal(
      await refusal(asS3(started, { method: 'DELETE', ...upload, headers: conditions })),
      '501 NotImplemented',
    )
    assert.equal((await asS3(started, { method: 'GET', ...upload })).status, 200)
  })

  test('a copy is refused where the bucket of its source is of another account than expected', async () => {
    const started = await startWithBucket()
    await put(started, 'k', 'x')
    const begun = await asS3(started, { method: 'POST', key: 'u', query: 'uploads' })
    const part = `partNumber=1&uploadId=${element(begun.text, 'UploadId')}`
    for (const query of [undefined, part]) {
      const copyFrom = (owner: string) =>
        asS3(started, {
          method: 'PUT',
          key: 'u',
          ...(query && { query }),
          headers: { 'x-amz-copy-source': `/${BUCKET}/k`, 'x-amz-source-expected-bucket-owner': owner },
        })
      assert.equal(await refusal(copyFrom('123456789012')), '403 AccessDenied', query)
      const { text } = await asS3(started, { method: 'GET', query: 'acl' })
      assert.equal((await copyFrom(element(text, 'ID') ?? '')).status, 200, query)
    }
  })

  test('a request with signatures of both protocols is refused', async () => {
    const started = await startWithBucket()
    assert.equal(await refusal(asS3(started, { method: 'GET', query: 'OSSAccessKeyId=a' })), '400 InvalidArgument')
  })
})

describe('whether an object exists', () => {
  test('is reported to those that may list its bucket, and denied to others', async () => {
    const started = await startWithBucket()
    const ram = new Ram(started)
    const statement = { Effect: 'Allow', Action: 'oss:GetObject', Resource: `acs:oss:*:*:${BUCKET}/*` }
    const user = await ram.user('alice', statement)
    const look = async (as: S3Request['as']) => {
      const found: string[] = []
      const headers: Record<string, string> = as === 'anonymous' ? { 'amz-sdk-request': 'x' } : {}
      for (const method of ['GET', 'HEAD'] as const) {
        const request = asS3(started, { method, key: 'none', headers, ...(as && { as }) })
        found.push(await refusal(request))
      }
      return found
    }
    assert.deepEqual(await look(undefined), ['404 NoSuchKey', '404'])
    assert.deepEqual(await look(user), ['403 AccessDenied', '403'])
    await ram.allow('alice', { ...statement, Action: 'oss:ListObjects', Resource: `acs:oss:*:*:${BUCKET}` }, statement)
    assert.deepEqual(await look(user), ['404 NoSuchKey', '404'])
    assert.deepEqual(await look(OTHER), ['403 AccessDenied', '403'])
    assert.deepEqual(await look('anonymous'), ['403 AccessDenied', '403'])
  })
})

describe('a bucket', () => {
  test('of S3 may have dots in its name; OSS makes none, and reaches it in the path', async () => {
    const started = await startWithBucket()
    const bucket = 'my.bucket.example'
    const ofOss = (method: 'PUT' | 'GET', key?: string, body?: string) =>
      call(started, { method, bucket, style: 'path', ...(key && { key }), ...(body && { body }) })
    assert.equal(element((await ofOss('PUT')).text, 'Code'), 'InvalidBucketName')
    assert.equal(await refusal(s3(started, { method: 'GET', bucket })), '404 NoSuchBucket')
    assert.equal((await s3(started, { method: 'PUT', bucket })).status, 200)
    assert.equal((await ofOss('PUT', 'k', 'of OSS')).status, 200)
    assert.equal((await s3(started, { method: 'GET', bucket, key: 'k' })).text, 'of OSS')
    assert.deepEqual(elements((await ofOss('GET')).text, 'Key'), ['k'])
    assert.equal(await refusal(s3(started, { method: 'PUT', bucket: '192.168.1.1' })), '400 InvalidBucketName')
  })

  test('whose ACLs are off is not created with one that opens it', async () => {
    const started = await startWithBucket()
    const create = (acl: string) =>
      s3(started, {
        method: 'PUT',
        bucket: 'closed',
        headers: { 'x-amz-object-ownership': 'BucketOwnerEnforced', 'x-amz-acl': acl },
      })
    assert.equal(await refusal(create('public-read')), '400 InvalidBucketAclWithObjectOwnership')
    assert.equal(await refusal(s3(started, { method: 'HEAD', bucket: 'closed' })), '404')
    assert.equal((await create('private')).status, 200)
  })
})
