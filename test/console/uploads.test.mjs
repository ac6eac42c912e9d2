// Uploads: folders, those that a program began, and their end.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'

const MIB = 1024 * 1024
const DATA = randomBytes(40 * MIB)
const PART = 4 * MIB

let server
let client
let browser
let folder
let file

before(async () => {
  server = await startServer({ args: ['--buckets', 'media'] })
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  client = new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret },
    ...{ bucket: 'media', authorizationV4: true, sldEnable: true, timeout: 60_000 },
  })
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-uploads-'))
  file = path.join(folder, 'film.bin')
  await writeFile(file, DATA)
  await mkdir(path.join(folder, 'trip', 'day 1'), { recursive: true })
  await writeFile(path.join(folder, 'trip', 'a.txt'), 'a')
  await writeFile(path.join(folder, 'trip', 'day 1', 'b.txt'), 'b')
  await writeFile(path.join(folder, 'trip', '.DS_Store'), 'x')
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

async function open(t, address, options) {
  const opened = await openConsole(browser, server, options)
  t.after(() => opened.context.close())
  await signIn(opened.page, server)
  await opened.page.goto(`${server.endpoint}/-/console/${address}`)
  return opened
}

const stored = async (key) => Buffer.compare((await client.get(key)).content, DATA) === 0

/** Begins an upload as a program would, and sends the first parts of it. */
async function begin(key, parts) {
  const { uploadId } = await client.initMultipartUpload(key)
  for (const part of parts) {
    const [from, to] = [(part - 1) * PART, Math.min(part * PART, DATA.length)]
    await client.uploadPart(key, uploadId, part, file, from, to)
  }
  return uploadId
}

const addressOf = (key, uploadId) => `#/buckets/media/upload?key=${encodeURIComponent(key)}&id=${uploadId}`

test('folders keep their paths, without what systems leave in them', async (t) => {
  const { page } = await open(t, '#/buckets/media?prefix=folder%2F')
  await page.setInputFiles('input[type=file][aria-label="Upload folder"]', path.join(folder, 'trip'))
  await page.waitForSelector('text=Done 2')
  const { objects } = await client.list({ prefix: 'folder/' })
  assert.deepEqual(
    objects.map(({ name }) => name),
    ['folder/trip/a.txt', 'folder/trip/day 1/b.txt'],
  )
})

test('a folder from the dialog of the browser keeps its paths, and its order', async (t) => {
  const { page } = await open(t, '#/buckets/media?prefix=picked%2F')
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
  await page.waitForSelector('text=The files of the folder are being read.')
  await page.waitForSelector('text=Done 40')
  const { objects } = await client.list({ prefix: 'picked/', 'max-keys': 100 })
  assert.equal(objects.length, 40)
  assert.equal((await client.get('picked/trip/day 1/38.txt')).content.toString(), '38.txt')
})

test('what a program began is finished in the browser, whatever parts it has sent', async (t) => {
  const uploadId = await begin('begun/film.bin', [1, 2, 5])
  const { page, requireQuiet } = await open(t, addressOf('begun/film.bin', uploadId))
  await page.waitForSelector('text=3 parts are stored, up to number 5. Missing between them: 3–4.')
  const sent = []
  page.on('request', (request) => {
    const number = new URL(request.url()).searchParams.get('partNumber')
    if (number !== null && request.method() === 'PUT') sent.push(Number(number))
  })
  await page.setInputFiles('input[type=file][aria-label="The file of this upload"]', file)
  await page.waitForSelector('text=This upload was completed.', { timeout: 60_000 })
  assert.ok(await stored('begun/film.bin'))
  assert.deepEqual(
    sent.sort((one, other) => one - other),
    [3, 4, 6, 7, 8, 9, 10],
  )
  requireQuiet()
})

test('parts appear while a program sends them, and its end too', async (t) => {
  const uploadId = await begin('live.bin', [1])
  const { page } = await open(t, addressOf('live.bin', uploadId))
  await page.waitForSelector('text=1 parts are stored')
  await client.uploadPart('live.bin', uploadId, 2, file, PART, 2 * PART)
  await page.waitForSelector('text=2 parts are stored', { timeout: 5_000 })
  await client.abortMultipartUpload('live.bin', uploadId)
  await page.waitForSelector('text=This upload was aborted.', { timeout: 5_000 })
})

test('an upload is completed from its page, and replaces nothing by accident', async (t) => {
  await client.put('done.bin', Buffer.from('old'))
  const uploadId = await begin('done.bin', [1, 2])
  const { page } = await open(t, addressOf('done.bin', uploadId))
  await page.click('.page > header button:has-text("Complete")')
  await page.waitForSelector('text=An object of 3 B has this key already.')
  await page.click('dialog .button.primary')
  await page.waitForSelector('text=FileAlreadyExists')
  await page.uncheck('dialog input[type=checkbox]')
  await page.click('dialog .button.primary')
  await page.waitForSelector('dl.facts >> text=Multipart')
  assert.equal((await client.head('done.bin')).res.headers['content-length'], String(2 * PART))
})

test('orphans of all buckets are listed with what they hold, and aborted together', async (t) => {
  for (const name of ['orphan/1', 'orphan/2', 'orphan/3']) await begin(name, [1])
  const { page, requireQuiet } = await open(t, '#/uploads?prefix=orphan%2F')
  await page.waitForSelector('text=media/orphan/3')
  await page.waitForSelector('tbody tr >> text=4.0 MiB')
  await page.check('input[aria-label="Select all rows that were loaded"]')
  await page.click('.toolbar .button.danger')
  await page.waitForSelector('text=This frees 12.0 MiB.')
  await page.click('dialog .danger.primary')
  await page.waitForSelector('text=3 uploads were aborted.')
  await page.waitForSelector('text=No incomplete uploads.')
  assert.deepEqual((await client.listUploads({ prefix: 'orphan/', 'max-uploads': 10 })).uploads, [])
  requireQuiet()
})
