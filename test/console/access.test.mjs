// A user that may only upload below a prefix: created in the console, and signed in to it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

let server
let client
let browser
let folder
let file

before(async () => {
  server = await startServer({ args: ['--buckets', 'inbox,other'] })
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  client = new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret },
    ...{ bucket: 'inbox', authorizationV4: true, sldEnable: true },
  })
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-access-'))
  file = path.join(folder, 'scan.bin')
  await writeFile(file, randomBytes(9 * 1024 * 1024))
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

async function open(t, key, address) {
  const opened = await openConsole(browser, server)
  atEnd(t, () => opened.context.close())
  await signIn(opened.page, key)
  await opened.page.goto(`${server.endpoint}/-/console/${address}`)
  return opened
}

/** Creates a user in the console, and reads its key from the page. */
async function createUser(page, name) {
  await page.click('.page > header >> text=Create user')
  await page.fill('dialog input >> nth=0', name)
  await page.selectOption('dialog select >> nth=0', 'upload')
  await page.selectOption('dialog select >> nth=1', 'inbox')
  await page.fill('dialog input >> nth=2', 'scans/')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=The secret is shown only this once.')
  const [accessKeyId, accessKeySecret] = await page.locator('dialog dd').allTextContents()
  await page.click('text=I have copied it')
  return { accessKeyId, accessKeySecret }
}

test('a user is created that may only upload to a prefix; it signs in, uploads there, and nowhere else', async (t) => {
  const owner = await open(t, server, '#/access')
  const key = await createUser(owner.page, 'scanner')
  await owner.page.waitForSelector('tbody >> text=scanner')

  const { page, requireQuiet } = await open(t, key, '#/buckets')
  await page.waitForSelector('text=Open a bucket by its name')
  await page.fill('input >> nth=0', 'inbox')
  await page.click('text="Open"')
  await page.waitForSelector('text=AccessDenied')
  await page.goto(`${server.endpoint}/-/console/#/buckets/inbox?prefix=scans%2F`)
  await page.setInputFiles('input[aria-label="Upload files"]', file)
  await page.waitForSelector('text=done, CRC-64 verified')
  assert.equal((await client.head('scans/scan.bin')).res.headers['content-length'], String(9 * 1024 * 1024))

  await page.goto(`${server.endpoint}/-/console/#/buckets/inbox?prefix=elsewhere%2F`)
  await page.setInputFiles('input[aria-label="Upload files"]', file)
  await page.waitForSelector('.drawer .notice >> text=AccessDenied')
  await page.goto(`${server.endpoint}/-/console/#/access`)
  await page.waitForSelector('text=Access denied: none of your policies allows this.')
  requireQuiet()

  await owner.page.click('tbody >> text=scanner')
  await owner.page.click('text="Disable"')
  await owner.page.waitForSelector('text="disabled"')
  await page.goto(`${server.endpoint}/-/console/#/buckets/inbox?prefix=scans%2Fx`)
  await page.waitForSelector('form >> text=InvalidAccessKeyId')
  assert.ok(await page.isVisible('input[type=password]'), 'the session has ended')
})

test('a policy is changed in the console, and its faults are shown by the server', async (t) => {
  const { page, requireQuiet } = await open(t, server, '#/access')
  await createUser(page, 'reader')
  await page.click('tbody >> text=reader')
  await page.click('summary >> text=console')
  const area = page.locator('textarea')
  const before = await area.inputValue()
  await area.fill('{')
  assert.ok(await page.locator('details[open] button[type=submit]').isDisabled())
  await area.fill('{"Version":"1","Statement":[{"Effect":"Maybe"}]}')
  await page.click('details[open] button[type=submit]')
  await page.waitForSelector('[role=alert]')
  await area.fill(before.replace('scans/', 'papers/'))
  await page.click('details[open] button[type=submit]')
  await page.waitForSelector('text=The policy was saved')
  requireQuiet()
})

test('a policy is shared by a group, and a role is made that its users may assume', async (t) => {
  const { page, requireQuiet } = await open(t, server, '#/access?tab=policy')
  await page.waitForSelector('tbody >> text=AliyunOSSFullAccess')
  await page.click('.page > header .button.primary')
  await page.fill('dialog input >> nth=0', 'papers-read')
  const document = await page.locator('dialog textarea').inputValue()
  await page.fill('dialog textarea', document.replace('BUCKET', 'inbox'))
  await page.click('dialog button[type=submit]')
  await page.waitForSelector('text=Not attached.')

  await page.goto(`${server.endpoint}/-/console/#/access`)
  await createUser(page, 'member')
  await page.goto(`${server.endpoint}/-/console/#/access?tab=group`)
  await page.click('.page > header .button.primary')
  await page.fill('dialog input >> nth=0', 'readers')
  await page.click('dialog button[type=submit]')
  await page.selectOption('section >> nth=0 >> select', 'member')
  await page.click('text="Add"')
  await page.waitForSelector('a >> text="member"')
  await page.click('summary >> text=Attach a policy')
  await page.selectOption('details[open] select', 'papers-read')
  await page.click('details[open] >> text="Attach"')
  await page.click('a >> text="papers-read"')
  await page.waitForSelector('section a >> text="readers"')

  await page.goto(`${server.endpoint}/-/console/#/access?tab=role`)
  await page.click('.page > header .button.primary')
  await page.fill('dialog input >> nth=0', 'backup')
  await page.click('dialog button[type=submit]')
  await page.waitForSelector('text=:role/backup')
  const trust = page.locator('textarea').first()
  await trust.fill('{"Version":"1","Statement":[{"Effect":"Maybe"}]}')
  await page.click('button[type=submit] >> nth=0')
  await page.waitForSelector('[role=alert]')

  await page.goto(`${server.endpoint}/-/console/#/access?tab=policy`)
  await page.click('button[aria-label="Delete policy papers-read"]')
  await page.click('dialog .danger.primary')
  await page.waitForSelector('dialog >> text=DeleteConflict')
  requireQuiet()
})

test('settings of a bucket are changed, refused and deleted, and the lifecycle shows what it would do', async (t) => {
  const { page, requireQuiet } = await open(t, server, '#/buckets/other/settings?document=lifecycle')
  await page.click('summary >> text=Add a rule')
  await page.fill('details[open] input >> nth=0', '3')
  await page.fill('details[open] input >> nth=1', 'tmp/')
  await page.click('details[open] button[type=submit]')
  await page.waitForSelector('tr:has-text("below “tmp/”") >> text=Aborts uploads that are incomplete 3 days')
  await page.click('text=What would these rules do today?')
  await page.waitForSelector('text=Today they would do nothing.')
  const { rules } = await client.getBucketLifecycle('other')
  assert.deepEqual(
    rules.map(({ prefix, abortMultipartUpload }) => [prefix, String(abortMultipartUpload.days)]),
    [['tmp/', '3']],
  )
  await page.click('summary >> text=The document as text')
  const area = page.locator('textarea')
  await area.fill('<LifecycleConfiguration><Rule></Rule></LifecycleConfiguration>')
  await page.click('form:has(textarea) .primary')
  await page.waitForSelector('[role=alert]')
  await page.click('form:has(textarea) .button.danger')
  await page.waitForSelector('text=No rules: nothing is deleted')
  await page.goto(`${server.endpoint}/-/console/#/buckets/other/settings?document=versioning`)
  await page.click('text=Enable versioning')
  await page.waitForSelector('.badge >> text=enabled')
  requireQuiet()
})

test('a setting is changed by its form, which refuses what cannot be a value', async (t) => {
  const { page, requireQuiet } = await open(t, server, '#/buckets/other/settings?document=website')
  const field = page.locator('section.card form input[type=text]')
  await field.nth(0).fill('')
  assert.ok(await page.locator('section.card form button[type=submit] >> nth=0').isDisabled())
  await field.nth(0).fill('home.html')
  await field.nth(1).fill('lost & found.html')
  await page.click('section.card form button[type=submit] >> nth=0')
  await page.waitForSelector('text=The setting was saved')
  const { index, error } = await client.getBucketWebsite('other')
  assert.deepEqual([index, error], ['home.html', 'lost & found.html'])
  requireQuiet()
})

test('folders, tags, metadata and the ACL of an object are saved', async (t) => {
  await client.put('sheet.txt', Buffer.from('x'), { mime: 'text/plain', meta: { first: '1' } })
  const { page, requireQuiet } = await open(t, server, '#/buckets/inbox')
  await page.click('text=New folder')
  await page.fill('dialog input', 'papers & notes')
  await page.click('dialog .button.primary')
  await page.waitForSelector('tbody >> text=papers & notes/')
  await page.goto(`${server.endpoint}/-/console/#/buckets/inbox/object?key=sheet.txt&tab=tags`)
  await page.click('text=Add tag')
  await page.fill('input[aria-label="Name of tag 1"]', 'team')
  await page.fill('input[aria-label="Value of tag 1"]', 'docs')
  await page.click('section >> nth=0 >> .primary')
  await page.waitForSelector('text=The tags were saved.')
  await page.click('text=Add item')
  await page.fill('input[aria-label="Name of item 2"]', 'owner')
  await page.fill('input[aria-label="Value of item 2"]', '会议')
  await page.click('section >> nth=1 >> .primary')
  await page.waitForSelector('text=The metadata was saved')
  await page.selectOption('select', 'public-read')
  await page.waitForSelector('text=The ACL was saved.')
  const { tag } = await client.getObjectTagging('sheet.txt')
  const { headers } = (await client.head('sheet.txt')).res
  assert.deepEqual(tag, { team: 'docs' })
  assert.deepEqual([headers['x-oss-meta-first'], headers['content-type']], ['1', 'text/plain'])
  assert.equal(Buffer.from(headers['x-oss-meta-owner'], 'latin1').toString(), '会议')
  assert.equal((await client.getACL('sheet.txt')).acl, 'public-read')
  requireQuiet()
})

test('a bucket with objects, versions and uploads is emptied once its name is typed, and then deleted', async (t) => {
  await client.putBucket('full')
  const full = client
  full.useBucket('full')
  await full.putBucketVersioning('full', 'Enabled')
  for (const text of ['one', 'two']) await full.put('kept', Buffer.from(text))
  await full.delete('kept')
  await full.initMultipartUpload('open')
  full.useBucket('inbox')
  const { page, requireQuiet } = await open(t, server, '#/buckets')
  await page.click('button[aria-label="Delete bucket full"]')
  await page.click('dialog >> text="Delete"')
  await page.waitForSelector('text=BucketNotEmpty')
  await page.click('dialog >> text="Empty"')
  const confirm = page.locator('dialog dialog')
  assert.ok(await confirm.locator('button[type=submit]').isDisabled())
  await confirm.locator('input').fill('full')
  await confirm.locator('button[type=submit]').click()
  await page.waitForSelector('text=The bucket full is empty.')
  await page.click('dialog >> text="Delete"')
  await page.waitForSelector('text=The bucket full was deleted.')
  requireQuiet()
})
