import assert from 'node:assert/strict'
import test from 'node:test'
import { checkChinese, checkTranslations } from './chinese.mjs'

/** The findings of the check in one line of a Chinese page. */
function found(line, path = 'docs/guides/a.zh-CN.md') {
  return checkChinese([{ path, text: line }]).map((fault) => fault.match(/“([^”]+)”/)?.[1])
}

test('a Chinese text has one word for each concept', () => {
  assert.deepEqual(found('服务端没有应答'), ['服务端', '应答'])
  assert.deepEqual(found('运行中的服务，其存储桶'), ['服务', '存储桶'])
  assert.deepEqual(found('服务器端加密，由托管服务提供，不中断服务，系统区域设置'), [])
  assert.deepEqual(found("  none: '没有授权策略',", 'packages/console/src/words/zh.ts'), ['授权策略'])
  assert.deepEqual(found("  none: '没有授权策略',", 'packages/server/src/a.ts'), [])
})

test('Chinese text has full-width punctuation, and spaces around Latin words', () => {
  assert.deepEqual(found('上传,下载'), ['传,下'])
  assert.deepEqual(found('地址: 路径'), ['址: 路'])
  assert.deepEqual(found('删除Bucket 之后'), ['除Bucket'])
  assert.deepEqual(found('已删除， 然后'), ['， 然'])
  assert.deepEqual(found('策略 允许'), ['略 允'])
  assert.deepEqual(found('见[Bucket 的`服务,a`](应答.md)，共 8 个。'), [])
})

test('code of a Chinese page is not prose', () => {
  assert.deepEqual(found('```sh\n# 服务端,应答\n```\n对象'), [])
})

test('a Chinese page has the headings, rows, items and spans of code of the English one', () => {
  const english = { path: 'a.md', text: '# A\n\n## B\n\n| `x` | y |\n\n- one\n' }
  const differences = (text) => checkTranslations([english, { path: 'a.zh-CN.md', text }])
  assert.deepEqual(differences('# 甲\n\n## 乙\n\n| `x` | 丙 |\n\n- 一\n'), [])
  assert.deepEqual(differences('# 甲\n\n| `z` | 丙 |\n\n- 一\n'), [
    'a.zh-CN.md:1: it lacks the heading 2 (##) of the English page',
    'a.zh-CN.md:1: it lacks the code `x` of the English page',
    'a.zh-CN.md:1: the English page lacks its code `z`',
  ])
})
