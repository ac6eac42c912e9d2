// The server itself: its options, its log and its verification, and the libraries that it contains.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './limits.mjs'
import { useStage } from './stage.mjs'

const stage = useStage(['demo'], undefined, ['--scrub-rate', '0', '--log', 'warn'])

const settings = (tab) => `#/settings?tab=${tab}`

test('the options of the server are listed with their sources, and found by a word', async (t) => {
  const { page, requireQuiet } = await stage.open(t, settings('configuration'))
  const rows = page.locator('tbody tr')
  await page.fill('input[type=search]', 'scrub')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
  assert.deepEqual(await rows.locator('td').allTextContents(), ['--scrub-rate', '0', '--scrub-rate'])
  await page.fill('input[type=search]', '')
  await page.check('text=Only those that were set')
  const shown = await rows.locator('td:first-child').allTextContents()
  for (const name of ['--buckets', '--log']) assert.ok(shown.includes(name), shown.join())
  assert.ok(!shown.includes('--region'))
  requireQuiet()
})

test('the log level is changed while the server runs, and shown as such', async (t) => {
  const { server } = stage
  const { page, requireQuiet } = await stage.open(t, settings('server'))
  await page.selectOption('select', 'info')
  await page.click('form >> text=Save')
  await page.waitForSelector('text=The log level was changed.')
  await fetch(`${server.endpoint}/demo/after-the-change`)
  await page.goto(`${stage.server.endpoint}/-/console/${settings('configuration')}`)
  await page.waitForSelector('tr:has-text("--log") >> text=changed while running')
  await until(() => server.log().includes('after-the-change'), 'the request is in the log')
  requireQuiet()
})

test('a verification is started where none begins by itself, and reports what it has read', async (t) => {
  await stage.client.put('a', Buffer.alloc(20_480))
  const { page, requireQuiet } = await stage.open(t, settings('server'))
  await page.waitForSelector('text=No pass begins by itself')
  await page.click('text=Verify now')
  await page.waitForSelector('text=20.0 KiB are intact')
  requireQuiet()
})

test('the licences of all libraries are shown with their texts', async (t) => {
  const { page, requireQuiet } = await stage.open(t, settings('licences'))
  await page.click('summary >> text=preact')
  await page.waitForSelector('details[open] pre >> text=Permission is hereby granted')
  requireQuiet()
})
