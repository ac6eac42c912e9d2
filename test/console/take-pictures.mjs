// `npm run pictures [-- PAGE…]`: takes a picture of every page of the console, or of those named, in both themes and languages, and in
// a narrow window, into .cache/pictures, for people to look at.

import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'
import { requireChineseFont } from './fonts.mjs'
import { beginVisits } from './visits.mjs'
import { startWorld } from './world.mjs'

const FOLDER = fileURLToPath(new URL('../../.cache/pictures', import.meta.url))
const NARROW = { width: 360, height: 720 }
const named = process.argv.slice(2)

requireChineseFont()
const world = await startWorld()
const chosen = world.pages.filter(({ name }) => named.length === 0 || named.includes(name))
const { browser } = await startBrowser()
try {
  mkdirSync(FOLDER, { recursive: true })
  for (const language of ['en', 'zh']) {
    for (const theme of ['light', 'dark']) await takeAll({ language, theme })
    await takeAll({ language, theme: 'light', viewport: NARROW, suffix: 'narrow' })
  }
} finally {
  await browser.close()
  await world.stop()
}

async function takeAll({ suffix, ...options }) {
  const { language, theme } = options
  const { welcome, visit, close } = beginVisits({ browser, world }, options)
  const take = (name) => (page) => page.screenshot({ path: `${FOLDER}/${name}-${language}-${suffix ?? theme}.png` })
  if (named.length === 0) await welcome(take('sign-in'))
  for (const shown of chosen) await visit(shown, take(shown.name))
  await close()
  console.log(`${chosen.length} pages: ${language}, ${suffix ?? theme}`)
}
