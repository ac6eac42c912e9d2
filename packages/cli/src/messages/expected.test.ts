import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPTIONS } from '@bindery/server'
import { expectedInChinese } from './expected-zh.js'

test('the values that an option takes are described in Chinese', () => {
  for (const [name, { codec }] of Object.entries(OPTIONS)) {
    assert.doesNotMatch(expectedInChinese(codec.expected), /[a-z]{2,} [a-z]{2,}/i, name)
  }
  assert.equal(
    expectedInChinese('a size such as 64MiB or 1GiB, from 4MiB to 1TiB'),
    '大小，例如 64MiB 或 1GiB，从 4MiB 到 1TiB',
  )
  assert.equal(expectedInChinese('a rule such as "+ a" or "- b"'), '规则，例如 "+ a" 或 "- b"')
  assert.equal(expectedInChinese('a number from 1 to 64'), '1 到 64 之间的整数')
  assert.equal(expectedInChinese('en, zh'), 'en, zh')
})
