// Long journeys: 1 GiB through a bad network, uploads that change between browser, command and machines, and files by handles.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { until, within } from './limits.mjs'
import { runLine, startCommand } from './run-line.mjs'
import { holdParts, useStage } from './stage.mjs'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const FILES = 'input[type=file][aria-label="Upload files"]'

let gibibyte
let small

const stage = useStage(['media'], async ({ folder }) => {
  gibibyte = await fileOf(folder, 'disk.img', GIB)
  small = await fileOf(folder, 'tape.bin', 24 * MIB)
})

/** A file with holes, in which every MiB begins with its number. */
async function fileOf(folder, name, bytes) {
  const file = path.join(folder, name)
  const handle = await openFile(file, 'w')
  await handle.truncate(bytes)
  for (let at = 0; at < bytes; at += MIB) await handle.write(`MiB ${at / MIB} of ${name}`, at)
  await handle.close()
  return file
}

async function digestOf(stream) {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}

async function requireStored(key, file) {
  const { stream } = await stage.client.getStream(key)
  assert.equal(await digestOf(stream), await digestOf(createReadStream(file)))
}

/** The numbers of the parts that the server has stored from this page, each as often as it was. */
function partsSent(page) {
  const numbers = []
  page.on('response', (response) => {
    const number = new URL(response.url()).searchParams.get('partNumber')
    if (number !== null && response.request().method() === 'PUT' && response.status() === 200) numbers.push(number)
  })
  return numbers
}

function untilMore(numbers, more) {
  const wanted = numbers.length + more
  return until(() => numbers.length >= wanted, `${more} more parts are stored`)
}

test('1 GiB arrives although the network is lost twice and the page is reloaded, and no stored part is sent again', async (t) => {
  const { page, context, requireQuiet } = await stage.open(t, '#/buckets/media?prefix=in%2F')
  const sent = partsSent(page)
  await page.setInputFiles(FILES, gibibyte)
  for (let cut = 0; cut < 2; cut += 1) {
    await untilMore(sent, 10)
    await context.setOffline(true)
    await page.waitForTimeout(1_000)
    await context.setOffline(false)
  }
  await untilMore(sent, 10)
  await page.reload()
  await page.waitForSelector('text=1 upload was interrupted in this browser.')
  await page.setInputFiles('.drawer .notice input[type=file]', gibibyte)
  await page.waitForSelector('text=done, CRC-64 verified', { timeout: 300_000 })
  assert.equal(new Set(sent).size, sent.length)
  await requireStored('in/disk.img', gibibyte)
  requireQuiet()
})

test('an upload of the command is watched in the browser, interrupted, and finished there', async (t) => {
  // it would take 100 seconds
  const flags = ['--part-size', '256KiB', '--parallel', '2', '--bandwidth-limit', '256KiB']
  const command = startCommand(stage.server, stage.folder, ['cp', 'tape.bin', 'oss://media/cli/tape.bin', ...flags])
  atEnd(t, () => command.kill('SIGKILL'))
  const { page } = await stage.open(t, '#/buckets/media/uploads?prefix=cli%2F')
  await page.waitForFunction(() => {
    const row = document.querySelector('tbody a')
    const buttons = [...document.querySelectorAll('.toolbar button')]
    if (row === null) buttons.find(({ textContent }) => textContent.includes('There are changes'))?.click()
    return row !== null
  })
  await page.click('tbody a')
  await page.waitForSelector('text=/^([2-9]|[1-8][0-9]) parts are stored/')
  const ended = once(command, 'exit')
  command.kill('SIGINT')
  assert.equal((await within(ended, 'the end of the interrupted command'))[0], 5)
  const sent = partsSent(page)
  await page.setInputFiles('input[type=file][aria-label="The file of this upload"]', small)
  await page.waitForSelector('text=This upload was completed.')
  assert.ok(sent.length <= 94, `${sent.length} of 96 parts were sent by the browser`)
  await requireStored('cli/tape.bin', small)
})

test('an upload of a browser that is gone is finished on another machine by the command on its page', async (t) => {
  const first = await stage.open(t, '#/buckets/media?prefix=moved%2F')
  const { reached } = await holdParts(first.page, 2)
  await first.page.setInputFiles(FILES, small)
  await reached
  await first.context.close()
  const { page } = await stage.open(t, '#/buckets/media/uploads?prefix=moved%2F')
  await page.click('tbody a')
  const line = await page.locator('pre.block').textContent()
  const { code, printed } = await runLine(stage.server, stage.folder, line.replace('FILE', 'tape.bin'))
  assert.equal(code, 0, printed)
  await page.waitForSelector('text=This upload was completed.')
  await requireStored('moved/tape.bin', small)
})

test('with a handle of the file an upload goes on after a reload without choosing the file again', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/buckets/media?prefix=handles%2F')
  // without a window there is no dialog: the person's choice is a file of the browser's own file system
  await page.evaluate(async (bytes) => {
    const root = await navigator.storage.getDirectory()
    const handle = await root.getFileHandle('film.bin', { create: true })
    const writable = await handle.createWritable()
    await writable.write(new Uint8Array(bytes).fill(7))
    await writable.close()
    globalThis.showOpenFilePicker = async () => [handle]
  }, 24 * MIB)
  const { reached, go } = await holdParts(page, 2)
  const sent = partsSent(page)
  await page.click('.page > header .button.primary')
  await reached
  await go()
  await page.reload()
  await page.click('text=/Continue 1 upload/')
  await page.waitForSelector('text=done, CRC-64 verified')
  assert.equal(new Set(sent).size, sent.length)
  const { content } = await stage.client.get('handles/film.bin')
  assert.equal(Buffer.compare(content, Buffer.alloc(24 * MIB, 7)), 0)
  requireQuiet()
})

test('before a file replaces an object, the person decides', async (t) => {
  await stage.client.put('taken/tape.bin', Buffer.from('old'))
  const { page } = await stage.open(t, '#/buckets/media?prefix=taken%2F')
  await page.setInputFiles(FILES, small)
  await page.waitForSelector('dialog >> text=taken/tape.bin')
  await page.click('dialog >> text=keep both')
  await page.waitForSelector('text=done, CRC-64 verified')
  await requireStored('taken/tape (2).bin', small)
  assert.equal((await stage.client.get('taken/tape.bin')).content.toString(), 'old')
})
