import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, OTHER, type StartedService, startWithBucket } from '../../testing/index.js'

const tag = (key: string, value = 'v') => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`

function put(started: StartedService, tags: string) {
  const body = `<Tagging><TagSet>${tags}</TagSet></Tagging>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { tagging: '' }, body })
}

function get(started: StartedService) {
  return call(started, { method: 'GET', bucket: BUCKET, query: { tagging: undefined } })
}

function remove(started: StartedService, keys?: string) {
  return call(started, { method: 'DELETE', bucket: BUCKET, query: { tagging: keys } })
}

test('tags are kept in their order, and another write replaces them all', async () => {
  const started = await startWithBucket()
  assert.equal((await put(started, tag('b', '1') + tag('a', 'ü &amp; &lt;'))).status, 200)
  const { status, text } = await get(started)
  assert.equal(status, 200)
  assert.deepEqual(elements(text, 'Key'), ['b', 'a'])
  assert.deepEqual(elements(text, 'Value'), ['1', 'ü & <'])
  await put(started, `${tag('c')}<Tag><Key>empty</Key></Tag>`)
  assert.deepEqual(elements((await get(started)).text, 'Value'), ['v', ''])
})

test('a bucket without tags shows an empty set, and deleting none succeeds', async () => {
  const started = await startWithBucket()
  const { status, text } = await get(started)
  assert.equal(status, 200)
  assert.match(text, /<Tagging><TagSet><\/TagSet><\/Tagging>$/)
  assert.equal((await remove(started)).status, 204)
})

test('a deletion takes the tags that it names, or all where it names none', async () => {
  const started = await startWithBucket()
  await put(started, ['a', 'b', 'c', 'd'].map((key) => tag(key)).join(''))
  assert.equal((await remove(started, 'a,c,unknown')).status, 204)
  assert.deepEqual(elements((await get(started)).text, 'Key'), ['b', 'd'])
  assert.equal((await remove(started, '')).status, 204)
  assert.deepEqual(elements((await get(started)).text, 'Key'), [])
})

test('what is wrong with a tag is refused with its code, and nothing is stored', async () => {
  const started = await startWithBucket()
  const many = (count: number) => Array.from({ length: count }, (_, n) => tag(`k${n}`)).join('')
  const refused: readonly (readonly [tags: string, code: string, ec?: string])[] = [
    [tag(''), 'InvalidTag', '207'],
    [tag('x'.repeat(65)), 'InvalidTag', '207'],
    [tag('ü'.repeat(33)), 'InvalidTag', '207'],
    [tag('http://a'), 'InvalidTag', '207'],
    [tag('https://a'), 'InvalidTag', '207'],
    [tag('Aliyun-x'), 'InvalidTag', '207'],
    [tag('k', 'x'.repeat(129)), 'InvalidTag', '219'],
    [tag('k') + tag('k'), 'InvalidTag', '210'],
    [many(21), 'TooManyTags'],
    ['<Tag><Value>v</Value></Tag>', 'MalformedXML'],
  ]
  for (const [tags, code, ec] of refused) {
    const { status, text } = await put(started, tags)
    assert.deepEqual([status, element(text, 'Code')], [400, code], tags)
    if (ec !== undefined) assert.equal(element(text, 'EC'), `0010-00000${ec}`)
  }
  assert.equal((await put(started, many(19) + tag('x'.repeat(64), 'y'.repeat(128)))).status, 200)
})

test('tags are the affair of the owner, and go with their bucket', async () => {
  const started = await startWithBucket()
  await put(started, tag('k'))
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const refused = await call(started, { method, bucket: BUCKET, query: { tagging: '' }, as: OTHER })
    assert.equal(refused.status, 403, method)
  }
  await call(started, { method: 'DELETE', bucket: BUCKET })
  assert.equal(element((await get(started)).text, 'Code'), 'NoSuchBucket')
  await call(started, { method: 'PUT', bucket: BUCKET })
  assert.deepEqual(elements((await get(started)).text, 'Key'), [])
})
