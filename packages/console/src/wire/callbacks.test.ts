import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callbackDocument, callbacksIn, isCallback } from './callbacks.js'

const ONE = {
  ...{ name: 'a<b', url: 'https://app.example/stored?x=1&y=2', body: `object=\${object}&名=值` },
  bodyType: 'application/json',
}

test('a callback is written into the document, and read from it again', () => {
  const [found] = callbacksIn(callbackDocument([], ONE))
  assert.ok(found !== undefined)
  const { raw, ...facts } = found
  assert.deepEqual(facts, ONE)
  const two = callbacksIn(callbackDocument([raw], { ...ONE, name: 'second' }))
  assert.deepEqual(
    two.map(({ name }) => name),
    ['a<b', 'second'],
  )
  assert.equal(two[0]?.raw, raw)
})

test('a callback that cannot be decoded is shown by its name, and kept as it is', () => {
  const raw =
    '<PolicyItem><PolicyName>odd</PolicyName><Callback>####</Callback><CallbackVar>e30=</CallbackVar></PolicyItem>'
  const [found] = callbacksIn(callbackDocument([raw]))
  assert.deepEqual([found?.name, found?.url, found?.raw], ['odd', '', raw])
})

test('a callback needs a name, a URL and a body', () => {
  assert.ok(isCallback(ONE))
  for (const more of [{ name: 'a b' }, { name: '' }, { url: 'ftp://x' }, { body: '' }]) {
    assert.ok(!isCallback({ ...ONE, ...more }))
  }
})
