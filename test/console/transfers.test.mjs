// The panel of transfers: folders, its width, and uploads that another machine takes over.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { openConsole } from './browser.mjs'
import { holdParts, useStage } from './stage.mjs'

const MIB = 1024 * 1024
const FILES = 'input[type=file][aria-label="Upload files"]'
const DATA = randomBytes(24 * MIB)

let file
let folder

const stage = useStage(['media'], async (made) => {
  file = path.join(made.folder, 'tape.bin')
  await writeFile(file, DATA)
  folder = path.join(made.folder, 'trip')
  await mkdir(path.join(folder, 'day 1'), { recursive: true })
  for (let index = 0; index < 30; index += 1)
    await writeFile(path.join(folder, 'day 1', `${index}.txt`), `file ${index}`)
})

test('a folder is one entry of the panel, which shows its files on request', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets/media?prefix=in%2F')
  await page.setInputFiles('input[type=file][aria-label="Upload folder"]', folder)
  await page.setInputFiles(FILES, file)
  await page.waitForSelector('.transfer >> text=30 of 30 files')
  await page.waitForSelector('text=Done 31')
  assert.equal(await page.locator('.drawer .transfer').count(), 2)
  await page.click('summary:has-text("media/in/trip/")')
  await page.waitForSelector('.nested >> text=in/trip/day 1/29.txt')
  requireQuiet()
})

test('the panel has the width that its edge was moved to, also after a reload', async (t) => {
  const { page } = await stage.open(t, '#/buckets/media?prefix=width%2F')
  await page.setInputFiles(FILES, path.join(folder, 'day 1', '1.txt'))
  await page.waitForSelector('text=Done 1')
  const width = () => page.locator('.drawer').evaluate((drawer) => drawer.offsetWidth)
  assert.equal(await width(), 500)
  const { height } = page.viewportSize()
  await page.mouse.move(1280 - 498, height / 2)
  await page.mouse.down()
  await page.mouse.move(1280 - 700, height / 2)
  await page.mouse.up()
  await page.waitForFunction(() => document.querySelector('.drawer').offsetWidth === 700)
  await page.focus('.edge')
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction(() => document.querySelector('.drawer').offsetWidth === 676)
  await page.reload()
  await page.setInputFiles(FILES, path.join(folder, 'day 1', '2.txt'))
  await page.waitForSelector('.drawer')
  assert.equal(await width(), 676)
})

test('with a ticket someone without a key goes on with an upload, and sends what is missing', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets/media?prefix=handed%2F')
  await holdParts(page, 3)
  await page.setInputFiles(FILES, file)
  await page.waitForSelector('text=/^3 of 24 parts stored/')
  await page.click('button[aria-label="Continue handed/tape.bin on another machine"]')
  await page.click('dialog >> text=Pause here')
  await page.waitForSelector('dialog >> text=Pause here', { state: 'detached' })
  assert.match(
    await page.textContent('dialog pre'),
    /^bindery mpu resume oss:\/\/media\/handed\/tape.bin [0-9A-F]+ FILE$/,
  )
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('dialog >> text=Save a ticket')])
  const ticket = path.join(stage.folder, 'upload-ticket.json')
  await writeFile(ticket, await readFile(await download.path()))
  requireQuiet()

  const other = await openConsole(stage.browser, stage.server)
  atEnd(t, () => other.context.close())
  await other.page.click('text=Upload with a ticket')
  const numbers = []
  other.page.on('request', (request) => {
    const number = new URL(request.url()).searchParams.get('partNumber')
    if (request.method() === 'PUT' && number !== null) numbers.push(Number(number))
  })
  await other.page.setInputFiles('input[type=file]', file)
  await other.page.waitForSelector('text=This file is not an upload ticket.')
  await other.page.setInputFiles('input[type=file]', ticket)
  await other.page.waitForSelector('dd >> text=media/handed/tape.bin')
  await other.page.setInputFiles('input[type=file] >> nth=1', ticket)
  await other.page.waitForSelector('text=the ticket is for another file.')
  await other.page.setInputFiles('input[type=file] >> nth=1', file)
  await other.page.waitForSelector('text=done, CRC-64 verified')
  assert.equal(new Set(numbers).size, 21, numbers.join())
  const { content } = await stage.client.get('handed/tape.bin')
  assert.equal(Buffer.compare(content, DATA), 0)
  assert.equal(await other.page.locator('.shell').count(), 0)
  other.requireQuiet()
})

test('the list shows what was uploaded into it as it is stored', async (t) => {
  const { page } = await stage.open(t, '#/buckets/media?prefix=fresh%2F')
  await page.waitForSelector('text=No object here yet.')
  await page.setInputFiles(FILES, path.join(folder, 'day 1', '3.txt'))
  await page.waitForSelector('tbody >> text=3.txt')
})
