// Names, metadata, tags and contents that strangers choose: the console shows them and runs nothing of them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pathOf, signedHeaders } from '../../packages/console/dist/wire/sign.js'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

/** Markup that would run in a page that takes it for its own, in several contexts. */
const MARKUP = [
  '<img src=x onerror="globalThis.ran=1">',
  '"><svg onload=globalThis.ran=1>',
  "'-globalThis.ran=1-'",
  'javascript:globalThis.ran=1',
  '<script>globalThis.ran=1</script>',
]
const ODD = [
  'a/../../-/console/',
  '%2e%2e%2f',
  'invoice\u202egnp.exe',
  'line\nbreak\ttab',
  '__proto__',
  'constructor',
  '  ',
  '#k=x?y&z',
]
const PAGE = '<!doctype html><script>globalThis.ran=1;fetch("/?stolen")</script><b>text</b>'
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><script>globalThis.ran=1</script><circle r="40"/></svg>'

let server
let browser

before(async () => {
  server = await startServer({ args: ['--buckets', 'hostile'] })
  for (const [index, name] of [...MARKUP, ...ODD].entries()) {
    await put(name, PAGE, {
      'content-type': 'text/html',
      'x-oss-meta-note': MARKUP[index % MARKUP.length],
      'x-oss-meta-plain': '<b onmouseover=globalThis.ran=1>',
    })
  }
  await put('picture.svg', PICTURE, { 'content-type': 'image/svg+xml' })
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

/** Stores an object. The SDKs cannot: they send some of these names as others. */
async function put(key, body, headers) {
  const request = { method: 'PUT', bucket: 'hostile', key, query: {}, headers }
  const signed = signedHeaders(request, server, { region: server.region, time: Date.now() })
  const response = await fetch(`${server.endpoint}${pathOf('hostile', key)}`, { method: 'PUT', headers: signed, body })
  assert.equal(response.status, 200, await response.text())
}

test('hostile names are listed as text, and each opens the object that it names', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  atEnd(t, () => context.close())
  await signIn(page, server)
  const list = `${server.endpoint}/-/console/#/buckets/hostile`
  await page.goto(list)
  await page.waitForSelector('tbody tr[aria-selected]')
  const shown = await page.locator('tbody .named').allTextContents()
  for (const name of MARKUP.filter((one) => !one.includes('/'))) assert.ok(shown.includes(name), name)
  assert.ok(shown.includes('invoice\\u{202e}gnp.exe'))
  assert.ok(shown.includes('line\\u{a}break\\u{9}tab'))
  for (const name of [...MARKUP, ...ODD]) {
    await page.goto(`${list}/object?key=${encodeURIComponent(name)}`)
    await page.waitForSelector('dl.facts')
    await page.waitForFunction(() => document.querySelector('#main').textContent.includes('text/html'))
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, name)
  }
  requireQuiet()
})

test('a hostile page is previewed as text, and a picture with a script as a picture', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  atEnd(t, () => context.close())
  const requests = []
  page.on('request', (request) => requests.push(request.url()))
  await signIn(page, server)
  const object = `${server.endpoint}/-/console/#/buckets/hostile/object`
  await page.goto(`${object}?key=${encodeURIComponent(MARKUP[0])}&tab=preview`)
  assert.equal(await page.textContent('pre.content'), PAGE)
  await page.goto(`${object}?key=picture.svg&tab=preview`)
  await page.waitForFunction(() => document.querySelector('.preview img')?.naturalWidth === 90)
  assert.equal(await page.evaluate(() => globalThis.ran), undefined)
  assert.deepEqual(
    requests.filter((url) => url.includes('stolen') || !url.startsWith(server.endpoint)),
    [],
  )
  requireQuiet()
})

test('a download is saved and not opened, whatever its type', async (t) => {
  const { page, context } = await openConsole(browser, server)
  atEnd(t, () => context.close())
  await signIn(page, server)
  await page.goto(`${server.endpoint}/-/console/#/buckets/hostile/object?key=${encodeURIComponent(MARKUP[0])}`)
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('header .button >> text=Download')])
  assert.equal(new URL(download.url()).searchParams.get('response-content-disposition')?.split(';')[0], 'attachment')
  assert.match(page.url(), /console/)
})

test('objects with hostile names are deleted, and no others', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  atEnd(t, () => context.close())
  await signIn(page, server)
  await page.goto(`${server.endpoint}/-/console/#/buckets/hostile`)
  await page.waitForSelector('tbody tr[aria-selected]')
  const box = (name) => page.locator('tbody tr', { hasText: name }).locator('input[type=checkbox]')
  for (const name of [MARKUP[0], 'line\\u{a}break', '__proto__']) await box(name).check()
  await page.click('.toolbar .button.danger')
  await page.click('dialog .danger.primary')
  await page.waitForSelector('text=3 objects were deleted.')
  await page.waitForSelector('dialog', { state: 'detached' })
  // the list is loaded again
  await page.waitForSelector('tbody >> text=__proto__', { state: 'detached' })
  await page.waitForSelector('tbody >> text=picture.svg')
  const shown = (await page.locator('tbody .named').allTextContents()).join('\n')
  for (const name of ['onerror', 'line', '__proto__']) assert.ok(!shown.includes(name), name)
  for (const name of ['constructor', 'invoice', 'picture.svg', '%2e%2e%2f']) assert.ok(shown.includes(name), name)
  requireQuiet()
})
