import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf, shortened, wrapped } from './columns.js'

test('a text that is too long loses its middle, and never takes more columns than there are', () => {
  assert.equal(shortened('short', 5), 'short')
  assert.equal(shortened('a long name.iso', 9), 'a lo….iso')
  for (const text of ['中文文件名称.txt', 'a'.repeat(100), '😀'.repeat(30)]) {
    for (let columns = 3; columns < 40; columns += 1)
      assert.ok(columnsOf(shortened(text, columns)) <= columns, `${columns}`)
  }
})

test('a text is wrapped between words and between wide characters, never before their punctuation', () => {
  assert.equal(wrapped('one two three', 8), 'one two\nthree')
  assert.equal(wrapped('  --flag FILE  the file', 14, '    '), '  --flag FILE\n    the file')
  assert.equal(wrapped('不能删除，除非使用 --force。', 10, '  '), '不能删除，\n  除非使用\n  --force。')
  assert.equal(wrapped('a-word-that-is-longer', 5), 'a-word-that-is-longer')
  assert.equal(wrapped('', 5), '')
})
