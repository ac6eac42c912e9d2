// The console by keyboard alone, and how it stays smooth with long lists and large maps.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useStage } from './stage.mjs'
import { recordTasks } from './tasks.mjs'

const OBJECTS = 3_000
const PARTS = 2_000
const AT_A_TIME = 12
/** Milliseconds of the processor that the longest task may take. */
const LONG_MS = 100

const stage = useStage(['many'], ({ client }) =>
  inTurns(OBJECTS, (index) => client.put(`n/${String(index).padStart(5, '0')}`, Buffer.from('x'))),
)

async function inTurns(total, act) {
  let next = 0
  const turn = async () => {
    while (next < total) {
      next += 1
      await act(next)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, turn))
}

test('objects are selected, opened and deleted by keyboard alone', async (t) => {
  await stage.client.put('keys/a', Buffer.from('a'))
  await stage.client.put('keys/b', Buffer.from('b'))
  await stage.client.put('keys/c', Buffer.from('c'))
  const { page, requireQuiet } = await stage.open(t, '#/buckets/many?prefix=keys%2F')
  await page.waitForSelector('tbody tr[aria-selected]')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('dialog >> text=many')
  await page.keyboard.type('many')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  await page.focus('table[role=grid]')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.waitForSelector('text=2 selected')
  await page.keyboard.press('Delete')
  await page.waitForSelector('dialog[open] >> text=keys/c')
  for (let tabs = 0; tabs < 6; tabs += 1) {
    if (await page.evaluate(() => document.activeElement?.classList.contains('danger'))) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=2 objects were deleted.')
  await page.waitForSelector('dialog', { state: 'detached' })
  await page.waitForSelector('text="1 entry"')
  await page.focus('table[role=grid]')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dl.facts >> text=oss://many/keys/a')
  requireQuiet()
})

test('a page and a bucket are reached by their names', async (t) => {
  const { page } = await stage.open(t, '#/settings')
  await page.waitForSelector('dl.facts')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('dialog >> text=many')
  await page.keyboard.type('many')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.crumbs >> text=many')
  assert.match(page.url(), /#\/buckets\/many$/)
})

test('keys of one character show the others, open pages, and go back up', async (t) => {
  const { page } = await stage.open(t, '#/buckets/many?prefix=n%2F')
  await page.waitForSelector('tbody tr[aria-selected]')
  await page.keyboard.press('?')
  await page.waitForSelector('dialog[open] >> text=Keyboard')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  await page.keyboard.press('n')
  await page.waitForSelector('dialog[open] >> text=New folder')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Backspace')
  await page.waitForFunction(() => location.hash === '#/buckets/many')
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await page.waitForSelector('h1 >> text=Metrics')
  await page.keyboard.press('t')
  await page.waitForSelector('header >> text=Light')
})

test('keys of one character can be turned off, and Ctrl-K still works', async (t) => {
  const { page } = await stage.open(t, '#/settings')
  await page.uncheck('text=Single-character shortcuts')
  await page.focus('#main')
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('dialog[open] >> text=Go to')
  assert.match(page.url(), /#\/settings$/)
})

test('rows are sorted by a column, and back', async (t) => {
  await stage.client.put('sort/a', Buffer.from('1'))
  await stage.client.put('sort/b', Buffer.from('333'))
  await stage.client.put('sort/c', Buffer.from('22'))
  const { page } = await stage.open(t, '#/buckets/many?prefix=sort%2F')
  const names = () => page.locator('tbody .named a').allTextContents()
  await page.waitForSelector('tbody >> text=c')
  for (const order of [
    ['a', 'c', 'b'],
    ['b', 'c', 'a'],
    ['a', 'b', 'c'],
  ]) {
    await page.click('th button:has-text("Size")')
    assert.deepEqual(await names(), order)
  }
})

test('thousands of objects scroll while few rows are drawn, and no task blocks the page', async (t) => {
  const { page } = await stage.open(t, '#/buckets/many?prefix=n%2F')
  await page.waitForSelector('tbody tr[aria-selected]')
  const end = await recordTasks(page)
  const isAtEnd = () => {
    const box = document.querySelector('.virtual')
    box.scrollBy(0, box.scrollHeight)
    return document.querySelector('.toolbar').textContent.includes('3,000 entries')
  }
  await page.waitForFunction(isAtEnd, undefined, { polling: 50 })
  await page.locator('.virtual').evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await page.waitForSelector('text=03000')
  assert.ok((await page.locator('tbody tr').count()) < 80)
  const { processor } = await end()
  assert.ok(processor < LONG_MS, `a task took ${processor} ms of the processor`)
})

test('a map of thousands of parts is drawn without blocking the page, and describes the part at the cursor', async (t) => {
  const { uploadId } = await stage.client.initMultipartUpload('map.bin')
  const byte = Buffer.from('x')
  await inTurns(PARTS, (part) =>
    part % 100 === 50 ? undefined : stage.client.uploadPart('map.bin', uploadId, part, byte, 0, 1),
  )
  const { page } = await stage.open(t, '#/buckets/many/uploads')
  await page.waitForSelector('tbody >> text=map.bin')
  const end = await recordTasks(page)
  await page.click('tbody >> text=map.bin')
  await page.waitForSelector('canvas.map')
  await page.focus('canvas.map')
  for (let step = 0; step < 50; step += 1) await page.keyboard.press('ArrowRight')
  await page.waitForSelector('text=Part 50 is missing.')
  await page.keyboard.press('ArrowRight')
  await page.waitForSelector('text=Part 51: 1 B, stored.')
  const { processor } = await end()
  assert.ok(processor < LONG_MS, `a task took ${processor} ms of the processor`)
})
