// The live log of requests, and the texts that the server signed for a signature that did not match.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

let server
let browser

before(async () => {
  server = await startServer({ args: ['--buckets', 'demo', '--workers', '2'] })
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

function clientWith(accessKeySecret) {
  const { endpoint, region, accessKeyId } = server
  return new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret },
    ...{ bucket: 'demo', authorizationV4: true, sldEnable: true, retryMax: 0 },
  })
}

test('requests appear while they are answered, are found by their facts, and rest while the list is paused', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  t.after(() => context.close())
  await signIn(page, server)
  await page.goto(`${server.endpoint}/-/console/#/activity`)
  const client = clientWith(server.accessKeySecret)
  await client.put('<b>live</b>.txt', Buffer.from('live'))
  await client.get('nothing').catch(() => {})
  await page.waitForSelector('tbody >> text=demo/<b>live</b>.txt')
  await page.waitForSelector('tbody >> text=404 NoSuchKey')
  await page.selectOption('.toolbar select', 'failed')
  await page.waitForSelector('tbody >> text=demo/<b>live</b>.txt', { state: 'detached' })
  await page.selectOption('.toolbar select', 'all')
  await page.locator('.toolbar input[type=search]').pressSequentially('PutObject live')
  await page.waitForSelector('text=1 requests')
  assert.equal(await page.inputValue('.toolbar input[type=search]'), 'PutObject live')
  await page.fill('.toolbar input', 'PutObject')
  await page.click('.toolbar button[aria-pressed]')
  await client.put('later.txt', Buffer.from('later'))
  await page.waitForSelector('text=paused, 1 new')
  assert.equal(await page.locator('tbody >> text=later.txt').count(), 0)
  await page.click('.toolbar button[aria-pressed]')
  await page.waitForSelector('tbody >> text=later.txt')
  requireQuiet()
})

test('a signature that did not match is shown with what the server signed', async (t) => {
  const { page, context } = await openConsole(browser, server)
  t.after(() => context.close())
  await signIn(page, server)
  await clientWith('wrong')
    .put('signed.txt', Buffer.from('x'))
    .catch(() => {})
  await page.goto(`${server.endpoint}/-/console/#/activity`)
  await page.waitForSelector('tbody >> text=403 SignatureDoesNotMatch')
  await page.focus('table[role=grid]')
  await page.fill('.toolbar input', 'SignatureDoesNotMatch')
  await page.focus('table[role=grid]')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  const texts = await page.locator('dialog pre.block').allTextContents()
  assert.match(texts[0], /^PUT⏎\n\/demo\/signed\.txt⏎\n/)
  assert.match(texts[1], /^OSS4-HMAC-SHA256⏎\n/)
})

test('a request that a rule refused is shown with the rule', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  t.after(() => context.close())
  await signIn(page, server)
  const client = clientWith(server.accessKeySecret)
  const deny = { Effect: 'Deny', Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:demo/secret/*'] }
  await client.putBucketPolicy('demo', { Version: '1', Statement: [deny] })
  await page.goto(`${server.endpoint}/-/console/#/activity`)
  await fetch(`${server.endpoint}/demo/secret/a.txt`)
  await page.waitForSelector('tbody >> text=403 AccessDenied')
  await page.selectOption('.toolbar select', 'refused')
  await page.fill('.toolbar input', 'AccessDenied secret')
  await page.focus('table[role=grid]')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog >> text=A statement in the policy of the bucket denies it.')
  await page.waitForSelector('dialog pre >> text=acs:oss:*:*:demo/secret/*')
  requireQuiet()
})

test('the requests of the page itself are hidden until they are wanted', async (t) => {
  const { page, context } = await openConsole(browser, server)
  t.after(() => context.close())
  await signIn(page, server)
  await page.goto(`${server.endpoint}/-/console/#/buckets`)
  await page.waitForSelector('tbody tr')
  await page.goto(`${server.endpoint}/-/console/#/activity`)
  await clientWith(server.accessKeySecret).put('seen.txt', Buffer.from('x'))
  await page.waitForSelector('tbody >> text=seen.txt')
  const own = await page.evaluate(() => JSON.parse(sessionStorage.getItem('bindery-session')).key.accessKeyId)
  assert.equal(await page.locator(`tbody >> text=${own}`).count(), 0)
  await page.uncheck('.toolbar input[type=checkbox]')
  await page.waitForSelector(`tbody >> text=${own}`)
})

test('the past of the server is shown by figures and by bucket, and its moments are read by the arrow keys', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  t.after(() => context.close())
  await signIn(page, server)
  await clientWith(server.accessKeySecret).put('counted.txt', Buffer.from('x'))
  // the server reads its figures every 30 seconds
  page.setDefaultTimeout(75_000)
  await page.goto(`${server.endpoint}/-/console/#/metrics`)
  await page.waitForSelector('tbody tr:has-text("demo") td >> text=KiB')
  const chart = page.locator('[role=slider]').first()
  await chart.focus()
  await page.keyboard.press('ArrowLeft')
  assert.match(await chart.getAttribute('aria-valuetext'), /\/s, \d\d:\d\d:\d\d$/)
  for (const title of ['Parts sent again', 'Repeated completions', 'Delay of the event loop']) {
    await page.waitForSelector(`.figure >> text=${title}`)
  }
  requireQuiet()
})
