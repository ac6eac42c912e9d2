// Every page at twice the size of a window of 1,280 pixels, and at the least width of WCAG 2.2, 320 pixels: nothing is cut off, and only
// tables and lines of code scroll sideways, in boxes of their own.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { openConsole, openPage, signIn, startBrowser } from './browser.mjs'
import { startWorld } from './world.mjs'

const SIZES = [
  { width: 640, height: 400 },
  { width: 320, height: 568 },
]

let world
let browser

before(async () => {
  world = await startWorld()
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await world?.stop()
})

/** Lines about elements that do not fit the width of the window. */
function misfits() {
  const scope = document.querySelector('dialog[open]') ?? document.body
  const width = document.documentElement.clientWidth
  const found = []
  for (const box of [
    document.documentElement,
    document.querySelector('main'),
    document.querySelector('dialog[open]'),
  ]) {
    if (box !== null && box.scrollWidth > box.clientWidth + 1) {
      found.push(`${box.localName} scrolls sideways: ${box.scrollWidth} in ${box.clientWidth}`)
    }
  }
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX)
  const isInBox = (element) => {
    for (let one = element.parentElement; one !== null && one.localName !== 'main'; one = one.parentElement) {
      if (one.localName !== 'dialog' && scrolls(one)) return true
    }
    return false
  }
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.unseen, .skip')
  for (const element of scope.querySelectorAll(
    'a, button, input, select, textarea, h1, h2, h3, p, dt, dd, li, span, canvas',
  )) {
    const { left, right, width: own } = element.getBoundingClientRect()
    // texts for those who do not see have one pixel
    if (own <= 1 || !shown(element) || isInBox(element)) continue
    if (left < -1 || right > width + 1) found.push(`outside: ${element.outerHTML.slice(0, 140)}`)
    const { overflowX, textOverflow } = getComputedStyle(element)
    const isCut = overflowX === 'hidden' && textOverflow === 'clip' && element.scrollWidth > element.clientWidth + 1
    if (isCut) found.push(`cut off: ${element.outerHTML.slice(0, 140)}`)
  }
  return found
}

for (const viewport of SIZES) {
  test(`nothing is cut off in a window of ${viewport.width} by ${viewport.height} pixels`, async (t) => {
    for (const language of ['en', 'zh']) {
      const { page, context } = await openConsole(browser, world.server, { viewport, language })
      atEnd(t, () => context.close())
      await page.waitForSelector('form')
      await t.test(`sign-in, ${language}`, async () => assert.deepEqual(await page.evaluate(misfits), []))
      await signIn(page, world.server)
      for (const shown of world.pages) {
        await t.test(`${shown.name}, ${language}`, async () => {
          await openPage(page, world, shown)
          assert.deepEqual(await page.evaluate(misfits), [])
        })
        if (shown.reloads) await page.reload()
      }
    }
  })
}
