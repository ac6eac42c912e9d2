// Settings of a bucket by their forms, and objects that get another key or are read again.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { useStage } from './stage.mjs'

const PART = 100 * 1024

const stage = useStage(['demo', 'reports'])

const setting = (name) => `#/buckets/demo/settings?document=${name}`

test('a CORS rule is added by its form, changed and removed', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('cors'))
  await page.click('text=Add a rule for uploads from browsers')
  await page.fill('textarea >> nth=0', 'https://a.example\nhttps://*.b.example')
  await page.uncheck('fieldset >> text=DELETE')
  await page.click('form >> text="Save"')
  await page.waitForSelector('text=The setting was saved')
  const { rules } = await client.getBucketCORS('demo')
  assert.deepEqual(rules[0].allowedOrigin, ['https://a.example', 'https://*.b.example'])
  assert.deepEqual(rules[0].allowedMethod, ['GET', 'HEAD', 'PUT', 'POST'])
  assert.equal(rules[0].maxAgeSeconds, '600')
  await page.click('button[aria-label="Remove rule 1"]')
  await page.waitForSelector('text=No rules: browsers do not let pages')
  const isDeletion = (response) => response.request().method() === 'DELETE' && response.url().includes('cors')
  await Promise.all([page.waitForResponse(isDeletion), page.click('form >> text="Save"')])
  await assert.rejects(client.getBucketCORS('demo'), { code: 'NoSuchCORSConfiguration' })
  requireQuiet()
})

test('a permission is added to the policy of a bucket by its form, shown in the table, and removed', async (t) => {
  const { client, server } = stage
  const { page, requireQuiet } = await stage.open(t, setting('policy'))
  await page.waitForSelector('text=No policy: the ACL')
  await page.click('summary >> text=Add a permission')
  await page.fill('details[open] input >> nth=0', '*')
  await page.fill('details[open] input >> nth=1', 'public/')
  await page.click('details[open] .button.primary')
  await page.waitForSelector('tbody >> text=demo/public/*')
  const { policy } = await client.getBucketPolicy('demo')
  assert.deepEqual(policy.Statement[0].Principal, ['*'])
  assert.ok(policy.Statement[0].Action.includes('oss:GetObject'))
  await client.put('public/a.txt', Buffer.from('a'))
  assert.equal((await fetch(`${server.endpoint}/demo/public/a.txt`)).status, 200)
  for (let left = policy.Statement.length; left > 0; left -= 1) {
    await page.click('button[aria-label="Remove statement 1"]')
    await page.waitForFunction((rows) => document.querySelectorAll('tbody tr').length === rows, left - 1)
  }
  assert.equal((await fetch(`${server.endpoint}/demo/public/a.txt`)).status, 403)
  requireQuiet()
})

test('tags of a bucket are saved by their form', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('tagging'))
  await page.click('text=Add tag')
  await page.fill('input[aria-label="Name of tag 1"]', 'team')
  await page.fill('input[aria-label="Value of tag 1"]', 'a & b')
  await page.click('form >> text="Save"')
  await page.waitForSelector('text=The tags were saved.')
  assert.deepEqual((await client.getBucketTags('demo')).tag, { team: 'a & b' })
  requireQuiet()
})

test('retention begins, protects, and is ended', async (t) => {
  const { client } = stage
  const { page, requireQuiet } = await stage.open(t, setting('retention'))
  await page.fill('section input', '1')
  await page.click('text=Create a policy')
  await page.waitForSelector('text=in progress')
  await client.put('kept', Buffer.from('x'))
  await assert.rejects(client.delete('kept'), { code: 'FileImmutable' })
  await page.click('text="End it"')
  await page.waitForSelector('text=Create a policy')
  await client.delete('kept')
  requireQuiet()
})

test('an inventory is added, run and deleted', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('inventories'))
  await page.click('summary >> text=Add an inventory')
  await page.fill('details[open] input >> nth=0', 'weekly')
  await page.fill('details[open] input >> nth=2', 'reports')
  await page.click('details[open] .button.primary')
  await page.waitForSelector('tbody >> text=reports/inventory/')
  await page.click('tbody >> text=Run now')
  await page.waitForSelector('text=The report will be created within a minute.')
  await page.click('tbody >> text=Delete')
  await page.waitForSelector('text=No inventories.')
  requireQuiet()
})

test('a replication rule is kept, and deleted', async (t) => {
  const { page, requireQuiet } = await stage.open(t, setting('replication'))
  await page.click('summary >> text=Add a rule')
  await page.fill('details[open] input >> nth=0', 'reports')
  await page.fill('details[open] textarea', 'logs/')
  await page.click('details[open] .button.primary')
  await page.waitForSelector('tbody >> text=logs/')
  await page.click('tbody >> text=Delete')
  await page.waitForSelector('text=No rule.')
  requireQuiet()
})

test('an object is renamed, and replaces another only where that is wished', async (t) => {
  const { client } = stage
  await client.put('old.txt', Buffer.from('old'), { headers: { 'x-oss-meta-a': 'b' } })
  await client.put('taken.txt', Buffer.from('taken'))
  const { page, requireQuiet } = await stage.open(t, '#/buckets/demo')
  await page.click('button[aria-label="More about old.txt"]')
  await page.click('dialog >> text=Copy, rename or move')
  await page.fill('dialog input[type=text]', 'taken.txt')
  await page.click('dialog .button.primary')
  await page.waitForSelector('dialog >> text=FileAlreadyExists')
  await page.fill('dialog input[type=text]', 'new/name.txt')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=The object was renamed or moved.')
  await page.waitForSelector('tbody >> text=new/')
  const { res } = await client.head('new/name.txt')
  assert.equal(res.headers['x-oss-meta-a'], 'b')
  await assert.rejects(client.head('old.txt'), { status: 404 })
  assert.equal((await client.get('taken.txt')).content.toString(), 'taken')
  requireQuiet()
})

test('the parts of an object are listed, and its bytes are read again', async (t) => {
  const { client } = stage
  await client.multipartUpload('film.mp4', Buffer.alloc(3 * PART, 7), { partSize: PART })
  const { page, requireQuiet } = await stage.open(t, '#/buckets/demo/object?key=film.mp4&tab=manifest')
  await page.waitForSelector('tbody tr >> nth=2')
  await page.click('text=Verify now')
  await page.waitForSelector('.notice.good >> text=The content is as it was stored')
  requireQuiet()
})

test('the parts of an upload are saved as the list that completes it', async (t) => {
  const { client } = stage
  const { uploadId } = await client.initMultipartUpload('parts.bin')
  for (const part of [1, 2]) await client.uploadPart('parts.bin', uploadId, part, Buffer.alloc(PART, part), 0, PART)
  const { page, requireQuiet } = await stage.open(t, `#/buckets/demo/upload?key=parts.bin&id=${uploadId}`)
  await page.click('text=Parts as a table')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=List for completing')])
  const document = await readFile(await download.path(), 'utf8')
  const etags = [...document.matchAll(/<PartNumber>(\d)<\/PartNumber><ETag>"([\dA-F]{32})"/g)]
  await client.completeMultipartUpload(
    'parts.bin',
    uploadId,
    etags.map(([, number, etag]) => ({ number: Number(number), etag: `"${etag}"` })),
  )
  assert.equal((await client.head('parts.bin')).res.headers['content-length'], String(2 * PART))
  requireQuiet()
})
