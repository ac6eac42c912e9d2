// Keys that are replaced while programs run, and questions about permissions.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openConsole, signIn, startBrowser } from './browser.mjs'
import { clientOf } from './stage.mjs'
import { nextSecond, startWorld } from './world.mjs'

let world
let browser
let page
let requireQuiet

before(async () => {
  world = await startWorld()
  ;({ browser } = await startBrowser())
  ;({ page, requireQuiet } = await openConsole(browser, world.server))
  await signIn(page, world.server)
})

after(async () => {
  await browser?.close()
  await world?.stop()
})

const open = (address) => page.goto(`${world.server.endpoint}/-/console/${address}`)

/** Puts an object where the user may put some. Resolves with the code of the answer. */
async function put({ accessKeyId, accessKeySecret }) {
  const client = clientOf({ ...world.server, accessKeyId, accessKeySecret }, 'demo', { retryMax: 0 })
  return client.put('scans/1.png', Buffer.from('x')).then(
    () => 'OK',
    ({ code }) => code,
  )
}

async function createKey(button) {
  await page.click(button)
  await page.waitForSelector('text=The secret is shown only this once.')
  const [accessKeyId, accessKeySecret] = await page.locator('dialog dd').allTextContents()
  await page.click('text=I have copied it')
  return { accessKeyId, accessKeySecret }
}

test('a key is rotated: both are valid, their use is shown, then the old one is disabled, and deleted', async () => {
  await open('#/access?user=scanner')
  await page.waitForSelector('tbody tr >> nth=1')
  // those of the world were never used, and no program has their secrets
  for (const left of [1, 0]) {
    await page.locator('tbody >> text=Delete').first().click()
    await page.click('dialog .button.danger')
    await page.waitForFunction((rows) => document.querySelectorAll('tbody tr').length === rows, left)
  }
  const old = await createKey('text=Create key')
  assert.equal(await put(old), 'OK')
  await nextSecond()
  await page.click('tbody >> text=Rotate')
  const next = await createKey('dialog .button.primary')
  const summary = `summary:has-text("Rotation: ${old.accessKeyId} is replaced by ${next.accessKeyId}")`
  await page.click(summary)
  await page.waitForSelector('li:not(.done) >> text=The new key is used: last never.')
  assert.deepEqual([await put(old), await put(next)], ['OK', 'OK'])
  // a key is noted as used some seconds later
  for (;;) {
    await page.reload()
    await page.click(summary)
    if ((await page.locator('li.done >> text=The new key is used').count()) === 1) break
  }
  await page.waitForSelector('text=some program may still have it')
  await page.click('text=Disable the old key')
  await page.waitForSelector('li.done >> text=The old key is disabled.')
  assert.deepEqual([await put(old), await put(next)], ['InvalidAccessKeyId', 'OK'])
  await page.click('text=Enable it again')
  await page.waitForSelector('text=Disable the old key')
  assert.equal(await put(old), 'OK')
  await page.click('text=Disable the old key')
  await page.click('text=Delete the old key')
  await page.click('dialog .button.danger')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
  assert.deepEqual([await put(old), await put(next)], ['InvalidAccessKeyId', 'OK'])
})

test('what a user may do is decided by the server, with the rule and its statement', async () => {
  await open('#/access?user=scanner')
  const form = page.locator('form:has(.pairs)').last()
  const ask = async (action, key) => {
    await form.locator('select').first().selectOption(action)
    await form.locator('input[type=text]').fill(key)
    await form.locator('.button').first().click()
  }
  await ask('oss:PutObject', 'scans/1.png')
  await page.waitForSelector('[role=status] >> text=A policy of the user or role allows it.')
  await page.waitForSelector('[role=status] pre >> text=acs:oss:*:*:demo/scans/*')
  await ask('oss:PutObject', 'elsewhere/1.png')
  await page.waitForSelector('[role=status] >> text=It is refused.')
})

test('the policy of a bucket is tested with a request without a signature', async () => {
  await open('#/buckets/logs/settings?document=policy')
  await page.click('summary >> text=Test a permission')
  await page.fill('details[open] input >> nth=1', 'public/app.log')
  await page.click('details[open] .button')
  await page.waitForSelector('text=The policy of the bucket allows it.')
  await page.fill('details[open] input >> nth=1', 'private.log')
  await page.click('details[open] .button')
  await page.waitForSelector('text=It is refused.')
  requireQuiet()
})
