/** Mistakes about signatures and permissions that SDKs notice, each through the whole pipeline. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CATALOGUE,
  OssError,
  presignV1,
  presignV4,
  Query,
  RAM_CATALOGUE,
  s3Row,
  signV1,
  signV4,
} from '@bindery/protocol'
import { nodeDigests, sourceOf } from '../domain/testing.js'
import { post, signedV1 } from '../form/testing.js'
import { whole } from '../testing/call.js'
import { BUCKET, call, element, ROOT, type StartedService, startService, startWithBucket } from '../testing/index.js'

const ANY_KEY = ['starts-with', '$key', '']
const OPTIONS = { region: 'cn-hangzhou', digests: nodeDigests }

/** A GET of an object, signed as SDKs sign it: over the bucket and the key, whatever is sent. */
async function get(
  started: StartedService,
  { host, target, key }: { readonly host: string; readonly target: string; readonly key: string },
  version: 'v1' | 'v4',
) {
  const time = started.now()
  const unsigned = { method: 'GET', bucket: BUCKET, key, query: new Query([]), headers: { host } }
  const { headers } =
    version === 'v1' ? signV1(unsigned, ROOT, { ...OPTIONS, time }) : signV4(unsigned, ROOT, { ...OPTIONS, time })
  const request = { method: 'GET', scheme: 'http', host, target, headers, remoteAddress: '127.0.0.1' } as const
  return whole(await started.service.handle({ ...request, body: sourceOf('') }))
}

test('traps 1 and 16: the resource is the bucket and the key, however host and path name them', async () => {
  const domainProofs = { isTrusted: () => true, textsOf: async () => [] }
  const started = await startService({ domainProofs })
  await call(started, { method: 'PUT', bucket: BUCKET })
  const key = 'a b/c+d~é'
  await call(started, { method: 'PUT', bucket: BUCKET, key, body: 'bytes' })
  const bound = '<BucketCnameConfiguration><Cname><Domain>files.example</Domain></Cname></BucketCnameConfiguration>'
  await call(started, { method: 'POST', bucket: BUCKET, query: { cname: undefined, comp: 'add' }, body: bound })
  const virtual = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`
  const sent = [
    { host: virtual, target: '/a%20b/c%2Bd~%C3%A9' },
    { host: virtual, target: '/a%20b%2Fc+d%7E%C3%A9' },
    { host: '127.0.0.1:9000', target: `/${BUCKET}/a%20b/c+d~%c3%a9` },
    { host: '127.0.0.1:9000', target: `/${BUCKET}%2Fa%20b%2Fc%2Bd%7E%C3%A9` },
    { host: `${BUCKET}.localhost:9000`, target: '/a%20b/c%2Bd~%C3%A9' },
    { host: virtual, target: `/${BUCKET}/a%20b/c%2Bd~%C3%A9` },
    { host: 'files.example', target: '/a%20b/c%2Bd~%C3%A9' },
  ]
  for (const one of sent) {
    for (const version of ['v1', 'v4'] as const) {
      const { text, status } = await get(started, { ...one, key }, version)
      assert.deepEqual([status, text], [200, 'bytes'], `${version} ${one.host} ${one.target}`)
    }
  }
})

test('trap 13: no cause answers 401, which the SDKs of the second version would repeat', () => {
  const causes = Object.keys(CATALOGUE) as (keyof typeof CATALOGUE)[]
  assert.ok(causes.length > 100)
  for (const cause of causes) {
    const error = new OssError(cause)
    assert.notEqual(error.row.status, 401, cause)
    assert.notEqual(s3Row(error).status, 401, cause)
  }
  for (const row of Object.values(RAM_CATALOGUE)) assert.notEqual(row.status, 401, row.code)
})

test('trap 19: the region of a scope has no prefix, and the location of a bucket has one', async () => {
  const started = await startWithBucket({ strict: true })
  const found = await call(started, { method: 'GET', bucket: BUCKET, query: { location: undefined } })
  assert.match(found.text, />oss-cn-hangzhou<\/LocationConstraint>/)
  const wrong = await call(started, {
    method: 'GET',
    bucket: BUCKET,
    query: { location: undefined },
    region: 'oss-cn-hangzhou',
  })
  assert.equal(`${wrong.status} ${wrong.headers['x-oss-ec']}`, '400 0002-00000228')
})

test('trap 20: a cloud box signs with a product of its own', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'x' })
  const query = new Query([])
  const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`
  const statuses: number[] = []
  for (const product of ['oss-cloudbox', 's3']) {
    const unsigned = { method: 'GET', bucket: BUCKET, key: 'k', query, headers: { host } }
    const { headers } = signV4(unsigned, ROOT, { ...OPTIONS, time: started.now(), product })
    const request = { method: 'GET', scheme: 'http', host, target: '/k', headers, remoteAddress: '127.0.0.1' } as const
    statuses.push((await started.service.handle({ ...request, body: sourceOf('') })).status)
  }
  assert.deepEqual(statuses, [200, 400])
})

test('trap 28: the sender of a form is in its fields alone, and fields after the file count for nothing', async () => {
  const started = await startWithBucket()
  const file = ['file', 'hello'] as const
  const fields = [['KEY', 'k'], ...signedV1([{ bucket: BUCKET }, ANY_KEY])] as const
  const wrong = { authorization: 'OSS root:AAAA', 'x-oss-security-token': 'x', 'x-oss-date': 'never' }
  const answer = await post(started, [...fields, ['file', 'hello', {}]], { headers: wrong })
  assert.equal(answer.status, 204, answer.text)
  const right = await post(
    started,
    [
      ['key', 'l'],
      ['file', 'hello', {}],
    ],
    {
      headers: signV4({ method: 'POST', bucket: BUCKET, query: new Query([]), headers: {} }, ROOT, {
        ...OPTIONS,
        time: started.now(),
      }).headers,
    },
  )
  assert.equal(right.refusal, '403 AccessDenied')
  const late = await post(started, [['file', file[1], {}], ['key', 'm'], ...signedV1([ANY_KEY])])
  assert.equal(late.refusal, '400 InvalidArgument')
})

test('traps 32 and 33: any parameter may be in an anonymous request, and a key may begin with any character but a slash', async () => {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, headers: { 'x-oss-acl': 'public-read' } })
  for (const key of ['?a', '?', '&', '#c', 'a\\b']) {
    await call(started, { method: 'PUT', bucket: BUCKET, key, body: key })
    const query = { para1: 'test', para2: undefined }
    const read = await call(started, { method: 'GET', bucket: BUCKET, key, query, as: 'anonymous' })
    assert.deepEqual([read.status, read.text], [200, key])
    const overridden = { 'response-content-type': 'text/html' }
    const refused = await call(started, { method: 'GET', bucket: BUCKET, key, query: overridden, as: 'anonymous' })
    assert.equal(`${refused.status} ${element(refused.text, 'Code')}`, '400 InvalidRequest')
  }
  for (const key of ['\\b', '/b']) {
    const refused = await call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x' })
    assert.equal(element(refused.text, 'Code'), 'InvalidObjectName', key)
  }
})

test('trap 34: a signature in other letters is another signature', async () => {
  const started = await startWithBucket()
  const time = started.now()
  const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`
  const unsigned = { method: 'GET', bucket: BUCKET, key: 'k', query: new Query([]), headers: { host } }
  const swapped = (text: string) =>
    text.replace(/[a-z]|[A-Z]/g, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()))
  for (const presigned of [
    presignV1(unsigned, ROOT, { ...OPTIONS, expiresAt: time + 60_000 }),
    presignV4(unsigned, ROOT, { ...OPTIONS, time, expiresSeconds: 60 }),
  ]) {
    const target = (change: (text: string) => string) =>
      `/k?${presigned.query.parameters
        .map(
          ({ name, value = '' }) => `${name}=${encodeURIComponent(/signature$/i.test(name) ? change(value) : value)}`,
        )
        .join('&')}`
    const answer = async (change: (text: string) => string) => {
      const request = { method: 'GET', scheme: 'http', host, target: target(change), headers: { host } } as const
      return (await started.service.handle({ ...request, remoteAddress: '127.0.0.1', body: sourceOf('') })).status
    }
    assert.deepEqual([await answer((same) => same), await answer(swapped)], [404, 403])
  }
})
