// Debian's Chromium for tests of the console, driven by playwright-core, which is installed into the cache when a test needs it.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { limited, SELECTOR_MS } from './limits.mjs'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const INSTALLED = fileURLToPath(new URL('../../.cache/console-tests', import.meta.url))
const FILES = ['package.json', 'package-lock.json']

/** Installs what the tests need unless it is installed; returns a function that loads a module of it. */
function installed() {
  const text = (folder, name) =>
    existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : ''
  const isCurrent = FILES.every((name) => text(FOLDER, name) === text(INSTALLED, name))
  if (!isCurrent || !existsSync(path.join(INSTALLED, 'node_modules', '.package-lock.json'))) {
    mkdirSync(INSTALLED, { recursive: true })
    for (const name of FILES) copyFileSync(path.join(FOLDER, name), path.join(INSTALLED, name))
    const flags = ['ci', '--silent', '--no-audit', '--no-fund', '--ignore-scripts']
    execFileSync('npm', flags, { cwd: INSTALLED })
  }
  return createRequire(path.join(INSTALLED, 'package.json'))
}

/** Starts Chromium without a window; each call of the browser and its pages has a limit. `axe` is the source of axe-core, to be run in a page. */
export async function startBrowser() {
  const require = installed()
  const { chromium } = require('playwright-core')
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  const guarded = limited(browser)
  if (guarded === browser) throw new Error('Playwright has other names for its classes: nothing has a limit')
  return { browser: guarded, axe }
}

/**
 * Opens the console of a server in a new context. Messages of the page's policy and errors of its scripts fail the test that calls
 * `requireQuiet`. `prepare` is called before the page loads.
 */
export async function openConsole(
  browser,
  server,
  { language = 'en', theme = 'light', address = '', prepare = async () => {}, ...options } = {},
) {
  const context = await browser.newContext({
    colorScheme: theme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(SELECTOR_MS)
  // a page with running uploads warns before it is left
  page.on('dialog', (dialog) => dialog.accept())
  const noise = []
  page.on('pageerror', (error) => noise.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) noise.push(message.text())
  })
  await prepare(page)
  await page.goto(`${server.endpoint}/-/console/${address}`)
  const requireQuiet = () => {
    if (noise.length > 0) throw new Error(`the page complained: ${noise.join('\n')}`)
  }
  return { page, context, requireQuiet }
}

/** Types a key into the sign-in page. */
export async function signIn(page, { accessKeyId, accessKeySecret }) {
  await page.fill('input[autocomplete=username]', accessKeyId)
  await page.fill('input[type=password]', accessKeySecret)
  await page.click('button[type=submit]')
  await page.waitForSelector('.shell')
}
