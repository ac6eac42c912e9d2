// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { BUCKET, call, element, ROOT, startWithBucket } from '../testing/index.js'
import { type Field, policyOf, post } from './testing.js'

const FILE: Field = ['file', 'hello', { name: 'a.txt', type: 'text/plain' }]
const SCOPE = '20260105/cn-hangzhou/s3/aws4_request'

/** The fields of a signature, whose policy has these conditions and those of all fields that sign. */
function signed(conditions: readonly unknown[], { secret = ROOT.accessKeySecret, expiration = '' } = {}): Field[] {
  const fields: [string, string][] = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', `${ROOT.accessKeyId}/${SCOPE}`],
    ['x-amz-date', '20260105T080000Z'],
  ]
  const all = [{ bucket: BUCKET }, ...conditions, ...fields.map(([name, value]) => ({ [name]: value }))]
  const policy = expiration === '' ? policyOf(all) : policyOf(all, expiration)
  const key = SCOPE.split('/').reduce(
    (last, step) => createHmac('sha256', last).update(step).digest(),
    Buffer.from(`AWS4${secret}`),
  )
  return [...fields, ['policy', policy], ['x-amz-signature', createHmac('sha256', key).update(policy).digest('hex')]]
}

const KEY = ['starts-with', '$key', 'up/']

test('a form of S3 stores its file as its fields describe it, and its answer is one of S3', async () => {
  const started = await startWithBucket()
  const conditions = [KEY, { 'x-amz-meta-k': 'v' }, { acl: 'public-read' }, ['content-length-range', 1, 10]]
  const answer = await post(started, [
    ['key', 'up/${filename}'],
    ['x-amz-meta-k', 'v'],
    ['acl', 'public-read'],
    ...signed(conditions),
    FILE,
  ])
  assert.deepEqual([answer.status, answer.text], [204, ''])
  assert.equal(answer.headers.etag, '"5d41402abc4b2a76b9719d911017c592"')
  assert.equal(answer.headers.server, 'AmazonS3')
  assert.match(answer.headers.location ?? '', /\/up\/a\.txt$/)
  const object = await call(started, { method: 'GET', bucket: BUCKET, key: 'up/a.txt', as: 'anonymous' })
  assert.deepEqual(
    [object.text, object.headers['x-oss-meta-k'], object.headers['content-type']],
    ['hello', 'v', 'text/plain'],
  )
})

test('statuses, documents and redirects are as the form requests', async () => {
  const started = await startWithBucket()
  const asked = (name: string, value: string) =>
    post(started, [['key', 'up/a'], [name, value], ...signed([KEY, ['starts-with', `$${name}`, '']]), FILE])
  const created = await asked('success_action_status', '201')
  assert.equal(created.status, 201)
  assert.match(created.text, /^<\?xml[^>]+>\n<PostResponse><Location>[^<]+<\/Location><Bucket>bkt<\/Bucket>/)
  assert.equal(element(created.text, 'ETag'), '"5d41402abc4b2a76b9719d911017c592"')
  assert.equal((await asked('success_action_status', '200')).status, 200)
  assert.equal((await asked('success_action_status', '301')).status, 204)
  const redirected = await asked('redirect', 'https://example.com/done')
  assert.deepEqual(
    [redirected.status, redirected.headers.location],
    [303, 'https://example.com/done?bucket=bkt&key=up%2Fa&etag=%225d41402abc4b2a76b9719d911017c592%22'],
  )
})

test('the published vectors of both signatures verify', async () => {
  const key = { ...ROOT, accessKeyId: 'AKIDBINDERY', accessKeySecret: 'sekret/Bindery+Key' }
  const started = await startWithBucket({
    accessKeys: { find: (id) => (id === key.accessKeyId ? key : id === ROOT.accessKeyId ? ROOT : undefined) },
  })
  const credential = `AKIDBINDERY/${SCOPE}`
  const policy = Buffer.from(
    `{"expiration":"2026-01-06T00:00:00Z","conditions":[{"bucket":"bkt"},["starts-with","$key","up/"],{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"${credential}"},{"x-amz-date":"20260105T080000Z"}]}`,
  ).toString('base64')
  const scope: Field[] = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', credential],
    ['x-amz-date', '20260105T080000Z'],
  ]
  const v4: Field = ['x-amz-signature', 'e1c069d14b3e055fc0b5846bbf9260a3af5b64ee4d22207e3200a9cd7840e820']
  assert.equal((await post(started, [['key', 'up/4'], ['policy', policy], ...scope, v4, FILE])).status, 204)
  const v2: Field[] = [
    ['AWSAccessKeyId', 'AKIDBINDERY'],
    ['signature', 'inLN7UkZb2pBLgBUuv5Yl0XtVn0='],
  ]
  assert.equal((await post(started, [['key', 'up/2'], ['policy', policy], ...scope, ...v2, FILE])).status, 204)
})

test('a form that its policy does not cover, or that is wrong, stores nothing', async () => {
  const started = await startWithBucket()
  const key: Field = ['key', 'up/a']
  const faults: (readonly [fields: readonly Field[], expected: string])[] = [
    [[key, ['x-amz-meta-k', 'v'], ...signed([KEY]), FILE], '403 AccessDenied'],
    [[['key', 'other'], ...signed([KEY]), FILE], '403 AccessDenied'],
    [[key, ...signed([KEY], { expiration: '2026-01-05T07:00:00.000Z' }), FILE], '403 AccessDenied'],
    [[key, ...signed([KEY], { secret: 'wrong' }), FILE], '403 SignatureDoesNotMatch'],
    [[key, ...signed([KEY, ['content-length-range', 6, 9]]), FILE], '400 EntityTooSmall'],
    [[key, ...signed([KEY, ['content-length-range', 0, 4]]), FILE], '400 EntityTooLarge'],
    [[key, ...signed([KEY, ['near', '$key', 'up/']]), FILE], '400 InvalidPolicyDocument'],
    [[key, ...signed([KEY]).filter(([name]) => name !== 'x-amz-signature'), FILE], '400 InvalidArgument'],
    [[key, ...signed([KEY]).filter(([name]) => name !== 'policy'), FILE], '400 InvalidArgument'],
    [
      [key, ['x-amz-checksum-crc32', 'AAAAAA=='], ...signed([KEY, { 'x-amz-checksum-crc32': 'AAAAAA==' }]), FILE],
      '400 BadDigest',
    ],
  ]
  for (const [fields, expected] of faults) {
    assert.equal((await post(started, fields)).refusal, expected, JSON.stringify(fields).slice(0, 80))
  }
  const ignored: Field = ['x-ignore-me', 'x']
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'up/a' })).status, 404)
  const control = await post(started, [key, ['Content-Type', 'a\u0001'], ...signed([KEY]), FILE])
  assert.deepEqual([control.refusal, control.headers.server], ['400 InvalidArgument', 'AmazonS3'])
  assert.equal((await post(started, [key, ignored, ...signed([KEY]), FILE])).status, 204)
})
