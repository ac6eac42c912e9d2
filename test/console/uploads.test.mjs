// Uploads: folders, those that a program began, and their end.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { useStage } from './stage.mjs'

const MIB = 1024 * 1024
const DATA = randomBytes(40 * MIB)
const PART = 4 * MIB

let file

const stage = useStage(['media'], async ({ folder }) => {
  file = path.join(folder, 'film.bin')
  await writeFile(file, DATA)
  await mkdir(path.join(folder, 'trip', 'day 1'), { recursive: true })
  await writeFile(path.join(folder, 'trip', 'a.txt'), 'a')
  await writeFile(path.join(folder, 'trip', 'day 1', 'b.txt'), 'b')
  await writeFile(path.join(folder, 'trip', '.DS_Store'), 'x')
})

const stored = async (key) => Buffer.compare((await stage.client.get(key)).content, DATA) === 0

/** Begins an upload as a program would, and sends the first parts of it. */
async function begin(key, parts) {
  const { uploadId } = await stage.client.initMultipartUpload(key)
  for (const part of parts) {
    const [from, to] = [(part - 1) * PART, Math.min(part * PART, DATA.length)]
    await stage.client.uploadPart(key, uploadId, part, file, from, to)
  }
  return uploadId
}

const addressOf = (key, uploadId) => `#/buckets/media/upload?key=${encodeURIComponent(key)}&id=${uploadId}`

test('folders keep their paths, without what systems leave in them', async (t) => {
  const { page } = await stage.open(t, '#/buckets/media?prefix=folder%2F')
  await page.setInputFiles('input[type=file][aria-label="Upload folder"]', path.join(stage.folder, 'trip'))
  await page.waitForSelector('text=Done 2')
  const { objects } = await stage.client.list({ prefix: 'folder/' })
  assert.deepEqual(
    objects.map(({ name }) => name),
    ['folder/trip/a.txt', 'folder/trip/day 1/b.txt'],
  )
})

test('a folder from the dialog of the browser keeps its paths, and its order', async (t) => {
  const { page } = await stage.open(t, '#/buckets/media?prefix=picked%2F')
  // the dialog belongs to the system; the handles are those of the browser's own file system
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const trip = await root.getDirectoryHandle('trip', { create: true })
    const below = await trip.getDirectoryHandle('day 1', { create: true })
    for (const [folder, name] of [...Array(40).keys()].map((index) => [index % 2 ? trip : below, `${index}.txt`])) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable()
      await file.write(name)
      await file.close()
    }
    globalThis.showDirectoryPicker = async () => trip
  })
  await page.click('text=Upload folder')
  await page.waitForSelector('text=Reading the files of the folder.')
  await page.waitForSelector('text=Done 40')
  const { objects } = await stage.client.list({ prefix: 'picked/', 'max-keys': 100 })
  assert.equal(objects.length, 40)
  assert.equal((await stage.client.get('picked/trip/day 1/38.txt')).content.toString(), '38.txt')
})

test('what a program began is finished in the browser, whatever parts it has sent', async (t) => {
  const uploadId = await begin('begun/film.bin', [1, 2, 5])
  const { page, requireQuiet } = await stage.open(t, addressOf('begun/film.bin', uploadId))
  await page.waitForSelector('text=3 parts are stored, up to number 5. Missing between them: 3–4.')
  const sent = []
  page.on('request', (request) => {
    const number = new URL(request.url()).searchParams.get('partNumber')
    if (number !== null && request.method() === 'PUT') sent.push(Number(number))
  })
  await page.setInputFiles('input[type=file][aria-label="The file of this upload"]', file)
  await page.waitForSelector('text=This upload was completed.')
  assert.ok(await stored('begun/film.bin'))
  assert.deepEqual(
    sent.sort((one, other) => one - other),
    [3, 4, 6, 7, 8, 9, 10],
  )
  requireQuiet()
})

test('parts appear while a program sends them, and its end too', async (t) => {
  const uploadId = await begin('live.bin', [1])
  const { page } = await stage.open(t, addressOf('live.bin', uploadId))
  await page.waitForSelector('text=1 parts are stored')
  await stage.client.uploadPart('live.bin', uploadId, 2, file, PART, 2 * PART)
  await page.waitForSelector('text=2 parts are stored')
  await stage.client.abortMultipartUpload('live.bin', uploadId)
  await page.waitForSelector('text=This upload was aborted.')
})

test('an upload is completed from its page, and replaces nothing by accident', async (t) => {
  await stage.client.put('done.bin', Buffer.from('old'))
  const uploadId = await begin('done.bin', [1, 2])
  const { page } = await stage.open(t, addressOf('done.bin', uploadId))
  await page.click('.page > header button:has-text("Complete")')
  await page.waitForSelector('text=An object of 3 B already has this key.')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=FileAlreadyExists')
  await page.uncheck('dialog input[type=checkbox]')
  await page.click('dialog .button.primary')
  await page.waitForSelector('dl.facts >> text=Multipart')
  assert.equal((await stage.client.head('done.bin')).res.headers['content-length'], String(2 * PART))
})

test('orphans of all buckets are listed with what they hold, and aborted together', async (t) => {
  for (const name of ['orphan/1', 'orphan/2', 'orphan/3']) await begin(name, [1])
  const { page, requireQuiet } = await stage.open(t, '#/uploads?prefix=orphan%2F')
  await page.waitForSelector('text=media/orphan/3')
  await page.waitForSelector('tbody tr >> text=4.0 MiB')
  await page.check('input[aria-label="Select all loaded rows"]')
  await page.click('.toolbar .button.danger')
  await page.waitForSelector('text=This frees 12.0 MiB.')
  await page.click('dialog .danger.primary')
  await page.waitForSelector('text=3 uploads were aborted.')
  await page.waitForSelector('text=No incomplete uploads.')
  assert.deepEqual((await stage.client.listUploads({ prefix: 'orphan/', 'max-uploads': 10 })).uploads, [])
  requireQuiet()
})

test('an upload is completed with the parts of a list, and the others are dropped', async (t) => {
  const uploadId = await begin('some.bin', [1, 2, 3, 5])
  const { page, requireQuiet } = await stage.open(t, addressOf('some.bin', uploadId))
  await page.click('.page > header button:has-text("Complete")')
  await page.selectOption('dialog select', 'chosen')
  const list = page.locator('dialog input[type=text]')
  assert.equal(await list.inputValue(), '1-3, 5')
  await list.fill('1, 4')
  await page.waitForSelector('text=Some of these parts are not stored.')
  assert.ok(await page.isDisabled('dialog .button.primary'))
  await list.fill('2-3')
  await page.waitForSelector('text=2 stored parts are not in the list')
  const crc64 = await page.locator('dialog dt:has-text("CRC-64") + dd').filter({ hasText: /^\d+$/ }).textContent()
  await page.click('dialog .button.primary')
  await page.waitForSelector('dl.facts >> text=Multipart')
  const { content, res } = await stage.client.get('some.bin')
  assert.equal(Buffer.compare(content, DATA.subarray(PART, 3 * PART)), 0)
  assert.equal(res.headers['x-oss-hash-crc64ecma'], crc64)
  requireQuiet()
})

test('uploads are filtered by what they hold, sorted by it, and saved as JSON and CSV', async (t) => {
  for (const [key, parts] of Object.entries({ small: [1], large: [1, 2, 3], medium: [1, 2] }))
    await begin(`f/${key}`, parts)
  const { page, requireQuiet } = await stage.open(t, '#/buckets/media/uploads?prefix=f%2F')
  const shown = () => page.locator('tbody tr .named').allTextContents()
  await page.click('th button >> text=Stored')
  await page.waitForFunction(() => document.querySelector('tbody tr .named')?.textContent === 'f/small')
  assert.deepEqual(await shown(), ['f/small', 'f/medium', 'f/large'])
  await page.selectOption('select:has(option[value="1024"])', '1')
  await page.waitForSelector('text=3 uploads')
  const saved = async (format) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`.toolbar >> text=${format}`)])
    return readFile(await download.path(), 'utf8')
  }
  const rows = JSON.parse(await saved('JSON'))
  assert.deepEqual(rows.map(({ bucket, key, parts, bytes }) => [bucket, key, parts, bytes]).sort(), [
    ['media', 'f/large', 3, 3 * PART],
    ['media', 'f/medium', 2, 2 * PART],
    ['media', 'f/small', 1, PART],
  ])
  assert.match(await saved('CSV'), /"media","f\/large",.*"3","12582912"/)
  await page.selectOption('select:has(option[value=orphans])', 'orphans')
  await page.waitForSelector('text=No upload matches the filter.')
  await page.selectOption('select:has(option[value=orphans])', 'active')
  await page.waitForSelector('text=3 uploads')
  await page.fill('input[aria-label="Begun by"]', '4711')
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=No upload matches the filter.')
  assert.match(page.url(), /view=active/)
  requireQuiet()
})

test('the page of an upload shows what began it, and when its parts arrived', async (t) => {
  const uploadId = await begin('shown.bin', [1, 3])
  const { page } = await stage.open(t, addressOf('shown.bin', uploadId))
  await page.waitForSelector(`dd >> text="${stage.server.accessKeyId}"`)
  await page.waitForSelector('dd >> text=/127.0.0.1 · aliyun-sdk-nodejs/')
  await page.waitForSelector('dt >> text="First part"')
  await page.waitForSelector('dd >> text=/8.0 MiB in 2 parts · .*iB\\/s/')
  await stage.client.abortMultipartUpload('shown.bin', uploadId)
})

test('the rate of an upload in the list follows what arrives, and its initiator is found by its key', async (t) => {
  const uploadId = await begin('moving.bin', [1])
  const { page } = await stage.open(t, '#/buckets/media/uploads?prefix=moving')
  const row = page.locator('tbody tr', { hasText: 'moving.bin' })
  await row.locator('td >> text=/active now .*\\/s/').waitFor()
  await row.locator('td >> text="4.0 MiB"').waitFor()
  await stage.client.uploadPart('moving.bin', uploadId, 2, file, PART, 2 * PART)
  await row.locator('td >> text="8.0 MiB"').waitFor()
  await page.fill('.toolbar input >> nth=1', stage.server.accessKeyId)
  await page.keyboard.press('Enter')
  await row.waitFor()
  await page.fill('.toolbar input >> nth=1', 'someone else')
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=No upload matches the filter.')
  await stage.client.abortMultipartUpload('moving.bin', uploadId)
})

test('a filter is saved as a view, chosen again after a reload, and deleted', async (t) => {
  const { page } = await stage.open(t, '#/uploads?prefix=film&size=100')
  await page.click('[aria-label="Saved views"]')
  await page.fill('dialog input[type=text]', '大文件 <films>')
  await page.click('dialog .button.primary')
  await page.goto(`${stage.server.endpoint}/-/console/#/uploads`)
  await page.reload()
  const views = page.locator('.toolbar select').first()
  await views.selectOption({ label: '大文件 <films>' })
  await page.waitForFunction(() => location.hash === '#/uploads?prefix=film&size=100')
  await views.selectOption({ label: 'all uploads' })
  await page.waitForFunction(() => location.hash === '#/uploads')
  await page.click('[aria-label="Saved views"]')
  assert.ok(await page.isDisabled('dialog .button.primary'), 'a view of everything')
  await page.click('dialog [aria-label="Delete the view 大文件 <films>"]')
  await page.keyboard.press('Escape')
  assert.equal(await views.locator('option').count(), 4)
})
