// Every page at twice the size of a window of 1,280 pixels, and at the least width of WCAG 2.2, 320 pixels: nothing is cut off, and only
// tables and lines of code scroll sideways, in boxes of their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { openConsole, openPage, signIn } from './browser.mjs'
import { misfits } from './misfits.mjs'
import { useWorld } from './world.mjs'

const SIZES = [
  { width: 640, height: 400 },
  { width: 320, height: 568 },
]

const used = useWorld()

for (const viewport of SIZES) {
  test(`nothing is cut off in a window of ${viewport.width} by ${viewport.height} pixels`, async (t) => {
    for (const language of ['en', 'zh']) {
      const { page, context } = await openConsole(used.browser, used.world.server, { viewport, language })
      atEnd(t, () => context.close())
      await page.waitForSelector('form')
      await t.test(`sign-in, ${language}`, async () => assert.deepEqual(await page.evaluate(misfits), []))
      await signIn(page, used.world.server)
      for (const shown of used.world.pages) {
        await t.test(`${shown.name}, ${language}`, async () => {
          await openPage(page, used.world, shown)
          assert.deepEqual(await page.evaluate(misfits), [])
        })
        if (shown.reloads) await page.reload()
      }
    }
  })
}
