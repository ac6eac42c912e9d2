import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readings } from './address.js'
import { OssError } from './errors/oss-error.js'

/** Each reading in short, `host bucket key`; `-` stands for what it does not have. */
function read(host: string, path: string, domains: readonly string[] = []): string[] {
  return readings(host, path, { domains }).map(({ style, bucket, key }) => `${style} ${bucket ?? '-'} ${key ?? '-'}`)
}

function refusal(host: string, path: string): string | undefined {
  try {
    readings(host, path, { domains: [] })
  } catch (error) {
    if (error instanceof OssError) return error.reason
  }
  return undefined
}

test('an IP address, localhost, a configured domain and a foreign name are addressed in path style', () => {
  const hosts = [
    '127.0.0.1:9000',
    '10.0.0.1',
    '[::1]:9000',
    '[2001:db8::1]',
    'localhost',
    'LOCALHOST:80',
    'oss.lan',
    '',
  ]
  for (const host of [...hosts, 'a.b.oss.lan', 'static.example.com', 'a.b.localhost']) {
    assert.deepEqual(read(host, '/bkt/dir/key', ['oss.lan']), ['path bkt dir/key'], host)
  }
})

test('a regional endpoint of OSS is addressed in path style', () => {
  for (const endpoint of [
    'oss-cn-hangzhou',
    'oss-cn-hangzhou-internal',
    'oss-accelerate',
    'oss',
    'vpc100-oss-cn-hangzhou',
  ]) {
    assert.deepEqual(read(`${endpoint}.aliyuncs.com`, '/'), ['path - -'])
    assert.deepEqual(read(`${endpoint}.aliyuncs.com`, '/bkt/k'), ['path bkt k'])
  }
})

test('the first label below localhost or a configured domain is a bucket, and the path may name it too', () => {
  assert.deepEqual(read('bkt.localhost:9000', '/dir/key'), ['host bkt dir/key', 'path dir key'])
  assert.deepEqual(read('Bkt.OSS.lan.', '/', ['oss.lan']), ['host bkt -'])
  assert.deepEqual(read('bkt.oss.lan', '/k', ['lan', 'oss.lan']), ['host bkt k', 'path k -'])
})

test('every host form of OSS names the bucket in its first label', () => {
  const endpoints = ['oss-cn-hangzhou', 'oss-cn-hangzhou-internal', 'oss-accelerate-overseas', 'cn-hangzhou.oss', 'oss']
  for (const endpoint of [...endpoints, 'cb-123.cn-hangzhou.oss-cloudbox', 'us-east-1']) {
    assert.deepEqual(read(`bkt.${endpoint}.aliyuncs.com`, '/k'), ['host bkt k', 'path k -'])
  }
})

test('the path counts first where its first segment is the bucket of the Host', () => {
  const host = 'bkt.oss-cn-hangzhou.aliyuncs.com'
  assert.deepEqual(read(host, '/bkt/k'), ['path bkt k', 'host bkt bkt/k'])
  assert.deepEqual(read(host, '/bkt/'), ['path bkt -', 'host bkt bkt/'])
  assert.deepEqual(read(host, '/bkt2/k'), ['host bkt bkt2/k', 'path bkt2 k'])
})

test('the Host that ali-oss forges without a bucket is at service level', () => {
  assert.deepEqual(read('undefined.oss-cn-hangzhou.aliyuncs.com', '/')[0], 'path - -')
  assert.deepEqual(read('.oss-cn-hangzhou.aliyuncs.com', '/'), ['path - -'])
  assert.deepEqual(read('undefined.oss-cn-hangzhou.aliyuncs.com', '/k')[0], 'host undefined k')
})

test('a bucket without a key is at bucket level with and without a slash', () => {
  assert.equal(readings('127.0.0.1', '/bkt', { domains: [] })[0].level, 'bucket')
  assert.equal(readings('127.0.0.1', '/bkt/', { domains: [] })[0].level, 'bucket')
  assert.equal(readings('127.0.0.1', '/', { domains: [] })[0].level, 'service')
  assert.equal(readings('127.0.0.1', '/bkt//', { domains: [] })[0].level, 'object')
})

test('the bare host of a bucket is the bucket and nothing else, unless it may be an endpoint', () => {
  for (const host of ['bkt.localhost', 'bkt.oss-cn-hangzhou.aliyuncs.com', 'bkt.oss-accelerate.aliyuncs.com']) {
    assert.deepEqual(read(host, '/'), ['host bkt -'])
    assert.deepEqual(read(host, '//'), ['host bkt /'])
  }
  for (const host of ['cn-hangzhou.oss.aliyuncs.com', 's3.oss-cn-hangzhou.aliyuncs.com']) {
    assert.equal(read(host, '/')[1], 'path - -')
  }
})

test('an encoded slash separates bucket and key, and two slashes name no bucket', () => {
  assert.deepEqual(read('127.0.0.1', '/bkt%2Fkey'), ['path bkt key'])
  assert.deepEqual(read('127.0.0.1', '/bkt%2fdir/key%2F'), ['path bkt dir/key/'])
  assert.deepEqual(read('127.0.0.1', '/bkt%2F'), ['path bkt -'])
  assert.deepEqual(read('127.0.0.1', '/bkt%2F%2Fkey'), ['path bkt /key'])
  assert.deepEqual(read('bkt.oss-cn-hangzhou.aliyuncs.com', '/bkt%2Fkey'), ['path bkt key', 'host bkt bkt/key'])
  assert.deepEqual(read('127.0.0.1', '//'), ['path - -'])
})

test('a plus in a path is a plus, or where only that was signed, a blank', () => {
  assert.deepEqual(read('127.0.0.1', '/bkt/a+b%20c%2Bd'), ['path bkt a+b c+d', 'path bkt a b c+d'])
  assert.deepEqual(read('bkt.localhost', '/a+b'), ['host bkt a+b', 'path a+b -', 'host bkt a b', 'path a b -'])
})

test('a path is percent-decoded once', () => {
  assert.deepEqual(read('127.0.0.1', '/bkt/a%2Fb%20c%252F'), ['path bkt a/b c%2F'])
  assert.deepEqual(read('127.0.0.1', '/bkt/%E7%9B%AE'), ['path bkt 目'])
  assert.deepEqual(read('127.0.0.1', '/bkt/../%2e/'), ['path bkt .././'])
  assert.deepEqual(read('127.0.0.1', '/bkt/\xe7\x9b\xae'), ['path bkt 目'])
})

test('what cannot be decoded is refused by the name of what it is', () => {
  assert.equal(refusal('127.0.0.1', '/bkt/%FF'), 'objectNameNotUtf8')
  assert.equal(refusal('127.0.0.1', '/bkt/%zz'), 'objectNameNotUtf8')
  assert.equal(refusal('127.0.0.1', '/%FF/k'), 'invalidBucketName')
  assert.equal(refusal('bkt.localhost', '/%FF/k'), 'objectNameNotUtf8')
  assert.equal(refusal('127.0.0.1', '*'), 'malformedRequest')
  assert.equal(refusal('127.0.0.1', ''), 'malformedRequest')
})

test('a key that is valid in one reading only is judged by neither', () => {
  assert.deepEqual(read('bkt.localhost', '/X_Y/k'), ['host bkt X_Y/k', 'path X_Y k'])
  assert.deepEqual(read('bkt.localhost', '//k'), ['host bkt /k', 'path  k'])
})
