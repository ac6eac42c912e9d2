// Every page of the console against the rules of WCAG 2.2 AA that axe-core can check, in both themes and languages. Each page is
// opened once; its theme and language are changed in place, and the keyboard walks over it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atEnd } from '../support/at-end.mjs'
import { beginVisits } from './visits.mjs'
import { useWorld } from './world.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules whose outcome depends on colours: all that another theme can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

const used = useWorld()

/** The faults that axe finds on a page, as lines. */
async function violations(page, rules) {
  // the policy of the page forbids injected scripts, and this does not inject one
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(used.axe)
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
    (name) => document.querySelector(`header button[lang=${name}], .welcome button[lang=${name}]`)?.click(),
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

/** Tabs through a page: everything that can be used is reached, in the order of the page, and is marked while it has the focus. */
async function requireReachable(page) {
  const wanted = await page.evaluate(() => {
    const scope = document.querySelector('dialog[open]') ?? document
    const isShown = (element) =>
      element.checkVisibility({ visibilityProperty: true }) && !element.closest('details:not([open]) > :not(summary)')
    const all = scope.querySelectorAll('a[href], button, input, select, textarea, summary, video, audio, [tabindex]')
    globalThis.reachable = [...all].filter((one) => one.tabIndex >= 0 && !one.disabled && isShown(one))
    document.activeElement.blur()
    return globalThis.reachable.length
  })
  const reached = []
  for (let steps = 0; reached.length < wanted && steps < 2 * wanted + 10; steps += 1) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(() => {
      const element = document.activeElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      // a list marks the row that its keys act on
      const isMarked =
        (outlineStyle !== 'none' && outlineWidth !== '0px') ||
        element.querySelector('tr.current, .tile.current') !== null
      const { top, bottom, width } = element.getBoundingClientRect()
      return {
        index: globalThis.reachable.indexOf(element),
        is: element.outerHTML.slice(0, 120),
        isMarked,
        isInView: width > 0 && bottom > 0 && top < innerHeight,
      }
    })
    if (found.index === -1 || reached.some(({ index }) => index === found.index)) continue
    reached.push(found)
  }
  const faults = reached.filter(({ isMarked, isInView }) => !isMarked || !isInView).map(({ is }) => `not seen: ${is}`)
  const indices = new Set(reached.map(({ index }) => index))
  const missed = await page.evaluate(
    (known) =>
      globalThis.reachable.filter((_, index) => !known.includes(index)).map((one) => one.outerHTML.slice(0, 120)),
    [...indices],
  )
  // where the walk begins depends on what was clicked before; from there on it follows the page
  const turns = reached.filter(({ index }, at) => at > 0 && index < reached[at - 1].index).length
  assert.deepEqual([...faults, ...missed.map((one) => `not reached: ${one}`)], [])
  assert.ok(turns <= 1, `the focus goes back ${turns} times`)
}

test('axe finds nothing wrong in both languages and themes, and the keyboard reaches everything', async (t) => {
  const { welcome, visit, close } = beginVisits(used)
  atEnd(t, close)
  await t.test('sign-in', () => welcome(requireAccessible))
  for (const shown of used.world.pages) {
    await t.test(shown.name, () =>
      visit(shown, async (page) => {
        await requireAccessible(page)
        await requireReachable(page)
      }),
    )
  }
})
