// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { BUCKET, call, element, Ram, ROOT, type StartedService, startWithBucket } from '../testing/index.js'
import {
  BOUNDARY,
  EXPIRATION,
  type Field,
  formOf,
  policyOf,
  post,
  type Sent,
  signedPolicyV1,
  signedV1,
  signedV4,
} from './testing.js'

const ANY_KEY = ['starts-with', '$key', '']
const FILE: Field = ['file', 'hello', { name: 'a.txt', type: 'text/plain' }]

async function get(started: StartedService, key: string) {
  return call(started, { method: 'GET', bucket: BUCKET, key })
}

describe('PostObject', () => {
  test('a signed form stores its file as its fields describe it', async () => {
    const started = await startWithBucket()
    for (const signed of [signedV1, signedV4]) {
      const answer = await post(started, [
        ['key', 'dir/目录.txt'],
        ...signed([{ bucket: BUCKET }, ANY_KEY, ['content-length-range', 1, 10]]),
        ['Cache-Control', 'no-cache'],
        ['x-oss-meta-Colour', 'red'],
        ['x-oss-object-acl', 'public-read'],
        FILE,
        ['submit', 'Upload to OSS'],
      ])
      assert.deepEqual([answer.status, answer.text], [204, ''])
      assert.equal(answer.headers.etag, '"5D41402ABC4B2A76B9719D911017C592"')
      const object = await call(started, { method: 'GET', bucket: BUCKET, key: 'dir/目录.txt', as: 'anonymous' })
      assert.deepEqual(
        [
          object.text,
          object.headers['content-type'],
          object.headers['cache-control'],
          object.headers['x-oss-meta-colour'],
        ],
        ['hello', 'text/plain', 'no-cache', 'red'],
      )
      await call(started, { method: 'DELETE', bucket: BUCKET, key: 'dir/目录.txt' })
    }
  })

  test('a form chooses how its file is encrypted, and otherwise its bucket does', async () => {
    const started = await startWithBucket()
    const ALGORITHM = 'x-oss-server-side-encryption'
    const send = (...fields: Field[]) => post(started, [['key', 'k'], ...signedV1([ANY_KEY]), ...fields, FILE])
    const shown = async () => (await get(started, 'k')).headers[ALGORITHM]
    assert.equal((await send([ALGORITHM, 'AES256'])).headers[ALGORITHM], 'AES256')
    assert.deepEqual([await shown(), (await get(started, 'k')).text], ['AES256', 'hello'])
    assert.equal((await send()).headers[ALGORITHM], undefined)
    assert.equal(await shown(), undefined)
    const rule =
      '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>SM4</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
    const body = `<ServerSideEncryptionRule>${rule}</ServerSideEncryptionRule>`
    await call(started, { method: 'PUT', bucket: BUCKET, query: { encryption: '' }, body })
    assert.equal((await send()).headers[ALGORITHM], 'SM4')
    assert.deepEqual([await shown(), (await get(started, 'k')).text], ['SM4', 'hello'])
    assert.equal((await send([ALGORITHM, 'ROT13'])).refusal, '400 InvalidEncryptionAlgorithmError')
    const keyId: Field = ['x-oss-server-side-encryption-key-id', 'x']
    assert.equal((await send([ALGORITHM, 'AES256'], keyId)).refusal, '400 InvalidArgument')
  })

  test('the vectors of the reference verify', async () => {
    const key = {
      accessKeyId: 'LTAI5tTESTKEY0000000',
      accessKeySecret: 'topsecretKEY0000000000000000xx',
      account: ROOT.account,
    }
    const started = await startWithBucket({
      accessKeys: { find: (id) => (id === key.accessKeyId ? key : id === 'root' ? ROOT : undefined) },
    })
    const v1 =
      'eyJleHBpcmF0aW9uIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZXhhbXBsZWJ1Y2tldCJ9LFsic3RhcnRzLXdpdGgiLCIka2V5IiwidXNlci8iXSxbImNvbnRlbnQtbGVuZ3RoLXJhbmdlIiwxLDEwMjRdXX0='
    const v4 =
      'eyJleHBpcmF0aW9uIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIiwiY29uZGl0aW9ucyI6W3siYnVja2V0IjoiZXhhbXBsZWJ1Y2tldCJ9LHsieC1vc3Mtc2lnbmF0dXJlLXZlcnNpb24iOiJPU1M0LUhNQUMtU0hBMjU2In0seyJ4LW9zcy1jcmVkZW50aWFsIjoiTFRBSTV0VEVTVEtFWTAwMDAwMDAvMjAyMjEyMjAvY24taGFuZ3pob3Uvb3NzL2FsaXl1bl92NF9yZXF1ZXN0In0seyJ4LW9zcy1kYXRlIjoiMjAyMjEyMjBUMDg0ODE4WiJ9XX0='
    const forms: readonly (readonly Field[])[] = [
      [
        ['OSSAccessKeyId', key.accessKeyId],
        ['policy', v1],
        ['Signature', 'NJw+4oXEbSlv0vazPSAWFuB1Lt4='],
      ],
      [
        ['x-oss-signature-version', 'OSS4-HMAC-SHA256'],
        ['x-oss-credential', `${key.accessKeyId}/20221220/cn-hangzhou/oss/aliyun_v4_request`],
        ['x-oss-date', '20221220T084818Z'],
        ['policy', v4],
        ['x-oss-signature', 'ddbb333080ab72d33a1676031b02b2404bfbd76cb42fbb55bb4186ab59faa2d4'],
      ],
    ]
    // the signatures verify, and the policies are for another bucket
    for (const form of forms) {
      const { refusal, text } = await post(started, [['key', 'user/a'], ...form, FILE])
      assert.equal(refusal, '403 AccessDenied')
      assert.equal(
        element(text, 'Message'),
        'Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "examplebucket"]',
      )
    }
  })

  test('a form without a signature needs a bucket that everyone may write to', async () => {
    const started = await startWithBucket()
    const form: readonly Field[] = [['key', 'a'], FILE]
    assert.equal((await post(started, form)).refusal, '403 AccessDenied')
    await call(started, { method: 'PUT', bucket: BUCKET, headers: { 'x-oss-acl': 'public-read-write' } })
    assert.equal((await post(started, form)).status, 204)
    assert.equal((await get(started, 'a')).text, 'hello')
    // a signature of the request as a whole does not count for a form
    assert.equal((await post(started, form, { headers: { authorization: 'OSS root:wrong' } })).status, 204)
  })

  test('a user may post what its policies allow', async () => {
    const started = await startWithBucket()
    const alice = await new Ram(started).user('alice', {
      Effect: 'Allow',
      Action: 'oss:PutObject',
      Resource: 'acs:oss:*:*:bkt/a/*',
    })
    assert.equal((await post(started, [['key', 'a/1'], ...signedV4([ANY_KEY], alice), FILE])).status, 204)
    assert.equal(
      (await post(started, [['key', 'b/1'], ...signedV1([ANY_KEY], alice), FILE])).refusal,
      '403 AccessDenied',
    )
    const withAcl: readonly Field[] = [
      ['key', 'a/2'],
      ['x-oss-object-acl', 'public-read'],
      ...signedV1([ANY_KEY], alice),
      FILE,
    ]
    // an ACL needs an action of its own
    assert.equal((await post(started, withAcl)).refusal, '403 AccessDenied')
  })

  test('a strict server refuses a form that is signed for another region, and shows its credential', async () => {
    const form = signedV4([ANY_KEY]).map(([name, value]): Field => {
      return [name, name === 'x-oss-credential' ? String(value).replace('cn-hangzhou', 'cn-beijing') : value]
    })
    const fields: readonly Field[] = [['key', 'k'], ...form, FILE]
    assert.equal((await post(await startWithBucket(), fields)).refusal, '403 SignatureDoesNotMatch')
    const { refusal, text } = await post(await startWithBucket({ strict: true }), fields)
    const shown = ['ArgumentName', 'ArgumentValue'].map((name) => element(text, name))
    const credential = `${ROOT.accessKeyId}/20260105/cn-beijing/oss/aliyun_v4_request`
    assert.deepEqual([refusal, ...shown], ['400 InvalidArgument', 'x-oss-credential', credential])
  })

  test('the name of the file takes its place in the key after the policy was checked', async () => {
    const started = await startWithBucket()
    const conditions = [['eq', '$key', 'up/${filename}']]
    const file: Field = ['file', 'x', { name: 'C:\\photos\\my cat.png' }]
    assert.equal((await post(started, [['key', 'up/${filename}'], ...signedV1(conditions), file])).status, 204)
    assert.equal((await get(started, 'up/my cat.png')).text, 'x')
  })

  test('the answer has the form that the fields request', async () => {
    const started = await startWithBucket()
    const answered = (...more: Field[]) => post(started, [['key', 'a b'], ...signedV1([ANY_KEY]), ...more, FILE])
    for (const [asked, status] of [
      ['200', 200],
      ['204', 204],
      ['500', 204],
    ] as const) {
      const { status: given, text } = await answered(['success_action_status', asked])
      assert.deepEqual([given, text], [status, ''])
    }
    const { status, text, headers } = await answered(['success_action_status', '201'])
    assert.deepEqual([status, headers['content-type']], [201, 'application/xml'])
    assert.equal(element(text, 'Location'), 'http://bkt.oss-cn-hangzhou.aliyuncs.com/a%20b')
    assert.deepEqual(
      ['Bucket', 'Key', 'ETag'].map((name) => element(text, name)),
      [BUCKET, 'a b', '"5D41402ABC4B2A76B9719D911017C592"'],
    )
    const redirected = await answered(['success_action_redirect', 'https://example.com/done?x=1#top'])
    assert.equal(redirected.status, 303)
    assert.equal(
      redirected.headers.location,
      'https://example.com/done?x=1&bucket=bkt&key=a%20b&etag=%225D41402ABC4B2A76B9719D911017C592%22#top',
    )
    assert.equal((await answered(['success_action_redirect', 'javascript:alert(1)'])).status, 204)
  })

  test('all conditions of a policy count, in either notation', async () => {
    const started = await startWithBucket()
    const image: Field = ['Content-Type', 'image/png']
    const cases: (readonly [condition: unknown, fields: readonly Field[], isMet: boolean])[] = [
      [{ key: 'user/a' }, [], true],
      [{ key: 'user/b' }, [], false],
      [['eq', '$KEY', 'user/a'], [], true],
      [['starts-with', '$key', 'user/'], [], true],
      [['starts-with', '$key', 'admin/'], [], false],
      [['in', '$content-type', ['image/jpg', 'image/png']], [image], true],
      [['in', '$content-type', ['image/jpg']], [image], false],
      [['not-in', '$cache-control', ['no-cache']], [], true],
      [['not-in', '$cache-control', ['no-cache']], [['cache-control', 'no-cache']], false],
      [['eq', '$x-oss-meta-a', 'b'], [], false],
    ]
    for (const [condition, fields, isMet] of cases) {
      const { status, text } = await post(started, [['key', 'user/a'], ...fields, ...signedV1([condition]), FILE])
      assert.equal(status, isMet ? 204 : 403, JSON.stringify(condition))
      if (!isMet)
        assert.match(element(text, 'Message') ?? '', /^Invalid according to Policy: Policy Condition failed: \["/)
    }
  })

  test('the size of the file is bounded by the policy', async () => {
    const started = await startWithBucket()
    const sized = (least: number, most: number) =>
      [['key', 'a'], ...signedV1([['content-length-range', least, most]]), FILE] as const
    for (const [least, most, code, ec] of [
      [6, 10, 'EntityTooSmall', '0006-00000004'],
      [0, 4, 'EntityTooLarge', '0006-00000003'],
    ] as const) {
      const { refusal, text } = await post(started, sized(least, most))
      assert.deepEqual([refusal, element(text, 'EC')], [`400 ${code}`, ec])
    }
    assert.equal((await post(started, sized(5, 5))).status, 204)
  })

  test('an expired or wrong policy, and a wrong signature, store nothing', async () => {
    const started = await startWithBucket()
    const faults: (readonly [fields: readonly Field[], expected: string])[] = [
      [signedPolicyV1(policyOf([ANY_KEY], '2026-01-05T07:59:59.000Z')), '403 AccessDenied'],
      [signedPolicyV1('e30='), '400 InvalidPolicyDocument'],
      [signedPolicyV1('%%%'), '400 InvalidPolicyDocument'],
      [signedPolicyV1(policyOf([])), '400 InvalidPolicyDocument'],
      [signedPolicyV1(policyOf([{ a: 'b', c: 'd' }])), '400 InvalidPolicyDocument'],
      [signedPolicyV1(policyOf([['constructor', '$key', 'a']])), '400 InvalidPolicyDocument'],
      [signedV1([ANY_KEY], { ...ROOT, accessKeySecret: 'wrong' }), '403 SignatureDoesNotMatch'],
      [signedV4([ANY_KEY], { ...ROOT, accessKeySecret: 'wrong' }), '403 SignatureDoesNotMatch'],
      [signedV1([ANY_KEY], { ...ROOT, accessKeyId: 'unknown' }), '403 InvalidAccessKeyId'],
      [signedV1([ANY_KEY]).filter(([name]) => name !== 'Signature'), '400 InvalidArgument'],
      [signedV1([ANY_KEY]).filter(([name]) => name !== 'OSSAccessKeyId'), '400 InvalidArgument'],
      [signedV1([ANY_KEY]).filter(([name]) => name !== 'policy'), '400 InvalidArgument'],
      [[['x-oss-signature-version', 'AWS4']], '400 InvalidArgument'],
    ]
    for (const [fields, expected] of faults) {
      assert.equal(
        (await post(started, [['key', 'a'], ...fields, FILE])).refusal,
        expected,
        JSON.stringify(fields).slice(0, 120),
      )
    }
    const { text } = await post(started, [['key', 'a'], ...signedPolicyV1('%%%'), FILE])
    assert.equal(element(text, 'Message'), 'Invalid Policy: it is not base64 of UTF-8 text.')
    assert.equal(element(text, 'EC'), '0006-00000201')
    const overwrite: Field = ['x-oss-forbid-overwrite', 'perhaps']
    const refused = await post(started, [['key', 'a'], overwrite, ...signedV1([ANY_KEY]), FILE])
    assert.deepEqual([refused.refusal, element(refused.text, 'EC')], ['400 InvalidArgument', '0006-00000117'])
    assert.equal((await get(started, 'a')).status, 404)
  })

  test('the policy may escape dollars, as the Java SDK does', async () => {
    const started = await startWithBucket()
    const text = `{"expiration":"${EXPIRATION}","conditions":[["eq","\\$key","up/\\\${filename}"]]}`
    const signed = signedPolicyV1(Buffer.from(text).toString('base64'))
    assert.equal((await post(started, [['key', 'up/${filename}'], ...signed, FILE])).status, 204)
  })

  test('a form arrives in pieces of any length, and its file may look like a boundary', async () => {
    const started = await startWithBucket()
    const tricky = Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}X\r\n\r--\r\n-\r\n--${BOUNDARY.slice(0, 5)}\r`)
    const body = formOf([['key', 'a'], ...signedV1([ANY_KEY]), ['file', tricky, {}]])
    for (const lengths of [[1], [2], [3, 1], [7], [BOUNDARY.length + 3], [1_000], [64]]) {
      assert.equal((await post(started, body, { lengths })).status, 204, String(lengths))
      assert.deepEqual(Buffer.from((await get(started, 'a')).bytes), tricky)
    }
    const large = Buffer.alloc(3_000_000, 'x\r\n-')
    assert.equal(
      (
        await post(started, formOf([['key', 'a'], ...signedV1([ANY_KEY]), ['file', large, {}]]), {
          lengths: [65_536, 10],
        })
      ).status,
      204,
    )
    assert.ok(Buffer.from((await get(started, 'a')).bytes).equals(large))
  })

  test('a body that is not a form, or a form without its parts, is refused', async () => {
    const started = await startWithBucket()
    const signed = signedV1([ANY_KEY])
    const key: Field = ['key', 'a']
    const faults: (readonly [body: Buffer | readonly Field[], expected: string, sent?: Sent])[] = [
      [[key, ...signed, FILE], '400 RequestIsNotMultiPartContent', { contentType: 'application/json' }],
      [[key, ...signed, FILE], '400 RequestIsNotMultiPartContent', { contentType: 'multipart/form-data' }],
      [[key, ...signed, FILE], '400 MalformedPOSTRequest', { contentType: 'multipart/form-data; boundary=other' }],
      [[...signed, FILE], '400 InvalidArgument'],
      [[...signed, FILE, key], '400 InvalidArgument'],
      [[key, ...signed], '400 IncorrectNumberOfFilesInPOSTRequest'],
      [[key, ...signed, FILE, FILE], '400 IncorrectNumberOfFilesInPOSTRequest'],
      [[key, ['KEY', 'b'], ...signed, FILE], '400 MalformedPOSTRequest'],
      [[key, ...signed, ['x'.repeat(9_000), ''], FILE], '400 FieldItemTooLong'],
      [[key, ...signed, ['big', 'x'.repeat(300_000)], FILE], '400 MaxPOSTPreDataLengthExceededError'],
      [
        [key, ...signed, ...Array.from({ length: 300 }, (_, at): Field => [`f${at}`, 'x'.repeat(1_000)]), FILE],
        '400 MaxPOSTPreDataLengthExceededError',
      ],
      [formOf([key, ...signed, FILE], { end: '' }), '400 MalformedPOSTRequest'],
      [formOf([key, ...signed, FILE]).subarray(0, -60), '400 MalformedPOSTRequest'],
      [Buffer.alloc(100_000, 'x'), '400 MaxPOSTPreDataLengthExceededError'],
      [Buffer.alloc(0), '400 MalformedPOSTRequest'],
      [[key, ...signed, ['Content-Disposition', 'a\r\nX-Evil: 1'], FILE], '400 InvalidArgument'],
    ]
    for (const [body, expected, sent] of faults)
      assert.equal((await post(started, body, sent)).refusal, expected, expected)
    assert.equal((await get(started, 'a')).status, 404)
  })

  test('Content-MD5 is of the whole form', async () => {
    const started = await startWithBucket()
    const body = formOf([['key', 'a'], ...signedV1([ANY_KEY]), FILE])
    const md5 = createHash('md5').update(body).digest('base64')
    assert.equal((await post(started, body, { headers: { 'content-md5': md5 } })).status, 204)
    const other = createHash('md5').update('hello').digest('base64')
    assert.equal((await post(started, body, { headers: { 'content-md5': other } })).refusal, '400 InvalidDigest')
  })

  test('an object that must not be overwritten stays as it is', async () => {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body: 'old' })
    const form: readonly Field[] = [['key', 'a'], ...signedV1([ANY_KEY]), ['x-oss-forbid-overwrite', 'true'], FILE]
    assert.equal((await post(started, form)).refusal, '409 FileAlreadyExists')
    assert.equal((await get(started, 'a')).text, 'old')
  })

  test('pages of other origins see the answer if a rule allows it', async () => {
    const started = await startWithBucket()
    const cors =
      '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>POST</AllowedMethod></CORSRule></CORSConfiguration>'
    await call(started, { method: 'PUT', bucket: BUCKET, query: { cors: undefined }, body: cors })
    const form = [['key', 'a'], ...signedV1([ANY_KEY]), FILE] as const
    const { headers } = await post(started, form, { headers: { origin: 'https://example.com' } })
    assert.equal(headers['access-control-allow-origin'], '*')
  })
})

test('a policy also judges an ACL in the header of the request', async () => {
  const started = await startWithBucket()
  const open = ['public-read', 'public-read-write']
  const fields = [
    ...signedV1([{ bucket: BUCKET }, ['not-in', '$x-oss-object-acl', open]]),
    ['key', 'a'],
    ['file', 'x', {}],
  ] as const
  assert.equal((await post(started, fields)).status, 204)
  assert.equal((await post(started, fields, { headers: { 'x-oss-object-acl': 'public-read' } })).status, 403)
})

test('a policy also judges the media type that the field x-oss-content-type sets', async () => {
  const started = await startWithBucket()
  const fields = [...signedV1([{ bucket: BUCKET }, ['eq', '$content-type', 'image/png']]), ['key', 'a']] as const
  const sent = (...more: (readonly [string, string])[]) => post(started, [...fields, ...more, ['file', 'x', {}]])
  assert.equal((await sent(['content-type', 'image/png'])).status, 204)
  assert.equal((await sent(['content-type', 'image/png'], ['x-oss-content-type', 'text/html'])).status, 403)
})

test('a policy that was signed for S3 lets no other fields pass in a form of OSS', async () => {
  const started = await startWithBucket()
  const policy = signedV1([{ bucket: BUCKET }, ['starts-with', '$key', ''], { acl: 'private' }])
  const fields = [...policy, ['key', 'a'], ['acl', 'private']] as const
  const file = ['file', 'x', {}] as const
  assert.equal((await post(started, [...fields, ['x-oss-object-acl', 'public-read'], file])).status, 403)
  assert.equal((await post(started, [...fields, file])).status, 204)
})

test('a policy that a signature of OSS V4 covers may name fields of S3 without being taken for one of S3', async () => {
  const started = await startWithBucket()
  const policy = signedV4([{ bucket: BUCKET }, ['starts-with', '$key', ''], ['starts-with', '$x-amz-meta-a', '']])
  const fields = [...policy, ['key', 'a'], ['x-oss-object-acl', 'private']] as const
  assert.equal((await post(started, [...fields, ['file', 'x', {}]])).status, 204)
})
