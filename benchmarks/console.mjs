// Does the console stay smooth with very many keys, parts and files? For each of three long lists: the longest task that blocks the
// page, in the processor's time for the page's own work, for the whole task, and by the clock, and the memory that its scripts hold. No
// task should have 100 ms of own work. What is not the page's own is the browser's list of the chosen files.
// Usage: npm run bench -- console [keys, 1,000,000 by default] [parts, 10,000 by default] [files, 50,000 by default]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocalMetadataStore } from '@bindery/storage-local'
import { objectRows } from '../packages/service/dist/domain/stored/keyspace.js'
import { openConsole, signIn, startBrowser } from '../test/console/browser.mjs'
import { heapBytes, recordTasks } from '../test/console/tasks.mjs'
import { describeRun, machineLine } from './support/report.mjs'
import { bytesOf, Session } from './support/session.mjs'
import { startBindery } from './support/targets.mjs'

const [KEYS = 1_000_000, PARTS = 10_000, FILES = 50_000] = process.argv.slice(2).map(Number)
const ROWS_AT_ONCE = 500
const PART_BYTES = 102_400
/** How long files are sent while the page is watched. */
const SENDING_MS = 20_000
/** No answer for so long while one scrolls: the listing has stopped. */
const STUCK_MS = 120_000

/** Writes rows of objects that share the bytes of a first one; listings cannot distinguish them. */
async function fill(folder) {
  const server = await startBindery({ folder })
  const session = new Session(server)
  await session.open()
  const [key] = await session.putObjects(1, 8_192)
  const { bucket } = session
  const upload = await session.initiate('map.bin')
  const parts = Array.from({ length: PARTS }, (_, index) => upload.part(index + 1, bytesOf(PART_BYTES)))
  await session.client.drive(parts, 8)
  session.close()
  await server.stop()
  const store = await openLocalMetadataStore({ folder: join(folder, 'metadata') })
  const record = await store.read((reader) => reader.get(objectRows.key({ bucket, key })))
  for (let first = 0; first < KEYS; first += ROWS_AT_ONCE) {
    await store.transact(async (tx) => {
      for (let number = first; number < Math.min(first + ROWS_AT_ONCE, KEYS); number++) {
        tx.set(objectRows.key({ bucket, key: `data/${String(number).padStart(10, '0')}.bin` }), record)
      }
    })
  }
  await store.close()
  return { bucket, uploadId: upload.uploadId }
}

/** Records the tasks while `act` runs, and prints a row of the table. */
async function measure(page, name, act) {
  const before = await heapBytes(page)
  const end = await recordTasks(page)
  const begun = performance.now()
  await act()
  const seconds = (performance.now() - begun) / 1_000
  const { processor, whole, clock } = await end()
  const held = (await heapBytes(page)) / 1024 ** 2
  const cells = [
    name,
    processor,
    whole,
    clock,
    `${(before / 1024 ** 2).toFixed(0)} → ${held.toFixed(0)}`,
    seconds.toFixed(0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

/** Scrolls to the end until all keys are listed. */
async function scrollThrough(page) {
  await page.evaluate(
    ({ rows, stuck }) =>
      new Promise((resolve, reject) => {
        const box = document.querySelector('.virtual')
        let shown = ''
        let grown = performance.now()
        const step = () => {
          // the height of a table has a limit: the text above it states the number of rows
          const text = document.querySelector('.toolbar').textContent
          if (text !== shown) {
            shown = text
            grown = performance.now()
          }
          box.scrollTop = box.scrollHeight
          const [, listed = '0'] = /([\d,]+) entries/.exec(text) ?? []
          if (Number(listed.replaceAll(',', '')) >= rows) resolve()
          else if (performance.now() - grown > stuck) reject(new Error('no more keys came'))
          else requestAnimationFrame(step)
        }
        step()
      }),
    { rows: KEYS, stuck: STUCK_MS },
  )
}

async function walkMap(page) {
  await page.waitForSelector('canvas.map')
  await page.focus('canvas.map')
  for (let step = 0; step < 200; step += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('End')
}

async function queueFiles(page, folder) {
  const input = page.locator('input[type=file]').nth(1)
  await input.setInputFiles(folder)
  await page.click('dialog >> text=replace it')
  await page.waitForSelector('.drawer .transfer')
  await page.waitForTimeout(SENDING_MS)
}

function makeFiles(folder) {
  mkdirSync(folder)
  for (let number = 0; number < FILES; number += 1) writeFileSync(join(folder, `${number}.txt`), String(number))
}

const folder = mkdtempSync(join(tmpdir(), 'bindery-console-'))
try {
  console.log(`${machineLine(describeRun())}\n`)
  const data = join(folder, 'data')
  const { bucket, uploadId } = await fill(data)
  const files = join(folder, 'files')
  makeFiles(files)
  const target = await startBindery({ folder: data })
  const { browser } = await startBrowser()
  try {
    console.log(
      '| list | longest task: ms of the page’s own work | of the processor | by the clock | MiB held | s |\n| --- | --- | --- | --- | --- | --- |',
    )
    const { page } = await openConsole(browser, target)
    page.setDefaultTimeout(STUCK_MS)
    await signIn(page, target)
    const open = (address) => page.goto(`${target.endpoint}/-/console/${address}`)
    await open(`#/buckets/${bucket}?prefix=data%2F`)
    await page.waitForSelector('tbody tr[aria-selected]')
    await measure(page, `${KEYS} keys, scrolled through`, () => scrollThrough(page))
    await measure(page, `the map of ${PARTS} parts`, async () => {
      await open(`#/buckets/${bucket}/upload?key=map.bin&id=${uploadId}`)
      await walkMap(page)
    })
    await open(`#/buckets/${bucket}?prefix=queue%2F`)
    await page.waitForSelector('input[type=file]', { state: 'attached' })
    await measure(page, `${FILES} files queued, and ${SENDING_MS / 1_000} s of sending`, () => queueFiles(page, files))
  } finally {
    await browser.close()
    await target.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
