import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf, shortened } from './columns.js'

test('a text that is too long loses its middle, and never takes more columns than there are', () => {
  assert.equal(shortened('short', 5), 'short')
  assert.equal(shortened('a long name.iso', 9), 'a lo….iso')
  for (const text of ['中文文件名称.txt', 'a'.repeat(100), '😀'.repeat(30)]) {
    for (let columns = 3; columns < 40; columns += 1)
      assert.ok(columnsOf(shortened(text, columns)) <= columns, `${columns}`)
  }
})
