import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../test/support/at-end.mjs'
import { brokenLinks, buildSite } from './site.mjs'

test('the site has a page for every document, with titles, and no link that leads nowhere', (t) => {
  const out = newFolder(t, 'bindery-site-')
  const pages = buildSite(out)
  for (const href of [
    'index.html',
    'docs/guides/running.html',
    'docs/decisions/index.html',
    'search-index.js',
    'site.js',
    'docs/guides/images/console-upload-en.png',
  ]) {
    assert.ok(existsSync(path.join(out, href)), href)
  }
  for (const { title, text, file } of pages) assert.ok(title !== '' && text.length > 100, file)
  assert.deepEqual(brokenLinks(out, pages), [])
})

test('a block of code that no test runs shows why', (t) => {
  const out = newFolder(t, 'bindery-site-')
  const pages = buildSite(out)
  const html = (file) => pages.find((page) => page.file === file).html
  assert.match(html('docs/guides/installing.md'), /<p class="not-run">Not run by the tests: needs Docker<\/p>/)
  assert.match(html('docs/guides/installing.zh-CN.md'), /<p class="not-run">测试不运行：需要 Docker<\/p>/)
  assert.match(html('README.md'), /<pre><code class="language-sh">npm start\n<\/code><\/pre>\n<p>/)
})
