import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { brokenLinks, buildSite } from './site.mjs'

test('the site has a page for every document, with titles, and no link that leads nowhere', (t) => {
  const out = mkdtempSync(path.join(tmpdir(), 'bindery-site-'))
  t.after(() => rmSync(out, { recursive: true, force: true }))
  const pages = buildSite(out)
  for (const href of [
    'index.html',
    'docs/guides/running.html',
    'docs/decisions/index.html',
    'search-index.js',
    'site.js',
  ]) {
    assert.ok(existsSync(path.join(out, href)), href)
  }
  for (const { title, text, file } of pages) assert.ok(title !== '' && text.length > 100, file)
  assert.deepEqual(brokenLinks(out, pages), [])
})
