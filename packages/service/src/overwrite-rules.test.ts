import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  complete,
  element,
  initiate,
  OTHER,
  ROOT,
  setVersioning,
  startWithBucket,
  uploadPart,
} from './testing/index.js'

const HELLO_ETAG = '5D41402ABC4B2A76B9719D911017C592'

async function guarded(...rules: string[]) {
  const started = await startWithBucket()
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'public-read-write' } })
  const all = rules.map((rule) => `<Rule><Action>forbid</Action>${rule}</Rule>`).join('')
  const body = `<OverwriteConfiguration>${all}</OverwriteConfiguration>`
  const set = await ask({ query: { overwriteConfig: '' }, body })
  assert.equal(set.status, 200, set.text)
  const put = async (key: string, more: object = {}) => {
    const { status, text } = await ask({ key, body: 'hello', ...more })
    return element(text, 'Code') ?? status
  }
  return { started, ask, put }
}

test('every write refuses to overwrite an object that a rule names, and new names stay allowed', async () => {
  const { started, ask, put } = await guarded('<Prefix>a/</Prefix><Suffix>.txt</Suffix>')
  for (const key of ['a/k.txt', 'a/k.log', 'k.txt']) assert.equal(await put(key), 200)
  assert.equal(await put('a/k.txt'), 'FileAlreadyExists')
  for (const key of ['a/k.log', 'k.txt']) assert.equal(await put(key), 200, key)
  const copy = { body: undefined, headers: { 'x-oss-copy-source': `/${BUCKET}/k.txt` } }
  assert.equal(await put('a/k.txt', copy), 'FileAlreadyExists')
  const link = { body: undefined, query: { symlink: '' }, headers: { 'x-oss-symlink-target': 'k.txt' } }
  assert.equal(await put('a/k.txt', link), 'FileAlreadyExists')
  const begun = await ask({ method: 'POST', key: 'a/k.txt', query: { uploads: '' } })
  assert.equal(element(begun.text, 'Code'), 'FileAlreadyExists')
  const uploadId = await initiate(started, 'a/new.txt')
  await uploadPart(started, 'a/new.txt', uploadId, 1, 'hello')
  assert.equal(await put('a/new.txt'), 200)
  const completed = await complete(started, 'a/new.txt', uploadId, [[1, HELLO_ETAG]])
  assert.equal(element(completed.text, 'Code'), 'FileAlreadyExists')
  assert.equal((await ask({ method: 'DELETE', key: 'a/k.txt' })).status, 204)
  assert.equal(await put('a/k.txt'), 200)
})

test('a rule with principals is for them alone', async () => {
  const { put } = await guarded(`<Principals><Principal>${OTHER.account.id}</Principal></Principals>`)
  await put('k')
  assert.equal(await put('k', { as: OTHER }), 'FileAlreadyExists')
  assert.equal(await put('k', { as: 'anonymous' }), 200)
  assert.equal(await put('k', { as: ROOT }), 200)
})

test('rules without an id get one, and in a bucket with versions nothing is overwritten', async () => {
  const { started, ask, put } = await guarded('', '')
  const { text } = await ask({ method: 'GET', query: { overwriteConfig: '' } })
  assert.equal(new Set(text.match(/<ID>[^<]+<\/ID>/g)).size, 2)
  await put('k')
  assert.equal(await put('k'), 'FileAlreadyExists')
  await setVersioning(started, 'Enabled')
  assert.equal(await put('k'), 200)
})

test('a put to a bucket that does not exist is MalformedXML, as OSS answers accounts', async () => {
  const started = await startWithBucket()
  for (const query of ['overwriteConfig', 'objectWorm']) {
    const body = '<OverwriteConfiguration><Rule><Action>forbid</Action></Rule></OverwriteConfiguration>'
    const { status, text } = await call(started, { method: 'PUT', bucket: 'missing', query: { [query]: '' }, body })
    assert.deepEqual([status, element(text, 'Code'), element(text, 'EC')], [400, 'MalformedXML', '0015-00000231'])
    const read = await call(started, { method: 'GET', bucket: 'missing', query: { [query]: '' } })
    assert.deepEqual([read.status, element(read.text, 'Code')], [404, 'NoSuchBucket'])
  }
})
