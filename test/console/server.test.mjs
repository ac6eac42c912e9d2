// The server itself: its options, its log and its verification, and the libraries that it contains.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

let server
let browser
let page
let requireQuiet

before(async () => {
  server = await startServer({ args: ['--buckets', 'demo', '--scrub-rate', '0', '--log', 'warn'] })
  ;({ browser } = await startBrowser())
  ;({ page, requireQuiet } = await openConsole(browser, server))
  await signIn(page, server)
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

const open = (tab) => page.goto(`${server.endpoint}/-/console/#/settings?tab=${tab}`)

test('the options of the server are listed with their sources, and found by a word', async () => {
  await open('configuration')
  const rows = page.locator('tbody tr')
  await page.fill('input[type=search]', 'scrub')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
  assert.deepEqual(await rows.locator('td').allTextContents(), ['--scrub-rate', '0', '--scrub-rate'])
  await page.fill('input[type=search]', '')
  await page.check('text=Only those that were set')
  const shown = await rows.locator('td:first-child').allTextContents()
  for (const name of ['--buckets', '--log']) assert.ok(shown.includes(name), shown.join())
  assert.ok(!shown.includes('--region'))
})

test('the log level is changed while the server runs, and shown as such', async () => {
  await open('server')
  await page.selectOption('select', 'info')
  await page.click('form >> text=Save')
  await page.waitForSelector('text=The log level was changed.')
  await fetch(`${server.endpoint}/demo/after-the-change`)
  await open('configuration')
  await page.waitForSelector('tr:has-text("--log") >> text=changed while running')
  while (!server.log().includes('after-the-change')) await page.waitForTimeout(20)
})

test('a verification is started where none begins by itself, and reports what it has read', async () => {
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const options = {
    endpoint,
    region: `oss-${region}`,
    accessKeyId,
    accessKeySecret,
    authorizationV4: true,
    sldEnable: true,
  }
  await new OSS({ ...options, bucket: 'demo' }).put('a', Buffer.alloc(20_480))
  await open('server')
  await page.waitForSelector('text=No pass begins by itself')
  await page.click('text=Verify now')
  await page.waitForSelector('text=20.0 KiB are intact')
})

test('the licences of all libraries are shown with their texts', async () => {
  await open('licences')
  await page.click('summary >> text=preact')
  await page.waitForSelector('details[open] pre >> text=Permission is hereby granted')
  requireQuiet()
})
