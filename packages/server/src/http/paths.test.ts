import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWire, type WireRequest, type WireResponse } from '../testing/wire.js'

const BUCKET = 'bkt'

async function openBucket(t: Parameters<typeof openWire>[0]) {
  const wire = await openWire(t)
  assert.equal((await wire.ask({ method: 'PUT', bucket: BUCKET })).status, 200)
  const ask = (request: WireRequest): Promise<WireResponse> => wire.ask({ bucket: BUCKET, ...request })
  return { ...wire, askBucket: ask }
}

const SIGNINGS = ['v1', 'v4', 'v1 URL', 'v4 URL'] as const

test('an encoded slash separates bucket and key, as the C SDK addresses objects at an IP address', async (t) => {
  const { askBucket } = await openBucket(t)
  for (const signing of SIGNINGS) {
    for (const [path, key] of [
      ['/bkt%2Fkey', 'key'],
      ['/bkt%2fdir%2Fkey', 'dir/key'],
      ['/bkt%2Fdir/key', 'dir/key'],
    ] as const) {
      assert.equal((await askBucket({ method: 'PUT', key, path, body: key, signing })).status, 200, path)
      const read = await askBucket({ method: 'GET', key })
      assert.equal(read.body, key)
      const begun = await askBucket({ method: 'POST', key, path, query: { uploads: undefined }, signing })
      assert.match(begun.body, new RegExp(`<Key>${key}</Key>`))
    }
    assert.equal((await askBucket({ method: 'GET', path: '/bkt%2F', signing })).status, 200)
    const other = await askBucket({ method: 'GET', key: 'other', path: '/bkt%2Fkey', signing })
    assert.match(other.body, /<Code>SignatureDoesNotMatch<\/Code>/)
  }
})

test('a plus in a path is a plus, and a blank where the raw key was signed with blanks, as the Ruby SDK does', async (t) => {
  const { askBucket } = await openBucket(t)
  for (const signing of SIGNINGS) {
    for (const [key, path] of [
      ['a+b', '/bkt/a+b'],
      ['a b', '/bkt/a+b'],
      ['dir/a b+c', '/bkt/dir%2Fa+b%2Bc'],
    ] as const) {
      assert.equal((await askBucket({ method: 'PUT', key, path, body: key, signing })).status, 200, key)
      assert.equal((await askBucket({ method: 'GET', key })).body, key)
      assert.equal((await askBucket({ method: 'HEAD', key, path, signing })).status, 200)
      assert.equal((await askBucket({ method: 'DELETE', key, path, signing })).status, 204)
    }
  }
})

test('two slashes name no bucket, as the C++ SDK lists buckets at an IP address', async (t) => {
  const { ask } = await openBucket(t)
  for (const signing of SIGNINGS) {
    const { status, body } = await ask({ method: 'GET', path: '//', signing })
    assert.equal(status, 200)
    assert.match(body, /<Name>bkt<\/Name>/)
  }
})

test('HEAD of a key that begins with a slash is 404, and nothing can be put there', async (t) => {
  const { askBucket } = await openBucket(t)
  for (const key of ['/k', '/', '\\k']) {
    for (const query of [{}, { objectMeta: undefined }]) {
      const { status, headers } = await askBucket({ method: 'HEAD', key, query })
      assert.equal(status, 404)
      const document = Buffer.from(headers.get('x-oss-err') ?? '', 'base64').toString()
      assert.match(document, /<Code>NoSuchKey<\/Code>/)
    }
    assert.match((await askBucket({ method: 'PUT', key, body: 'x' })).body, /<Code>InvalidObjectName<\/Code>/)
  }
})

test('a client learns the endpoint by which it came, and no other', async (t) => {
  const { ask, askBucket, port } = await openBucket(t)
  const here = `127.0.0.1:${port}`
  for (const document of [
    (await ask({ method: 'GET' })).body,
    (await askBucket({ method: 'GET', query: { bucketInfo: '' } })).body,
  ]) {
    assert.match(document, new RegExp(`<ExtranetEndpoint>${here}</ExtranetEndpoint>`))
    assert.match(document, new RegExp(`<IntranetEndpoint>${here}</IntranetEndpoint>`))
    assert.match(document, /<Location>oss-cn-hangzhou<\/Location>/)
    assert.doesNotMatch(document, /aliyuncs/)
  }
})

test('headers and query keys that are unknown, and headers of no value, change nothing', async (t) => {
  const { askBucket } = await openBucket(t)
  const empty = {
    'x-oss-object-acl': '',
    'x-oss-storage-class': '',
    'x-oss-forbid-overwrite': '',
    'x-oss-tagging': '',
    'x-oss-traffic-limit': '',
    'x-oss-server-side-encryption': '',
  }
  for (const query of [{}, { param2: '' }, { param1: undefined, param2: 'x' }]) {
    const put = await askBucket({ method: 'PUT', key: 'o', query, headers: { ...empty, 'x-new': '1' }, body: 'x' })
    assert.equal(put.status, 200, put.body)
    assert.equal((await askBucket({ method: 'GET', key: 'o', query })).status, 200)
  }
})

test('a key with a character that no document can hold is refused', async (t) => {
  const { askBucket } = await openBucket(t)
  for (const key of ['a\ufffe', '\uffffb']) {
    const copy = { 'x-oss-copy-source': `/${BUCKET}/o` }
    for (const headers of [{}, copy]) {
      const { body } = await askBucket({ method: 'PUT', key, headers })
      assert.match(body, /<Code>InvalidObjectName<\/Code>/)
    }
    const echoed = await askBucket({ method: 'GET', query: { 'max-keys': key } })
    assert.match(Buffer.from(echoed.body, 'latin1').toString(), /<ArgumentValue>a?\ufffdb?<\/ArgumentValue>/)
  }
})
