import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from './query.js'
import { failureOf } from './testing/exchange.js'

test('parameters keep their order, and whether they had a value', () => {
  const { parameters } = parseQuery('uploads&b=&a=1&&a=2')
  assert.deepEqual(parameters, [
    { name: 'uploads', value: undefined },
    { name: 'b', value: '' },
    { name: 'a', value: '1' },
    { name: 'a', value: '2' },
  ])
  assert.deepEqual(parseQuery('').parameters, [])
})

test('the first of several values counts, and a name may have no value', () => {
  const query = parseQuery('uploads&a=1&a=2')
  assert.equal(query.get('a'), '1')
  assert.equal(query.get('uploads'), '')
  assert.ok(query.has('uploads'))
  assert.equal(query.get('b'), undefined)
  assert.ok(!query.has('b'))
})

test('names and values are decoded once; a plus is a space, and a value may contain equals signs', () => {
  const query = parseQuery('pre%66ix=a+b%2Bc%2520&x=a=b&\u00c3\u00bc=1')
  assert.equal(query.get('prefix'), 'a b+c%20')
  assert.equal(query.get('x'), 'a=b')
  assert.equal(query.get('ü'), '1')
  assert.equal(parseQuery('k=\u00c3\u00bc').get('k'), 'ü')
})

test('a malformed escape, or bytes that are not text, are refused', () => {
  for (const encoded of ['%', '%zz', '%F', '%FF', '%C3']) {
    assert.deepEqual(
      failureOf(() => parseQuery(`a=${encoded}`)),
      ['invalidArgument', { argumentName: 'query', argumentValue: encoded }],
    )
  }
})
