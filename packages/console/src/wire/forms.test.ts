import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOCUMENTS } from './document-kinds.js'
import { documentOf, FORMS, isValid, valuesIn } from './forms.js'

test('every form reads the sample of its document, and writes values that it reads again', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    const { sample } = DOCUMENTS.find((one) => one.name === name) ?? { sample: '' }
    const values = valuesIn(sample, form)
    assert.ok(values !== undefined, name)
    assert.deepEqual(valuesIn(documentOf(form, values), form), values, name)
  }
})

test('a document with more than the form shows is left to its text', () => {
  const { website } = FORMS
  assert.ok(website !== undefined)
  const rules = '<RoutingRules><RoutingRule/></RoutingRules>'
  assert.equal(valuesIn(`<WebsiteConfiguration>${rules}</WebsiteConfiguration>`, website), undefined)
  assert.equal(valuesIn('<Other/>', website), undefined)
})

test('lists have an element per line, and what is empty and optional is left out', () => {
  const { referer, logging } = FORMS
  assert.ok(referer !== undefined && logging !== undefined)
  assert.equal(
    documentOf(referer, { allowEmpty: 'false', referers: 'https://a.example\n\n https://b.example?<' }),
    '<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList><Referer>https://a.example</Referer><Referer>https://b.example?&#60;</Referer></RefererList></RefererConfiguration>',
  )
  assert.equal(
    documentOf(logging, { targetBucket: 'logs', targetPrefix: '' }),
    '<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket></LoggingEnabled></BucketLoggingStatus>',
  )
})

test('values are checked while they are typed', () => {
  const [target, prefix] = FORMS.logging?.fields ?? []
  assert.ok(target !== undefined && prefix !== undefined)
  assert.deepEqual(
    ['logs', 'LOGS', ''].map((value) => isValid(target, value)),
    [true, false, false],
  )
  assert.ok(isValid(prefix, ''))
})
