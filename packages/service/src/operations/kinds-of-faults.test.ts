/** More cases of the kinds of faults that docs/guides/compatibility-notes.md lists, besides those in which they were met. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  elements,
  FULL_PART,
  initiate,
  ROOT,
  type StartedService,
  startWithBucket,
  type TestRequest,
  uploadPart,
} from '../testing/index.js'

type Rest = Omit<TestRequest, 'bucket'>

async function start() {
  const started = await startWithBucket()
  const ask = (request: Rest) => call(started, { bucket: BUCKET, ...request })
  await ask({ method: 'PUT', key: 'o', body: 'content' })
  return { started, ask }
}

async function codeOf(answer: ReturnType<typeof call>): Promise<string> {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code') ?? ''}`.trim()
}

const LIFECYCLE =
  '<LifecycleConfiguration><Rule><Prefix>p</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>'

test('a document may begin with white space, whichever it is, also behind a byte order mark', async () => {
  const { started, ask } = await start()
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
  for (const space of ['\n', '\r\n\t  ', '\u{feff}\n', '\u{feff}']) {
    const put = (query: Record<string, string>, body: string, key?: string) =>
      codeOf(ask({ method: 'PUT', query, body: `${space}${declaration}\n${body}`, ...(key !== undefined && { key }) }))
    assert.equal(await put({ lifecycle: '' }, LIFECYCLE), '200')
    const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
    assert.equal(await put({ tagging: '' }, tags, 'o'), '200')
    const rule = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'
    assert.equal(await put({ cors: '' }, `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`), '200')
    const uploadId = await initiate(started, 'm')
    const part = await uploadPart(started, 'm', uploadId, 1, 'x')
    const item = `<Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part>`
    const list = `${space}${declaration}<CompleteMultipartUpload>${item}</CompleteMultipartUpload>`
    assert.equal((await complete(started, 'm', uploadId, list)).status, 200)
  }
})

const digestOf = (text: string) => createHash('md5').update(text).digest()

test('of a Content-MD5 of more than 16 bytes the first 16 are compared, wherever one is sent', async () => {
  const { started, ask } = await start()
  const longer = (text: string) => Buffer.concat([digestOf(text), Buffer.from('more')]).toString('base64')
  const list = '<Delete><Object><Key>none</Key></Object></Delete>'
  const uploadId = await initiate(started, 'm')
  const requests: Rest[] = [
    { method: 'POST', query: { delete: '' }, body: list },
    { method: 'PUT', key: 'put', body: 'bytes' },
    { method: 'POST', key: 'appended', query: { append: '', position: '0' }, body: 'bytes' },
    { method: 'PUT', key: 'm', query: { partNumber: '1', uploadId }, body: 'bytes' },
    { method: 'PUT', query: { lifecycle: '' }, body: LIFECYCLE },
  ]
  for (const request of requests) {
    const sent = (md5: string) => codeOf(ask({ ...request, headers: { 'content-md5': md5 } }))
    assert.equal(await sent(longer('other bytes')), '400 InvalidDigest')
    assert.equal(await sent(digestOf('x').subarray(0, 12).toString('base64')), '400 InvalidDigest')
    assert.equal(await sent(longer(String(request.body))), '200')
  }
})

test('a tag that a header names twice is refused with the text of the service, by whatever stores tags', async () => {
  const { ask } = await start()
  const requests: Rest[] = [
    { method: 'PUT', key: 'a' },
    { method: 'POST', key: 'a', query: { uploads: '' } },
    { method: 'POST', key: 'a', query: { append: '', position: '0' } },
    { method: 'PUT', key: 'a', query: { symlink: '' }, headers: { 'x-oss-symlink-target': 'o' } },
    {
      method: 'PUT',
      key: 'a',
      headers: { 'x-oss-copy-source': `/${BUCKET}/o`, 'x-oss-tagging-directive': 'Replace' },
    },
  ]
  for (const request of requests) {
    for (const tags of ['k=1&k=2', 'k&a=b&k', 'a%20b=1&a+b=2']) {
      const answer = await ask({ ...request, headers: { ...request.headers, 'x-oss-tagging': tags } })
      assert.equal(element(answer.text, 'Code'), 'InvalidArgument')
      assert.equal(element(answer.text, 'Message'), 'query parameters without tag name duplicates')
    }
  }
})

test('a token with a permanent key is of a key that does not exist, in every form of a signature', async () => {
  const { started } = await start()
  const as = { ...ROOT, session: { securityToken: 'CAIS' } } as typeof ROOT
  for (const signature of ['v1', 'v4', 'url'] as const) {
    for (const request of [{ method: 'GET' }, { method: 'GET', key: 'o' }, { method: 'PUT', key: 'n', body: 'x' }]) {
      const refused = await codeOf(call(started, { bucket: BUCKET, ...request, as, signature }))
      assert.equal(refused, '403 InvalidAccessKeyId')
    }
  }
})

test('whatever makes an object refuses a key that no document can name', async () => {
  const { started, ask } = await start()
  for (const key of ['a\ufffe', '\uffff']) {
    assert.equal(await codeOf(ask({ method: 'POST', key, query: { uploads: '' } })), '400 InvalidObjectName')
    const append = { append: '', position: '0' }
    assert.equal(await codeOf(ask({ method: 'POST', key, query: append, body: 'x' })), '400 InvalidObjectName')
    const link = { 'x-oss-symlink-target': 'o' }
    assert.equal(
      await codeOf(ask({ method: 'PUT', key, query: { symlink: '' }, headers: link })),
      '400 InvalidObjectName',
    )
  }
  const body = '<Delete><Object><Key>o</Key></Object><Object><Key>none</Key></Object></Delete>'
  const headers = { 'content-md5': digestOf(body).toString('base64') }
  const deleted = await call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, headers, body })
  assert.deepEqual(elements(deleted.text, 'Key'), ['o', 'none'])
})

test('a copy onto itself keeps the ACL and the tags, whatever else it changes', async () => {
  const { ask } = await start()
  const acl = { 'x-oss-object-acl': 'private', 'x-oss-tagging': 'k=v' }
  await ask({ method: 'PUT', key: 'kept', body: 'x', headers: acl })
  const changes: Record<string, string>[] = [
    { 'x-oss-storage-class': 'IA' },
    { 'x-oss-server-side-encryption': 'AES256' },
    { 'x-oss-metadata-directive': 'REPLACE', 'x-oss-meta-a': '1' },
  ]
  for (const change of changes) {
    const headers = { 'x-oss-copy-source': `/${BUCKET}/kept`, ...change }
    assert.equal(await codeOf(ask({ method: 'PUT', key: 'kept', headers })), '200')
    const { text } = await ask({ method: 'GET', key: 'kept', query: { acl: '' } })
    assert.equal(element(text, 'Grant'), 'private')
    const tags = await ask({ method: 'GET', key: 'kept', query: { tagging: '' } })
    assert.deepEqual(elements(tags.text, 'Value'), ['v'])
  }
  const named = { 'x-oss-copy-source': `/${BUCKET}/kept`, 'x-oss-object-acl': 'public-read' }
  await ask({ method: 'PUT', key: 'kept', headers: named })
  const { text } = await ask({ method: 'GET', key: 'kept', query: { acl: '' } })
  assert.equal(element(text, 'Grant'), 'public-read')
})

test('a bucket that does not exist is reported before an operation that is absent, and before an unknown key', async () => {
  const started = await startWithBucket()
  const bucket = 'no-such-bucket'
  const stranger = { ...ROOT, accessKeyId: 'LTAInobody' }
  for (const request of [
    { method: 'POST', query: { asyncFetch: '' } },
    { method: 'GET', query: { metaQuery: '' } },
    { method: 'POST', key: 'k', query: { asyncFetch: '' } },
    { method: 'GET', key: 'k', query: { acl: '' } },
  ]) {
    for (const as of [ROOT, stranger]) {
      assert.equal(await codeOf(call(started, { bucket, ...request, as })), '404 NoSuchBucket', JSON.stringify(request))
    }
  }
})

test('an upload that is not there is NoSuchUpload with the EC of its operation', async () => {
  const { started, ask } = await start()
  const ended = await initiate(started, 'k')
  await ask({ method: 'DELETE', key: 'k', query: { uploadId: ended } })
  const ofOtherKey = await initiate(started, 'other')
  for (const uploadId of [ended, ofOtherKey, 'nonsense']) {
    const ecOf = async (request: Rest) => {
      const answer = await ask({ key: 'k', ...request })
      assert.equal(element(answer.text, 'Code'), 'NoSuchUpload')
      return answer.headers['x-oss-ec']
    }
    assert.equal(await ecOf({ method: 'GET', query: { uploadId } }), '0042-00000002')
    const part = { method: 'PUT', query: { uploadId, partNumber: '1' } }
    assert.equal(await ecOf({ ...part, body: FULL_PART }), '0042-00000104')
    assert.equal(await ecOf({ ...part, headers: { 'x-oss-copy-source': `/${BUCKET}/o` } }), '0042-00000311')
  }
})

test('nothing takes bytes from an archived object', async () => {
  const { started, ask } = await start()
  for (const storageClass of ['Archive', 'ColdArchive', 'DeepColdArchive']) {
    await ask({ method: 'PUT', key: 'cold.csv', body: 'a,b', headers: { 'x-oss-storage-class': storageClass } })
    const uploadId = await initiate(started, 'k')
    const source = { 'x-oss-copy-source': `/${BUCKET}/cold.csv` }
    const part = { method: 'PUT', key: 'k', query: { uploadId, partNumber: '1' }, headers: source }
    const select = '<SelectRequest><Expression>c2VsZWN0ICogZnJvbSBvc3NvYmplY3Q=</Expression></SelectRequest>'
    const readers: Rest[] = [
      part,
      { method: 'GET', key: 'cold.csv', headers: { range: 'bytes=0-0' } },
      { method: 'GET', key: 'cold.csv', query: { 'x-oss-process': 'image/info' } },
      { method: 'POST', key: 'cold.csv', query: { 'x-oss-process': 'csv/select' }, body: select },
    ]
    for (const reader of readers) assert.equal(await codeOf(ask(reader)), '403 InvalidObjectState', storageClass)
  }
})

test('a text that is not a date is not a condition, on whichever header it comes', async () => {
  const { ask } = await start()
  const texts = ['2030', '0', 'tomorrow', '2030-01-01T00:00:00Z', 'Tue, 1 Jan 2030 00:00:00 GMT']
  for (const text of texts) {
    for (const name of ['if-modified-since', 'if-unmodified-since']) {
      for (const method of ['GET', 'HEAD']) {
        assert.equal((await ask({ method, key: 'o', headers: { [name]: text } })).status, 200, `${name}: ${text}`)
      }
    }
    for (const name of ['x-oss-copy-source-if-modified-since', 'x-oss-copy-source-if-unmodified-since']) {
      const headers = { 'x-oss-copy-source': `/${BUCKET}/o`, [name]: text }
      assert.equal(await codeOf(ask({ method: 'PUT', key: 'copy', headers })), '200', `${name}: ${text}`)
    }
  }
})

const refusedBy = (started: StartedService, rest: Rest) => call(started, { bucket: BUCKET, ...rest })

test('what is refused is named: the header, the parameter, or the operation', async () => {
  const { started } = await start()
  const cases: [Rest, string][] = [
    [{ method: 'PUT', key: 'k', headers: { 'if-match': '"x"' } }, 'if-match'],
    [{ method: 'PUT', key: 'k', headers: { 'if-none-match': '*' } }, 'if-none-match'],
    [{ method: 'GET', query: { metaQuery: '' } }, 'metaQuery'],
    [{ method: 'GET', query: { asyncFetch: '' } }, 'GetAsyncFetchTask'],
  ]
  for (const [request, name] of cases) {
    const { text } = await refusedBy(started, request)
    assert.match(text.toLowerCase(), new RegExp(name.toLowerCase()), text)
  }
})
