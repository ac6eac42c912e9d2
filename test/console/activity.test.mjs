// The live log of requests, and the texts that the server signed for a signature that did not match.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientOf, useStage } from './stage.mjs'

const stage = useStage(['demo'], undefined, ['--workers', '2'])
const clientWith = (accessKeySecret) => clientOf({ ...stage.server, accessKeySecret }, 'demo', { retryMax: 0 })

test('requests appear while they are answered, are found by their facts, and rest while the list is paused', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/activity')
  const client = clientWith(stage.server.accessKeySecret)
  await client.put('<b>live</b>.txt', Buffer.from('live'))
  await client.get('nothing').catch(() => {})
  await page.waitForSelector('tbody >> text=demo/<b>live</b>.txt')
  await page.waitForSelector('tbody >> text=404 NoSuchKey')
  await page.selectOption('.toolbar select', 'failed')
  await page.waitForSelector('tbody >> text=demo/<b>live</b>.txt', { state: 'detached' })
  await page.selectOption('.toolbar select', 'all')
  await page.locator('.toolbar input[type=search]').pressSequentially('PutObject live')
  await page.waitForSelector('text=1 request')
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
  const { page } = await stage.open(t, '#/activity')
  await clientWith('wrong')
    .put('signed.txt', Buffer.from('x'))
    .catch(() => {})
  await page.goto(`${stage.server.endpoint}/-/console/#/activity`)
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
  const { page, requireQuiet } = await stage.open(t, '#/activity')
  const client = clientWith(stage.server.accessKeySecret)
  const deny = { Effect: 'Deny', Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:demo/secret/*'] }
  await client.putBucketPolicy('demo', { Version: '1', Statement: [deny] })
  await page.goto(`${stage.server.endpoint}/-/console/#/activity`)
  await fetch(`${stage.server.endpoint}/demo/secret/a.txt`)
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
  const { page } = await stage.open(t, '#/buckets')
  await page.waitForSelector('tbody tr')
  await page.goto(`${stage.server.endpoint}/-/console/#/activity`)
  await clientWith(stage.server.accessKeySecret).put('seen.txt', Buffer.from('x'))
  await page.waitForSelector('tbody >> text=seen.txt')
  const own = await page.evaluate(() => JSON.parse(sessionStorage.getItem('bindery-session')).key.accessKeyId)
  assert.equal(await page.locator(`tbody >> text=${own}`).count(), 0)
  await page.uncheck('.toolbar input[type=checkbox]')
  await page.waitForSelector(`tbody >> text=${own}`)
})

test('the past of the server is shown by figures and by bucket, and its moments are read by the arrow keys', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets')
  const client = clientWith(stage.server.accessKeySecret)
  await client.put('counted.txt', Buffer.from('x'))
  await assert.rejects(client.completeMultipartUpload('lost.bin', '0'.repeat(32), [{ number: 1, etag: '"x"' }]))
  // the server reads its figures every 30 seconds
  page.setDefaultTimeout(75_000)
  await page.goto(`${stage.server.endpoint}/-/console/#/metrics`)
  await page.waitForSelector('tbody tr:has-text("demo") td >> text=KiB')
  const chart = page.locator('[role=slider]').first()
  await chart.focus()
  await page.keyboard.press('ArrowLeft')
  assert.match(await chart.getAttribute('aria-valuetext'), /\/s, \d\d:\d\d:\d\d$/)
  for (const title of ['Parts sent again', 'Repeated completions', 'Failed completions', 'Delay of the event loop']) {
    await page.waitForSelector(`.figure >> text=${title}`)
  }
  await page.goto(`${stage.server.endpoint}/-/console/#/`)
  await page.waitForSelector('text=1 request to complete an upload failed during the last hour.')
  await page.click('text=Show requests')
  await page.waitForSelector('tbody tr:has-text("lost.bin") >> text=NoSuchUpload')
  assert.equal(await page.locator('tbody tr').count(), 1)
  requireQuiet()
})

test('control actions name the user or the bucket that they changed, and the key that did', async (t) => {
  const { page } = await stage.open(t, '#/access')
  await page.click('.page > header .button.primary')
  await page.locator('dialog[open] input[type=text]').first().fill('courier')
  const created = page.waitForResponse((response) => response.url().includes('CreateUser'))
  await page.click('dialog[open] button[type=submit]')
  await created
  await page.goto(`${stage.server.endpoint}/-/console/#/activity?tab=actions`)
  await page.waitForSelector(
    `tbody tr:has-text("CreateUser"):has-text("user/courier"):has-text("${stage.server.accessKeyId}")`,
  )
})
