// Signing in to the console and out of it, in Chromium.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'
import { within } from './limits.mjs'
import { holdParts } from './stage.mjs'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))

let server
let browser

before(async () => {
  server = await startServer({ args: ['--buckets', 'kept'] })
  ;({ browser } = await startBrowser())
})

after(async () => {
  await browser?.close()
  await server?.stop()
})

/** Everything that a page keeps, as text. */
const keptBy = (page) =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href]))

test('a key signs in, a reload keeps the session, and the secret is kept nowhere', async () => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  await signIn(page, server)
  assert.ok(!(await keptBy(page)).includes(server.accessKeySecret))
  assert.match(await keptBy(page), /CAIS/)
  await page.reload()
  await page.waitForSelector('.shell')
  const other = await context.newPage()
  await other.goto(`${server.endpoint}/-/console/`)
  await other.waitForSelector('form')
  await page.click('text=Sign out')
  await page.waitForSelector('form')
  assert.doesNotMatch(await keptBy(page), /CAIS/)
  requireQuiet()
  await context.close()
})

test('after signing out the page offers to forget unfinished uploads, and does', async () => {
  const { page, context, requireQuiet } = await openConsole(browser, server)
  await signIn(page, server)
  await page.goto(`${server.endpoint}/-/console/#/buckets/kept`)
  const { reached } = await holdParts(page, 1)
  const file = { name: 'secret plan.bin', mimeType: '', buffer: Buffer.alloc(20 * 1024 ** 2) }
  await page.setInputFiles('input[type=file][aria-label="Upload files"]', file)
  await reached
  const begunAnew = page.waitForEvent('load')
  await page.click('text=Sign out')
  await begunAnew
  await page.waitForSelector('text=This browser remembers 1 unfinished upload')
  assert.deepEqual(await rememberedBy(page), ['secret plan.bin'])
  assert.doesNotMatch(await page.content(), /secret plan/)
  await page.reload()
  await page.click('text=Forget')
  await page.waitForSelector('text=This browser remembers', { state: 'detached' })
  assert.deepEqual(await rememberedBy(page), [])
  requireQuiet()
  await context.close()
})

/** The keys of the uploads that the browser keeps. */
const rememberedBy = (page) =>
  page.evaluate(async () => {
    const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
    const database = await settled(indexedDB.open('bindery-transfers'))
    const all = await settled(database.transaction('checkpoints').objectStore('checkpoints').getAll())
    database.close()
    return all.map(({ key }) => key)
  })

test('both lines of the banner can be pasted into the first field', async () => {
  const { page, context } = await openConsole(browser, server)
  const { accessKeyId, accessKeySecret } = server
  await page.locator('input[autocomplete=username]').evaluate((input, text) => {
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }, `AccessKey ID      ${accessKeyId} AccessKey secret  ${accessKeySecret}   (shown once)`)
  await page.click('button[type=submit]')
  await page.waitForSelector('.shell')
  await context.close()
})

test('a wrong key and a wrong secret are distinguished, with the number of the request', async () => {
  const { page, context } = await openConsole(browser, server)
  await page.fill('input[autocomplete=username]', server.accessKeyId)
  await page.fill('input[type=password]', 'wrong')
  await page.click('button[type=submit]')
  await page.waitForSelector('text=The AccessKey secret is wrong.')
  await page.fill('input[autocomplete=username]', 'unknown')
  await page.click('button[type=submit]')
  await page.waitForSelector('text=This AccessKey ID does not exist on this server.')
  assert.match(await page.textContent('[role=alert]'), /InvalidAccessKeyId.*request [0-9A-F]{24}/)
  await context.close()
})

test('the link in the banner signs in once, and leaves no trace in the address', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bindery-banner-'))
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('BINDERY_'))
  const env = { ...Object.fromEntries(environment), BINDERY_LANG: 'en' }
  const child = spawn(process.execPath, [COMMAND, 'serve', folder, '--port', '0', '--workers', '2'], { env })
  atEnd(t, async () => {
    child.kill('SIGTERM')
    await within(once(child, 'exit'), 'the end of the server')
    await rm(folder, { recursive: true })
  })
  let banner = ''
  for await (const piece of child.stdout.setEncoding('utf8')) {
    banner += piece
    if (banner.includes('Ctrl-C')) break
  }
  const [, url] = /Console +(\S+)/.exec(banner) ?? []
  const { endpoint } = /(?<endpoint>http:\/\/[^/]+)/.exec(url).groups
  const first = await openConsole(browser, { endpoint }, { address: new URL(url).hash })
  await first.page.waitForSelector('.shell')
  assert.doesNotMatch(await first.page.evaluate(() => location.href), /k=/)
  await first.context.close()
  const second = await openConsole(browser, { endpoint }, { address: new URL(url).hash })
  await second.page.waitForSelector('text=This sign-in link is no longer valid')
  await second.context.close()
})
