// The settings of a bucket that are more than a document: rules that are rehearsed, limits, styles, domains, and copies.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { useStage } from './stage.mjs'

const stage = useStage(['demo', 'other'], undefined, ['--trusted-domains', '*.trusted.example'])

const setting = (name) => `#/buckets/demo/settings?document=${name}`
const saved = (page) => page.waitForSelector('text=The setting was saved')

test('a rule is rehearsed before it is set, then disabled, and deleted', async (t) => {
  const { client } = stage
  await client.put('old/a.txt', Buffer.alloc(2_048))
  const { page, requireQuiet } = await stage.open(t, setting('lifecycle'))
  await page.click('summary >> text=Add a rule')
  await page.selectOption('details[open] select', 'move')
  await page.fill('details[open] input >> nth=0', '30')
  await page.fill('details[open] input >> nth=1', 'old/')
  await page.click('text=What would all rules, including this one, do today?')
  await page.waitForSelector('text=Today they would do nothing.')
  await assert.rejects(client.getBucketLifecycle('demo'), { code: 'NoSuchLifecycle' })
  await page.click('details[open] button[type=submit]')
  await page.waitForSelector('tbody >> text=Moves objects to IA after 30 days.')
  const [rule] = (await client.getBucketLifecycle('demo')).rules
  assert.deepEqual([rule.prefix, rule.status, rule.transition.storageClass], ['old/', 'Enabled', 'IA'])
  await page.click('tbody >> text=Disable')
  await page.waitForSelector('tbody >> text=disabled')
  assert.equal((await client.getBucketLifecycle('demo')).rules[0].status, 'Disabled')
  await page.click('button[aria-label="Delete rule 1"]')
  await page.waitForSelector('text=No rules: nothing is deleted')
  requireQuiet()
})

test('a rehearsal names the objects that rules would delete at once', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('lifecycle'))
  await page.click('summary >> text=The document as text')
  await page.fill(
    'textarea',
    '<LifecycleConfiguration><Rule><ID>all</ID><Prefix>old/</Prefix><Status>Enabled</Status><Expiration><Date>2020-01-01T00:00:00.000Z</Date></Expiration></Rule></LifecycleConfiguration>',
  )
  // the server applies rules once an hour
  await page.click('form:has(textarea) .primary')
  await page.waitForSelector('tbody >> text=Deletes all objects on 2020-01-01')
  await client.put('old/b.txt', Buffer.alloc(2_048))
  await page.click('text=What would these rules do today?')
  await page.waitForSelector('text=objects or versions deleted')
  await page.click('summary >> text=Which ones')
  await page.waitForSelector('details[open] tbody >> text=old/b.txt')
  await client.deleteBucketLifecycle('demo')
  requireQuiet()
})

test('a capacity is set by its form, and refuses what exceeds it', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('quota'))
  await page.fill('form input >> nth=0', 'much')
  assert.ok(await page.locator('form button[type=submit]').first().isDisabled())
  await page.fill('form input >> nth=0', '4096')
  await page.waitForSelector('form >> text=4.0 KiB')
  await page.click('form button[type=submit] >> nth=0')
  await saved(page)
  await assert.rejects(client.put('large', Buffer.alloc(20_000)), { code: 'QuotaExceeded' })
  await page.click('summary >> text=The document as text')
  await page.click('form .button.danger')
  await page.waitForSelector('text=not set: this is an example')
  await client.put('large', Buffer.alloc(20_000))
  requireQuiet()
})

test('a bucket is limited to an upload by its form, and the limit is lifted', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('quota'))
  await page.fill('label:has-text("Incomplete uploads at most") input', '1')
  await page.click('form button[type=submit] >> nth=0')
  await saved(page)
  const { uploadId } = await client.initMultipartUpload('first')
  await assert.rejects(client.initMultipartUpload('second'), { code: 'QuotaExceeded' })
  await page.reload()
  assert.equal(await page.inputValue('label:has-text("Incomplete uploads at most") input'), '1')
  await page.fill('label:has-text("Incomplete uploads at most") input', '')
  await page.click('form button[type=submit] >> nth=0')
  await saved(page)
  await client.abortMultipartUpload('second', (await client.initMultipartUpload('second')).uploadId)
  await client.abortMultipartUpload('first', uploadId)
  await page.click('summary >> text=The document as text')
  await page.click('form .button.danger')
  await page.waitForSelector('text=not set: this is an example')
  requireQuiet()
})

test('limits of a requester are set, shown, changed and deleted', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('requesters'))
  await page.waitForSelector('text=No requester has limits of its own.')
  await page.fill('form input >> nth=0', '2000000000000002')
  await page.fill('label:has-text("Requests per second") input', '50')
  await page.click('form .primary')
  await page.waitForSelector('tbody >> text=Requests per second: 50')
  await page.click('tbody >> text=Edit')
  await page.fill('label:has-text("Requests per second") input', '60')
  await page.click('form .primary')
  await page.waitForSelector('tbody >> text=Requests per second: 60')
  await page.click('tbody >> text=Delete')
  await page.waitForSelector('text=No requester has limits of its own.')
  requireQuiet()
})

test('a style is made from an example, and deleted', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('styles'))
  await page.waitForSelector('text=No styles.')
  await page.fill('form input >> nth=0', 'small')
  await page.selectOption('form select', 'quality')
  await page.click('form .primary')
  await page.waitForSelector('tbody >> text=image/quality,q_80')
  await page.click('tbody >> text=Delete')
  await page.waitForSelector('text=No styles.')
  requireQuiet()
})

test('a domain needs the token of its TXT record, unless the server trusts it; it is bound and unbound', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('domains'))
  await page.fill('form input', 'files.example')
  await page.click('text=Get the token')
  await page.waitForSelector('text=_dnsauth.files.example')
  await page.fill('form input', 'files.trusted.example')
  await page.click('form .primary')
  await page.waitForSelector('tbody >> text=files.trusted.example')
  await page.fill('form input', 'files.trusted.example')
  await page.click('text=Get the token')
  await page.waitForSelector('text=This domain is already bound to this bucket.')
  await page.click('tbody >> text=Unbind')
  await page.waitForSelector('text=No domains are bound.')
  requireQuiet()
})

test('a callback is added by its form, is found in the document, and deleted', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('callbackPolicy'))
  await page.click('summary >> text=Add a callback')
  await page.fill('details[open] input >> nth=0', 'stored')
  await page.fill('details[open] input >> nth=1', 'http://127.0.0.1:8080/stored')
  await page.click('details[open] .primary')
  await page.waitForSelector('tbody >> text=http://127.0.0.1:8080/stored')
  await page.click('summary >> text=The document as text')
  assert.match(await page.inputValue('textarea >> nth=-1'), /<PolicyName>stored<\/PolicyName>/)
  await page.click('tbody >> text=Delete')
  await page.waitForSelector('text=No callback.')
  requireQuiet()
})

test('settings are kept in a file, given to another bucket, and taken from the file', async (t) => {
  const { client } = stage
  await client.putBucketCORS('demo', [{ allowedOrigin: 'https://a.example', allowedMethod: 'GET' }])
  const Statement = [
    { Effect: 'Allow', Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:demo/open/*'] },
  ]
  await client.putBucketPolicy('demo', { Version: '1', Statement })
  const { page, requireQuiet } = await stage.open(t, setting('copySettings'))
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save as a file')])
  assert.equal(download.suggestedFilename(), 'demo-settings.json')
  const file = `${await download.path()}.json`
  const text = await readFile(await download.path(), 'utf8')
  await writeFile(file, text)
  assert.match(JSON.parse(text).documents.cors, /https:\/\/a\.example/)
  await page.click('text=Apply to other')
  await page.waitForSelector('text=settings were applied.')
  assert.equal((await client.getBucketCORS('other')).rules[0].allowedOrigin, 'https://a.example')
  const { policy } = await client.getBucketPolicy('other')
  assert.deepEqual(policy.Statement[0].Resource, ['acs:oss:*:*:other/open/*'])
  await client.deleteBucketCORS('demo')
  await page.click('summary >> text=Import from a file')
  await page.setInputFiles('input[type=file]', file)
  await page.click('details[open] >> text=Apply to demo')
  await page.waitForSelector('details[open] >> text=settings were applied.')
  assert.equal((await client.getBucketCORS('demo')).rules[0].allowedOrigin, 'https://a.example')
  requireQuiet()
})
