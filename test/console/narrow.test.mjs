// Every page at the least width of WCAG 2.2, 320 pixels, and at twice the size of a window of 1,280 pixels: nothing is cut off, and only
// tables and lines of code scroll sideways, in boxes of their own. Each page is opened in the smaller window, which then grows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { misfits } from './misfits.mjs'
import { beginVisits } from './visits.mjs'
import { useWorld } from './world.mjs'

const SMALL = { width: 320, height: 568 }
const SIZES = [SMALL, { width: 640, height: 400 }]

const used = useWorld()

async function requireFit(page) {
  const found = []
  for (const size of SIZES) {
    await page.setViewportSize(size)
    const cut = await page.evaluate(misfits)
    found.push(...cut.map((one) => `${size.width} by ${size.height}: ${one}`))
  }
  await page.setViewportSize(SMALL)
  assert.deepEqual(found, [])
}

for (const language of ['en', 'zh']) {
  test(`nothing is cut off in windows of 320 by 568 and 640 by 400 pixels, in the language ${language}`, async (t) => {
    const { welcome, visit, close } = beginVisits(used, { viewport: SMALL, language })
    atEnd(t, close)
    await t.test('sign-in', () => welcome(requireFit))
    for (const shown of used.world.pages) await t.test(shown.name, () => visit(shown, requireFit))
  })
}
