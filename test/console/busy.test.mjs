// The list of requests of a server that answers many: it keeps up without blocking the page.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useStage } from './stage.mjs'
import { recordTasks } from './tasks.mjs'

/** Milliseconds of the processor that the longest task may take. */
const LONG_MS = 100
const REQUESTS = 3_000
const AT_A_TIME = 40

const stage = useStage(['busy'])

async function request(many) {
  let left = many
  const turn = async () => {
    while (left > 0) {
      left -= 1
      await (await fetch(`${stage.server.endpoint}/busy/none-${left}`)).arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, turn))
}

test('thousands of requests are listed, filtered and paused without a long task', async (t) => {
  const { page, requireQuiet } = await stage.open(t, '#/activity')
  await page.waitForSelector('.toolbar')
  const end = await recordTasks(page)
  await request(REQUESTS)
  await page.waitForSelector('tbody >> text=busy/none-0')
  await page.selectOption('.toolbar select', 'failed')
  await page.fill('.toolbar input[type=search]', 'none-17')
  await page.waitForFunction(() => document.querySelector('tbody').textContent.includes('none-17'))
  await page.click('.toolbar button[aria-pressed]')
  await request(100)
  await page.waitForSelector('text=/paused, [1-9]/')
  await page.click('.toolbar button[aria-pressed]')
  assert.ok((await page.locator('tbody tr').count()) < 80)
  const { processor } = await end()
  assert.ok(processor < LONG_MS, `a task took ${processor} ms of the processor`)
  requireQuiet()
})
