// A server, a client of it and a browser for the tests of one file.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before } from 'node:test'
import OSS from 'ali-oss'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'
import { openConsole, signIn, startBrowser } from './browser.mjs'
import { within } from './limits.mjs'

/** A client of a server that uses the first of its buckets. */
export function clientOf({ endpoint, region, accessKeyId, accessKeySecret }, bucket, more = {}) {
  return new OSS({
    ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, bucket },
    ...{ authorizationV4: true, sldEnable: true, timeout: 60_000, ...more },
  })
}

/**
 * Starts a server with buckets, and with more flags, before the tests of a file, calls `fill` with the stage, and stops all after them. The members of the
 * stage exist from then on: `server`, `client` of the first bucket, `browser`, `folder` for files, and `open`, which signs in and opens an address.
 */
export function useStage(buckets, fill = async () => {}, args = []) {
  const stage = {}
  before(async () => {
    stage.server = await startServer({ args: ['--buckets', buckets.join(','), ...args] })
    stage.client = clientOf(stage.server, buckets[0])
    stage.folder = await mkdtemp(path.join(tmpdir(), 'bindery-console-'))
    await fill(stage)
    Object.assign(stage, await startBrowser())
  })
  after(async () => {
    await stage.browser?.close()
    await stage.server?.stop()
    if (stage.folder !== undefined) await rm(stage.folder, { recursive: true })
  })
  stage.open = async (t, address, options) => {
    const opened = await openConsole(stage.browser, stage.server, options)
    atEnd(t, () => opened.context.close())
    await signIn(opened.page, stage.server)
    await opened.page.goto(`${stage.server.endpoint}/-/console/${address}`)
    return opened
  }
  return stage
}

/**
 * Lets a page send this many parts, and holds all further ones, so that its uploads stand still. `reached` resolves when those are stored and
 * another one is held; `go` lets pass what is sent from then on. With `isOne` other requests are counted and held.
 */
export async function holdParts(page, count, isOne = isPart) {
  let left = count
  let stored = 0
  let isHeld = false
  let reach = () => {}
  const standing = new Promise((resolve) => {
    reach = resolve
  })
  const state = () => `${count} stored requests and a held one; stored are ${stored}, one is held: ${isHeld}`
  const reached = within(standing, state)
  // not every test waits for it
  reached.catch(() => {})
  page.on('requestfinished', (request) => {
    if (isOne(request)) stored += 1
    if (isHeld && stored >= count) reach()
  })
  const hold = async (route) => {
    if (!isOne(route.request())) return route.fallback()
    left -= 1
    if (left >= 0) return route.fallback()
    isHeld = true
    if (stored >= count) reach()
    return undefined
  }
  await page.route(isOfObject, hold)
  return { reached, go: () => page.unroute(isOfObject, hold) }
}

const isOfObject = ({ pathname }) => !pathname.startsWith('/-/')
const isPart = (request) => request.method() === 'PUT' && new URL(request.url()).searchParams.has('partNumber')
