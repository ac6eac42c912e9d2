// Visits of the pages of a world, each of which begins in a clean state.

import { openConsole, signIn } from './browser.mjs'

/**
 * Visits pages one after another as one person with one browser. `welcome` looks at the page before the sign-in, `visit` opens a page of the
 * world and looks at it, `close` ends all. A page that leaves something behind is the last one in its context, and so is one whose visit fails:
 * nothing of it, such as held requests, unfinished uploads or another language, can be on the next page. Options are those of `openConsole`.
 */
export function beginVisits({ browser, world }, options) {
  let opened
  let isSignedIn = false
  const close = async () => {
    const { context } = opened ?? {}
    opened = undefined
    isSignedIn = false
    await context?.close()
  }
  const welcome = async (look) => {
    opened ??= await openConsole(browser, world.server, options)
    await opened.page.waitForSelector('form')
    await look?.(opened.page)
  }
  const visit = async (shown, look) => {
    let isClean = false
    try {
      if (!isSignedIn) {
        await welcome()
        await signIn(opened.page, world.server)
        isSignedIn = true
      }
      await openPage(opened.page, world, shown)
      await look(opened.page)
      opened.requireQuiet()
      isClean = !shown.leaves
    } finally {
      if (!isClean) await close()
    }
  }
  return { welcome, visit, close }
}

/** Opens a page of a world, with what is to be open on it; what the page before had open is closed. */
async function openPage(page, world, { address, ready, prepare }) {
  const open = (fragment) => page.goto(`${world.server.endpoint}/-/console/${fragment}`)
  await page.keyboard.press('Escape')
  await open('#/none')
  await page.waitForSelector('#main > p')
  await open(address)
  await page.waitForSelector(ready)
  await prepare?.(page, world)
}
