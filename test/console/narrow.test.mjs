// Every page at twice the size of a window of 1,280 pixels, and at the least width of WCAG 2.2, 320 pixels: nothing is cut off, and only
// tables and lines of code scroll sideways, in boxes of their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { misfits } from './misfits.mjs'
import { beginVisits } from './visits.mjs'
import { useWorld } from './world.mjs'

const SIZES = [
  { width: 640, height: 400 },
  { width: 320, height: 568 },
]

const used = useWorld()

const requireFit = async (page) => assert.deepEqual(await page.evaluate(misfits), [])

for (const viewport of SIZES) {
  test(`nothing is cut off in a window of ${viewport.width} by ${viewport.height} pixels`, async (t) => {
    for (const language of ['en', 'zh']) {
      const { welcome, visit, close } = beginVisits(used, { viewport, language })
      atEnd(t, close)
      await t.test(`sign-in, ${language}`, () => welcome(requireFit))
      for (const shown of used.world.pages) await t.test(`${shown.name}, ${language}`, () => visit(shown, requireFit))
    }
  })
}
