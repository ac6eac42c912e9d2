// Every page of the console against the rules of WCAG 2.2 AA that axe-core can check, in both themes and languages. Each page is
// opened once; its theme and language are changed in place.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openConsole, openPage, signIn, startBrowser } from './browser.mjs'
import { startWorld } from './world.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules whose outcome depends on colours: all that another theme can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

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
async function violations(page, rules) {
  // the policy of the page forbids injected scripts, and this does not inject one
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(axe)
  const found = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] }),
    rules === undefined ? { type: 'tag', values: TAGS } : { type: 'rule', values: rules },
  )
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  )
}

/** Presses the button of a language, also while a dialog covers it. */
async function speak(page, language) {
  const tag = { en: 'en', zh: 'zh-CN' }[language]
  await page.evaluate(
    (name) => document.querySelector(`header button[lang=${name}], form button[lang=${name}]`)?.click(),
    language,
  )
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, tag)
}

async function requireAccessible(page) {
  const found = []
  for (const [language, theme, rules] of [
    ['en', 'light'],
    ['en', 'dark', OF_COLOURS],
    ['zh', 'dark', OF_COLOURS],
    ['zh', 'light'],
  ]) {
    await speak(page, language)
    await page.emulateMedia({ colorScheme: theme })
    const faults = await violations(page, rules)
    found.push(...faults.map((fault) => `${language}, ${theme}: ${fault}`))
  }
  await speak(page, 'en')
  assert.deepEqual(found, [])
}

test('axe finds nothing wrong, in both languages and themes', async (t) => {
  const { page, context, requireQuiet } = await openConsole(browser, world.server)
  t.after(() => context.close())
  await page.waitForSelector('form')
  await t.test('sign-in', () => requireAccessible(page))
  await signIn(page, world.server)
  for (const shown of world.pages) {
    await t.test(shown.name, async () => {
      await openPage(page, world, shown)
      await requireAccessible(page)
      if (shown.reloads) await page.reload()
    })
  }
  requireQuiet()
})
