// Every page of the console against the rules of WCAG 2.2 AA that axe-core can check, in both themes and languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openConsole, signIn, startBrowser } from './browser.mjs'
import { startWorld } from './world.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

let world
let browser
let axe

before(async () => {
  world = await startWorld()
  ;({ browser, axe } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await world?.stop()
})

/** The faults that axe finds on a page, as lines. */
async function violations(page) {
  // the policy of the page forbids injected scripts, and this does not inject one
  await page.evaluate(axe)
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS)
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  )
}

for (const language of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    test(`${language}, ${theme}: axe finds nothing wrong`, async (t) => {
      const { page, context, requireQuiet } = await openConsole(browser, world.server, { language, theme })
      t.after(() => context.close())
      await page.waitForSelector('form')
      await t.test('sign-in', async () => assert.deepEqual(await violations(page), []))
      await signIn(page, world.server)
      for (const { name, address, ready, prepare } of world.pages) {
        await t.test(name, async () => {
          await page.goto(`${world.server.endpoint}/-/console/${address}`)
          await page.waitForSelector(ready)
          await prepare?.(page, world)
          assert.deepEqual(await violations(page), [])
          if (prepare !== undefined) await page.reload()
        })
      }
      requireQuiet()
    })
  }
}
