import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  ask,
  BUCKET,
  call,
  complete,
  element,
  elements,
  idOf,
  initiate,
  listedVersions,
  listVersions,
  OTHER,
  put,
  setVersioning,
  startVersioned,
  startWithBucket,
  type TestRequest,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const isMarked = ({ headers }: TestResponse) => headers['x-oss-delete-marker']
const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code')]

test('a bucket keeps versions from when it is enabled, and returns the state that was set', async () => {
  const started = await startWithBucket()
  const state = async () =>
    element((await call(started, { method: 'GET', bucket: BUCKET, query: { versioning: '' } })).text, 'Status')
  assert.equal(await state(), undefined)
  assert.equal(idOf(await put(started, 'k', 'before')), '')
  assert.equal(idOf(await ask(started, 'GET', 'k')), '')
  await setVersioning(started, 'Enabled')
  assert.equal(await state(), 'Enabled')
  assert.equal(idOf(await ask(started, 'GET', 'k')), 'null')
  const first = idOf(await put(started, 'k', 'first'))
  const second = idOf(await put(started, 'k', 'second'))
  assert.deepEqual([first.length, second.length, first === second], [64, 64, false])
  const texts = []
  for (const id of [undefined, second, first, 'null']) {
    const response = await ask(started, 'GET', 'k', id)
    texts.push([response.text, idOf(response)])
  }
  assert.deepEqual(texts, [
    ['second', second],
    ['second', second],
    ['first', first],
    ['before', 'null'],
  ])
  for (const status of ['On', '']) {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
    const refused = await call(started, { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
    assert.deepEqual(codeOf(refused), [400, 'MalformedXML'])
  }
})

test('a deletion makes a delete marker, and deleting the marker brings the object back', async () => {
  const started = await startVersioned()
  const version = idOf(await put(started, 'k', 'kept'))
  const deleted = await ask(started, 'DELETE', 'k')
  const marker = idOf(deleted)
  assert.deepEqual([deleted.status, isMarked(deleted), marker.length], [204, 'true', 64])
  const gone = await ask(started, 'GET', 'k')
  assert.deepEqual([codeOf(gone), isMarked(gone), idOf(gone)], [[404, 'NoSuchKey'], 'true', marker])
  for (const method of ['GET', 'HEAD']) {
    const refused = await ask(started, method, 'k', marker)
    assert.deepEqual([refused.status, refused.headers.allow, isMarked(refused)], [405, 'DELETE', 'true'])
  }
  const { text } = await ask(started, 'GET', 'k', marker)
  assert.deepEqual(
    ['Code', 'Method', 'ResourceType', 'EC'].map((name) => element(text, name)),
    ['MethodNotAllowed', 'GET', 'DeleteMarker', '0003-00000016'],
  )
  assert.equal((await ask(started, 'GET', 'k', version)).text, 'kept')
  assert.deepEqual(elements((await call(started, { method: 'GET', bucket: BUCKET })).text, 'Key'), [])
  const again = await ask(started, 'DELETE', 'k')
  assert.notEqual(idOf(again), marker)
  const undone = [await ask(started, 'DELETE', 'k', marker), await ask(started, 'DELETE', 'k', idOf(again))]
  for (const [index, id] of [marker, idOf(again)].entries()) {
    const response = undone[index] as TestResponse
    assert.deepEqual([response.status, isMarked(response), idOf(response)], [204, 'true', id])
  }
  assert.equal((await ask(started, 'GET', 'k')).text, 'kept')
  const ended = await ask(started, 'DELETE', 'k', version)
  assert.deepEqual([ended.status, isMarked(ended), idOf(ended)], [204, undefined, version])
  assert.deepEqual(listedVersions(await listVersions(started)), [])
})

test('deleting the current version for good makes the one before it current', async () => {
  const started = await startVersioned()
  const [first, second, third] = [
    idOf(await put(started, 'k', 'first')),
    idOf(await put(started, 'k', 'second')),
    idOf(await put(started, 'k', 'third')),
  ]
  await ask(started, 'DELETE', 'k', third)
  assert.equal(idOf(await ask(started, 'GET', 'k')), second)
  await ask(started, 'DELETE', 'k', first)
  assert.deepEqual(listedVersions(await listVersions(started)), [`k ${second} latest`])
})

test('what names no version is reported: an unknown one, and a malformed id', async () => {
  const started = await startVersioned()
  const version = idOf(await put(started, 'k', 'kept'))
  const unknown = `${version.slice(0, -8)}AAAAAAA=`
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k', unknown)), [404, 'NoSuchVersion'])
  assert.equal((await ask(started, 'DELETE', 'k', unknown)).status, 204)
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k', '234')), [400, 'InvalidArgument'])
  assert.deepEqual(codeOf(await ask(started, 'DELETE', 'k', '234')), [400, 'InvalidArgument'])
  assert.equal((await ask(started, 'GET', 'k', '')).text, 'kept')
})

test('while versioning is suspended the null version is replaced, and other versions stay', async () => {
  const started = await startVersioned()
  const kept = idOf(await put(started, 'k', 'kept'))
  await setVersioning(started, 'Suspended')
  assert.equal(idOf(await put(started, 'k', 'null 1')), 'null')
  assert.equal(idOf(await put(started, 'k', 'null 2')), 'null')
  assert.deepEqual(listedVersions(await listVersions(started)), ['k null latest', `k ${kept}`])
  assert.equal((await ask(started, 'GET', 'k', 'null')).text, 'null 2')
  await setVersioning(started, 'Enabled')
  const newest = idOf(await put(started, 'k', 'newest'))
  await setVersioning(started, 'Suspended')
  const deleted = await ask(started, 'DELETE', 'k')
  assert.deepEqual([isMarked(deleted), idOf(deleted)], ['true', 'null'])
  assert.deepEqual(listedVersions(await listVersions(started)), ['!k null latest', `k ${newest}`, `k ${kept}`])
  assert.equal(idOf(await put(started, 'k', 'null 3')), 'null')
  assert.deepEqual(listedVersions(await listVersions(started)), ['k null latest', `k ${newest}`, `k ${kept}`])
  await ask(started, 'DELETE', 'k', 'null')
  assert.equal((await ask(started, 'GET', 'k')).text, 'newest')
})

test('forbid-overwrite has no effect in a bucket that keeps versions', async () => {
  const started = await startVersioned()
  const headers = { 'x-oss-forbid-overwrite': 'true' }
  for (const status of ['Enabled', 'Suspended'] as const) {
    await setVersioning(started, status)
    for (let count = 0; count < 2; count += 1) {
      assert.equal((await put(started, 'k', 'x', { headers })).status, 200)
      const uploadId = await initiate(started, 'k', { headers })
      const { headers: part } = await uploadPart(started, 'k', uploadId, 1)
      const completed = await complete(started, 'k', uploadId, [[1, part.etag]], { headers })
      assert.equal(completed.status, 200, completed.text)
      assert.equal(idOf(completed).length, status === 'Enabled' ? 64 : 4)
    }
    const copied = await put(started, 'k', '', { headers: { ...headers, 'x-oss-copy-source': `/${BUCKET}/k` } })
    assert.equal(copied.status, 200, copied.text)
  }
})

test('a repeated Complete returns the version of the first', async () => {
  const started = await startVersioned()
  const uploadId = await initiate(started, 'k')
  const { headers: part } = await uploadPart(started, 'k', uploadId, 1)
  const first = await complete(started, 'k', uploadId, [[1, part.etag]])
  await put(started, 'k', 'newer')
  const again = await complete(started, 'k', uploadId, [[1, part.etag]])
  assert.deepEqual([again.status, idOf(again)], [200, idOf(first)])
})

test('copies take any version, and return the versions of source and copy', async () => {
  const started = await startVersioned()
  const old = idOf(await put(started, 'k', 'old'))
  await put(started, 'k', 'new')
  const copy = (key: string, source: string) => put(started, key, '', { headers: { 'x-oss-copy-source': source } })
  const restored = await copy('k', `/${BUCKET}/k?versionId=${old}`)
  assert.equal(restored.status, 200, restored.text)
  assert.deepEqual([restored.headers['x-oss-copy-source-version-id'], idOf(restored).length], [old, 64])
  assert.equal((await ask(started, 'GET', 'k')).text, 'old')
  const uploadId = await initiate(started, 'parts')
  const part = await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'parts',
    query: { partNumber: '1', uploadId },
    headers: { 'x-oss-copy-source': `/${BUCKET}/k?versionId=${old}` },
  })
  assert.deepEqual([part.status, part.headers['x-oss-copy-source-version-id']], [200, old])
  const marker = idOf(await ask(started, 'DELETE', 'k'))
  assert.deepEqual(codeOf(await copy('c', `/${BUCKET}/k`)), [404, 'NoSuchKey'])
  const ofMarker = await copy('c', `/${BUCKET}/k?versionId=${marker}`)
  assert.deepEqual([codeOf(ofMarker), element(ofMarker.text, 'EC')], [[404, 'NoSuchKey'], '0016-00000307'])
  const unknown = await copy('c', `/${BUCKET}/k?versionId=${old.slice(0, -8)}AAAAAAA=`)
  assert.deepEqual([codeOf(unknown), element(unknown.text, 'EC')], [[404, 'NoSuchVersion'], '0012-00000203'])
  assert.deepEqual(codeOf(await copy('c', `/${BUCKET}/k?versionId=234`)), [400, 'InvalidArgument'])
  assert.equal((await copy('c', `/${BUCKET}/k?versionId=${old}`)).status, 200)
})

test('each version has an ACL and tags of its own', async () => {
  const started = await startVersioned()
  const old = idOf(await put(started, 'k', 'old', { headers: { 'x-oss-tagging': 'a=1' } }))
  const current = idOf(await put(started, 'k', 'new'))
  const acl = await ask(started, 'PUT', 'k', old, {
    query: { acl: '' },
    headers: { 'x-oss-object-acl': 'public-read' },
  })
  assert.deepEqual([acl.status, idOf(acl)], [200, old])
  const grant = async (id?: string) =>
    element((await ask(started, 'GET', 'k', id, { query: { acl: '' } })).text, 'Grant')
  assert.deepEqual([await grant(), await grant(current), await grant(old)], ['default', 'default', 'public-read'])
  const tags = async (id?: string) =>
    elements((await ask(started, 'GET', 'k', id, { query: { tagging: '' } })).text, 'Value')
  assert.deepEqual([await tags(), await tags(old)], [[], ['1']])
  const body = '<Tagging><TagSet><Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>'
  const set = await ask(started, 'PUT', 'k', old, { query: { tagging: '' }, body })
  assert.deepEqual([set.status, idOf(set), await tags(old), await tags()], [200, old, ['2'], []])
  const cleared = await ask(started, 'DELETE', 'k', old, { query: { tagging: '' } })
  assert.deepEqual([cleared.status, idOf(cleared), await tags(old)], [204, old, []])
  const marker = idOf(await ask(started, 'DELETE', 'k'))
  for (const query of [{ acl: '' }, { tagging: '' }]) {
    const refused = await ask(started, 'GET', 'k', marker, { query })
    assert.deepEqual([refused.status, element(refused.text, 'EC')], [405, '0017-00000002'])
    assert.deepEqual(codeOf(await ask(started, 'GET', 'k', undefined, { query })), [404, 'NoSuchKey'])
  }
})

test('many versions are deleted in one request, and each answer lists what was deleted', async () => {
  const started = await startVersioned()
  const version = idOf(await put(started, 'k', 'x'))
  const marker = idOf(await ask(started, 'DELETE', 'marked'))
  await put(started, 'plain', 'x')
  const deleteMany = (objects: string, quiet = false) => {
    const body = `<Delete><Quiet>${quiet}</Quiet>${objects}</Delete>`
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
    return call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, body, headers })
  }
  const object = (key: string, id?: string) =>
    `<Object><Key>${key}</Key>${id === undefined ? '' : `<VersionId>${id}</VersionId>`}</Object>`
  const { text } = await deleteMany(object('k', version) + object('marked', marker) + object('plain'))
  const made = element(/<Deleted><Key>plain<.*?<\/Deleted>/.exec(text)?.[0] ?? '', 'DeleteMarkerVersionId') ?? ''
  assert.equal(made.length, 64)
  const marked = (id: string) => `<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${id}</DeleteMarkerVersionId>`
  assert.ok(
    text.includes(
      `<Deleted><Key>k</Key><VersionId>${version}</VersionId></Deleted>` +
        `<Deleted><Key>marked</Key><VersionId>${marker}</VersionId>${marked(marker)}</Deleted>` +
        `<Deleted><Key>plain</Key>${marked(made)}</Deleted>`,
    ),
    text,
  )
  assert.equal((await deleteMany(object('plain', made), true)).text, '')
  assert.deepEqual(elements((await call(started, { method: 'GET', bucket: BUCKET })).text, 'Key'), ['plain'])
  assert.deepEqual(codeOf(await deleteMany(object('k', '234'))), [400, 'InvalidArgument'])
})

test('a policy for current versions opens no others, and one for versions only them', async () => {
  const started = await startVersioned()
  const old = idOf(await put(started, 'k', 'old'))
  await put(started, 'k', 'new')
  const allow = async (...actions: string[]) => {
    const statement = {
      Effect: 'Allow',
      Principal: ['1000000000000002'],
      Action: actions,
      Resource: ['acs:oss:*:*:bkt/*'],
    }
    const body = JSON.stringify({ Version: '1', Statement: [statement] })
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })).status, 200)
  }
  const statusOf = async (request: Partial<TestRequest>) => {
    const headers = {
      'x-oss-copy-source': `/${BUCKET}/k${request.query?.versionId === undefined ? '' : `?versionId=${old}`}`,
    }
    const { status } = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', as: OTHER, ...request })
    const copied = await call(started, { method: 'PUT', bucket: 'theirs', key: 'copy', as: OTHER, headers })
    assert.equal(copied.status, status)
    return status
  }
  await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
  await allow('oss:GetObject')
  assert.deepEqual([await statusOf({}), await statusOf({ query: { versionId: old } })], [200, 403])
  await allow('oss:GetObjectVersion')
  assert.deepEqual([await statusOf({}), await statusOf({ query: { versionId: old } })], [403, 200])
  await allow('oss:DeleteObjectVersion')
  const deleteOne = (versionId?: string) => {
    const id = versionId === undefined ? '' : `<VersionId>${versionId}</VersionId>`
    const body = `<Delete><Object><Key>k</Key>${id}</Object></Delete>`
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
    return call(started, { method: 'POST', bucket: BUCKET, query: { delete: '' }, body, headers, as: OTHER })
  }
  assert.deepEqual([(await deleteOne()).status, (await deleteOne(old)).status], [403, 200])
  assert.deepEqual(codeOf(await ask(started, 'GET', 'k', old)), [404, 'NoSuchVersion'])
})
