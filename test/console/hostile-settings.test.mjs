// Settings, policies and requests whose texts strangers choose: the console shows them and runs nothing of them.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { useStage } from './stage.mjs'

/** Markup that would run in a page that takes it for its own. */
const MARKUP = '"><img src=x onerror="globalThis.ran=1"><svg onload=globalThis.ran=1>'
const ESCAPED = MARKUP.replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const LIFECYCLE = `<LifecycleConfiguration><Rule><ID>${ESCAPED}</ID><Prefix>${ESCAPED}</Prefix><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>`
const POLICY = {
  Version: '1',
  Statement: [
    {
      ...{ Effect: 'Allow', Principal: ['*'], Action: ['oss:GetObject'], Resource: [`acs:oss:*:*:hostile/${MARKUP}*`] },
      Condition: { StringLike: { 'oss:Prefix': [MARKUP] } },
    },
  ],
}

const stage = useStage(['hostile'], async ({ client, server }) => {
  await client.putBucketPolicy('hostile', POLICY)
  await client.putBucketTags('hostile', { [MARKUP.replace(/[^\w =.:/+-]/g, '')]: 'x' })
  const target = `${server.endpoint}/hostile/${encodeURIComponent(MARKUP)}`
  await fetch(target, { headers: { 'user-agent': MARKUP, referer: MARKUP } })
})

async function requireNothingRan(page, text) {
  await page.waitForFunction((wanted) => document.querySelector('#main, dialog').textContent.includes(wanted), text)
  assert.equal(await page.evaluate(() => globalThis.ran), undefined)
  assert.equal(await page.locator('#main img, #main svg[onload], dialog img').count(), 0)
}

test('rules, policies and requests are shown as text', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets/hostile/settings?document=lifecycle')
  await page.click('summary >> text=The document as text')
  await page.fill('textarea', LIFECYCLE)
  await page.click('form:has(textarea) .primary')
  await page.waitForSelector('text=The setting was saved')
  await requireNothingRan(page, MARKUP)
  const goto = (address) => page.goto(`${stage.server.endpoint}/-/console/${address}`)
  await goto('#/buckets/hostile/settings?document=policy')
  await requireNothingRan(page, MARKUP)
  await goto('#/activity')
  await page.waitForSelector('tbody >> text=AccessDenied')
  await requireNothingRan(page, MARKUP)
  await page.fill('.toolbar input[type=search]', 'AccessDenied')
  await page.focus('table[role=grid]')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open]')
  await requireNothingRan(page, MARKUP)
  await goto('#/metrics')
  await page.waitForSelector('tbody tr')
  assert.equal(await page.evaluate(() => globalThis.ran), undefined)
  requireQuiet()
})

test('a file with hostile settings is refused or shown as text', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets/hostile/settings?document=copySettings')
  await page.click('summary >> text=Import from a file')
  let files = 0
  const choose = async (content) => {
    files += 1
    const file = path.join(stage.folder, `settings-${files}.json`)
    await writeFile(file, JSON.stringify(content))
    await page.setInputFiles('input[type=file]', file)
  }
  await choose({ bucket: MARKUP, acl: 7, documents: {} })
  await page.waitForSelector('text=This file does not contain settings.')
  await choose({ bucket: MARKUP, acl: 'private', documents: { cors: MARKUP, __proto__: { ran: 'x' }, [MARKUP]: 'x' } })
  await page.click('details[open] >> text=Apply to hostile')
  await page.waitForSelector('details[open] >> text=1 refused')
  assert.equal(await page.evaluate(() => globalThis.ran), undefined)
  requireQuiet()
})
