import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCodeBlocks } from './code-blocks.mjs'

test('a block of code states which test runs it, or why none does, and the Chinese page has the same one', () => {
  const fence = '```'
  const page = (info, code = 'bindery ls  # all') => `# T\n\n${fence}${info}\n${code}\n${fence}\n`
  const faults = (en, zh = en) =>
    checkCodeBlocks(
      [
        { path: 'docs/guides/a.md', text: en },
        ...(zh === undefined ? [] : [{ path: 'docs/guides/a.zh-CN.md', text: zh }]),
      ],
      ["for (const block of guideBlocks('lists')) test()"],
    ).filter((fault) => fault.startsWith('docs/guides/a.md'))
  const listed = page('sh run=lists')
  assert.deepEqual(faults(listed), [])
  assert.deepEqual(faults(listed, page('sh run=lists', 'bindery ls  # 全部')), [])
  assert.deepEqual(faults(page('sh not-run="needs a cluster"')), [])
  assert.deepEqual(faults('text\n\n    bindery ls\n'), [
    'docs/guides/a.md:3: indented code: use a fence, with run=NAME or not-run="REASON"',
  ])
  assert.match(faults(page('sh')).join(), /^docs\/guides\/a\.md:3: neither run=NAME nor not-run/)
  assert.match(faults(page('sh not-run=""')).join(), /neither/)
  assert.match(faults(page('')).join(), /without a language/)
  assert.match(faults(page('sh run=missing')).join(), /no test calls guideBlocks\('missing'\)/)
  const another = /:4: the Chinese page has another block/
  assert.match(faults(listed, page('sh run=lists', 'bindery rm')).join(), another)
  assert.match(faults(listed, page('sh not-run="x"')).join(), another)
  assert.match(faults(listed, '# T\n').join(), another)
  assert.deepEqual(checkCodeBlocks([{ path: 'README.md', text: 'x' }], []), ['README.md:1: it has no Chinese page'])
})
